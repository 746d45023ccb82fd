"""Chooses the fastest form of a model on this machine; the measurement is cached.

The folder of MODEL.onnx may hold MODEL.int8.onnx and MODEL.fp16.onnx, made from the same weights. The fastest one
depends on the chip, so all are timed in alternation. The float model is used unless another is clearly faster, since
accuracy was measured with it.
"""

import hashlib
import json
import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort

from common.errors import UserError
from common.log import log
from common.user_folders import cache_folder
from common.whole_file import WriteError, write_whole
from models.engines.base import Engine
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.engines.onnxruntime_session import default_providers
from models.errors import ModelFileError
from models.spec import ModelSpec

FORMS = ("int8", "fp16")
MAX_TIME_RATIO = 0.95
"""Another form must take less than this share of the float model's time."""
MAX_TURNS = 30
LONGEST_S = 3.0
"""Limits of the measurement: number of turns, and seconds. Large models get fewer turns."""


def fastest_form(path: Path) -> Path:
    """The file of the fastest form: `path` itself, or one in its folder.

    Raises:
        ModelFileError: the model itself cannot be run.
    """
    forms = [path, *(form for name in FORMS if (form := path.with_suffix(f".{name}.onnx")).is_file())]
    if len(forms) == 1 or not path.is_file():
        return path
    kept = _place(f"{path.stem}-{_key(forms)}.json")
    if (chosen := _remembered(kept, forms)) is None:
        times = _measured(forms)
        chosen = min(times, key=lambda form: times[form] * (MAX_TIME_RATIO if form == path else 1))
        _remember(kept, {form.name: round(1000 * seconds, 3) for form, seconds in times.items()}, chosen)
        log.info("%s is used, as measured here: %s", chosen.name, _listed(times))
    return chosen


def _measured(forms: Sequence[Path]) -> dict[Path, float]:
    """The median seconds per step of the first form and of each that can replace it."""
    engines = {forms[0]: OnnxRuntimeEngine(forms[0])}
    for form in forms[1:]:
        if engine := _stand_in(form, engines[forms[0]].spec):
            engines[form] = engine
    times = _step_s(list(engines.values())) if len(engines) > 1 else np.zeros((1, 1))
    return dict(zip(engines, np.median(times, axis=0).tolist(), strict=True))


def _stand_in(form: Path, spec: ModelSpec) -> OnnxRuntimeEngine | None:
    """The engine of another form; None if it does not run or has other weights."""
    try:
        engine = OnnxRuntimeEngine(form)
    except ModelFileError as error:
        log.warning("%s is not used: %s", form.name, error)
        return None
    if _identity(engine.spec) != _identity(spec) or not spec.weights_sha256:
        log.warning("%s is not used: it was not made from this %s.onnx; make it again", form.name, spec.name)
        return None
    return engine


def _identity(spec: ModelSpec) -> tuple[object, ...]:
    return (spec.weights_sha256, spec.labels, spec.picture_shape, spec.rate_hz, spec.memories)


def _step_s(engines: Sequence[Engine]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The seconds of each step, float64 [turns, engines]; engines alternate, so that load affects all alike."""
    random = np.random.default_rng(0)
    states, until_s = [engine.start() for engine in engines], time.perf_counter() + LONGEST_S
    turns: list[list[float]] = []
    while not turns or (len(turns) < MAX_TURNS and time.perf_counter() < until_s):
        picture = random.integers(0, 256, engines[0].spec.picture_shape, dtype=np.uint8)
        turn = []
        for k, engine in enumerate(engines):
            began_s = time.perf_counter()
            _, states[k] = engine.step(picture, states[k])
            turn.append(time.perf_counter() - began_s)
        turns.append(turn)
    return np.array(turns)


def _key(forms: Sequence[Path]) -> str:
    """The key of a cached choice: the files, the runtime and the machine."""
    files = [f"{form.name} {hashlib.sha256(form.read_bytes()).hexdigest()}" for form in forms]
    here = [ort.__version__, default_providers()[0], platform.machine(), _processor(), str(os.cpu_count())]
    return hashlib.sha256("\n".join([*files, *here]).encode()).hexdigest()[:16]


def _processor() -> str:
    """The processor's name; a home folder may be shared by many machines."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    return next((line for line in lines if line.startswith("model name")), platform.processor())


def _place(name: str) -> Path | None:
    """The file of a cached choice; None if the user has no home folder."""
    try:
        return cache_folder() / name
    except UserError as error:
        log.warning("%s; until then each start measures which form is fastest", error)
        return None


def _remembered(kept: Path | None, forms: Sequence[Path]) -> Path | None:
    """The form chosen before, or None."""
    if not kept:
        return None
    try:
        name = json.loads(kept.read_bytes())["chosen"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return next((form for form in forms if form.name == name), None)


def _remember(kept: Path | None, step_ms: dict[str, float], chosen: Path) -> None:
    """Write a choice atomically; if that fails, it is measured again at the next start."""
    if not kept:
        return
    try:
        write_whole(kept, json.dumps({"chosen": chosen.name, "step_ms": step_ms}).encode())
    except WriteError as error:
        log.warning("%s; until then each start measures which form is fastest", error)


def _listed(times: dict[Path, float]) -> str:
    return ", ".join(f"{form.name} {1000 * seconds:.2f} ms" for form, seconds in times.items())
