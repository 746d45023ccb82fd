"""Shared fixtures: a small network, exported once."""

import functools
import os
import shutil
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import common  # noqa: F401 - before ONNX Runtime, whose telemetry it turns off

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
"""Recordings that are not part of the project; tests that need them skip where they are missing."""

# Small networks run fastest on one thread, and a thread more than there are free cores makes them crawl.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A machine that is busy is not a bug.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

sys.path.insert(0, str(Path(__file__).parent / "helpers"))


@pytest.fixture(scope="session")
def exported_net(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Exports the network that `networks.small_net` makes of these arguments, once in a session; returns the file."""
    from networks import small_net, small_spec

    from training.export.stream_export import export

    @functools.cache
    def exported(backbone: str, operation: str, **options: Any) -> Path:
        net = small_net(backbone, operation, **options)
        path = tmp_path_factory.mktemp("exported") / "small.onnx"
        export(net, small_spec(net), path)
        return path

    return exported


@pytest.fixture(scope="session")
def small_model(exported_net: Callable[..., Path]) -> Path:
    """An exported MobileNetV2 with MixTConv at a quarter width and 32 px, with its checkpoint in the same folder."""
    from networks import small_net, small_spec

    from models.nets.checkpoint import save_checkpoint

    net = small_net("mobilenet_v2", "mixtconv")
    path = exported_net("mobilenet_v2", "mixtconv")
    save_checkpoint(path.with_suffix(".pt"), net, small_spec(net))
    return path


@pytest.fixture(scope="session")
def plain_model(exported_net: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without temporal layers, exported: it has no state."""
    return Path(shutil.copy(exported_net("mobilenet_v2", "none"), tmp_path_factory.mktemp("model") / "plain.onnx"))


@pytest.fixture(scope="session")
def full_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Exports a network of full width at 64 px, once in a session; returns the file."""
    import torch

    from models.nets.checkpoint import describe
    from models.nets.mstnet import MSTNet, MSTNetConfig
    from training.export.stream_export import export

    @functools.cache
    def exported(backbone: str) -> Path:
        torch.manual_seed(0)
        net = MSTNet(MSTNetConfig(27, backbone)).eval()
        path = tmp_path_factory.mktemp("full") / f"{backbone}.onnx"
        labels = tuple(f"label {k}" for k in range(27))
        export(net, describe(net, name="full", labels=labels, height=64, width=64, rate_hz=12.0), path)
        return path

    return exported


@pytest.fixture(scope="session")
def short_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first six seconds of the demo clip, with two gestures: "Swiping Right" and "Swiping Left"."""
    import av

    path = tmp_path_factory.mktemp("demo") / "short.mp4"
    with av.open(str(ROOT / "app" / "demo" / "demo.mp4")) as demo, av.open(str(path), "w") as short:
        stream = demo.streams.video[0]
        copied = short.add_stream_from_template(stream)
        for packet in islice(demo.demux(stream), 150):
            packet.stream = copied
            short.mux(packet)
    return path


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recordings next to the project."""
    if not SHARED.is_dir():
        pytest.skip("needs the recordings in ../shared")
    return SHARED
