"""Doctor: checks what works on this machine, and reports what to do about the rest."""

import importlib
import importlib.util
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from textwrap import shorten
from typing import Literal

import cv2
import numpy as np

from app.camera.devices import list_devices
from app.control.back_ends import PROBLEMS, choose, listening_problem
from app.meters import Percentiles
from app.overlay.display import choose_platform
from common.errors import UserError, first_line
from models.engines import load_engine
from models.errors import EngineError
from models.networks import networks_of

STEPS = 100
"""Number of steps on a black picture for the printed speed."""
MAX_ORIGIN = 60
"""Number of printed characters of how the model was trained."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    state: Literal["ok", "note", "bad"]
    """`note`: some features do not work; `bad`: the app does not run."""
    subject: str
    text: str


def examine(model: Path) -> int:
    """Print all findings; return 0 if the app can run here without a window, else 2.

    Args:
        model: the file to load and time.
    """
    findings = [finding for check in CHECKS for finding in check()]
    findings += [*check_display(), *check_model(model)]
    for finding in findings:
        print(f"{finding.state:>4}  {finding.subject:<16} {finding.text}")
    return 2 if any(finding.state == "bad" for finding in findings) else 0


def check_python() -> Iterator[Finding]:
    """The versions of Python and of the system."""
    supported = (3, 10) <= sys.version_info[:2] <= (3, 12)
    text = f"{platform.python_version()} on {platform.platform()}"
    yield Finding("ok" if supported else "note", "python", text + ("" if supported else "; 3.10 to 3.12 are tested"))


def check_packages() -> Iterator[Finding]:
    """The packages that the app needs, and those that some features need."""
    for package, module in (("numpy", "numpy"), ("opencv-python", "cv2"), ("av", "av"), ("onnxruntime", "onnxruntime")):
        yield _package(package, module, "bad", "run `pip install -r requirements.txt`")
    yield _package("PyQt6", "PyQt6.QtWidgets", "note", "only --headless runs; `pip install -r requirements.txt`")
    # Not imported, only searched, because importing them is slow.
    yield _installed("torch", "torch", "training and .pt files only")
    outputs = "only; `pip install -r requirements-outputs.txt`"
    yield _installed("aiohttp", "aiohttp", f"--serve and --websocket {outputs}")
    yield _installed("paho-mqtt", "paho", f"--mqtt {outputs}")
    yield _installed("websockets", "websockets", f"--obs {outputs}")


def check_providers() -> Iterator[Finding]:
    """The execution providers of ONNX Runtime."""
    import onnxruntime

    providers = ", ".join(onnxruntime.get_available_providers())
    yield Finding("ok", "onnxruntime on", providers)


def check_tensorrt() -> Iterator[Finding]:
    """The version of TensorRT and the GPU that it runs on."""
    from models.engines.cuda_device import find_gpu
    from models.engines.tensorrt_runtime import find_tensorrt

    try:
        yield Finding("ok", "tensorrt", f"{find_tensorrt().name} on {find_gpu().name}")
    except EngineError as error:
        yield Finding("note", "tensorrt", str(error))


def check_cameras() -> Iterator[Finding]:
    """The cameras, and whether OpenCV has GStreamer."""
    devices = list_devices()
    if devices:
        yield Finding("ok", "cameras", ", ".join(map(str, devices)))
    else:
        yield Finding("note", "cameras", "none found; --demo and files work")
    gstreamer = any("GStreamer" in line and "YES" in line for line in cv2.getBuildInformation().splitlines())
    text = "GStreamer pipelines can be opened" if gstreamer else "no GStreamer in this OpenCV; FFmpeg opens URLs"
    yield Finding("ok" if gstreamer else "note", "opencv", text)


def check_display() -> Iterator[Finding]:
    """Whether a window can be opened."""
    try:
        choose_platform(os.environ, False)
    except (UserError, ImportError) as error:
        yield Finding("note", "display", f"only --headless works: {first_line(error)}")
        return
    if sys.platform != "linux":
        yield Finding("ok", "display", platform.system())
    elif os.environ.get("DISPLAY"):
        yield Finding("ok", "display", f"X11, {os.environ['DISPLAY']}")
    else:
        yield Finding("note", "display", "Wayland: the window works; --overlay cannot stay on top of other windows")


def check_control() -> Iterator[Finding]:
    """The key backends that work on this desktop."""
    chosen = choose("auto", os.environ)
    for name, find_problem in PROBLEMS.items():
        problem = find_problem() or listening_problem(name)
        text = problem or ("works; --control uses it here" if name == chosen else "works")
        yield Finding("note" if problem else "ok", f"control: {name}", text)


def check_model(path: Path) -> Iterator[Finding]:
    """Whether the model loads, its size, and how fast it steps here."""
    try:
        engine = load_engine(path)
    except UserError as error:
        yield Finding("bad", "model", str(error))
        return
    spec, stream = engine.spec, networks_of(engine).stream.open()
    picture = np.zeros(spec.picture_shape, np.uint8)
    durations_ms = [stream.step(picture, k / spec.rate_hz).duration_ms for k in range(STEPS)]
    load, times = spec.rate_hz * sum(durations_ms) / 1000 / STEPS, Percentiles.of(durations_ms)
    engine.close()
    origin = shorten(spec.trained, MAX_ORIGIN, placeholder=" ...")
    yield Finding("ok", "model", f"{spec.name}: {len(spec.labels)} labels, {spec.width}x{spec.height}; {origin}")
    yield Finding(
        "ok" if load < 0.5 else "note",
        "speed",
        f"{times.p50:.2f} ms per step (p95 {times.p95:.2f}) on {engine.name}; "
        f"{100 * load:.0f} % of a core at {spec.rate_hz:g} steps per second",
    )


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    check_python,
    check_packages,
    check_providers,
    check_tensorrt,
    check_cameras,
    check_control,
)


def _package(package: str, module: str, state_without: Literal["note", "bad"], advice: str) -> Finding:
    try:
        loaded = importlib.import_module(module)
    except (ImportError, OSError) as error:
        return Finding(state_without, package, f"{first_line(error)}; {advice}")
    # The module's version, not the distribution's: opencv-python-headless and onnxruntime-gpu have the same modules.
    return Finding("ok", package, getattr(loaded, "__version__", None) or metadata.version(package))


def _installed(package: str, module: str, needed_for: str) -> Finding:
    found = importlib.util.find_spec(module) is not None
    return Finding(
        "ok" if found else "note",
        package,
        metadata.version(package) if found else f"not installed; needed for {needed_for}",
    )
