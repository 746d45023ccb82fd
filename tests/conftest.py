"""Shared fixtures: a small network, exported once."""

import os
import sys
from pathlib import Path

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
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported MobileNetV2 with MixTConv at a quarter width and 32 px, with its checkpoint in the same folder."""
    from networks import small_net, small_spec

    from models.nets.checkpoint import save_checkpoint
    from training.export.stream_export import export

    net = small_net("mobilenet_v2", "mixtconv")
    path = tmp_path_factory.mktemp("model") / "small.onnx"
    save_checkpoint(path.with_suffix(".pt"), net, small_spec(net))
    export(net, small_spec(net), path)
    return path


@pytest.fixture(scope="session")
def plain_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without temporal layers, exported: it has no state."""
    from networks import small_net, small_spec

    from training.export.stream_export import export

    net = small_net("mobilenet_v2", "none")
    path = tmp_path_factory.mktemp("model") / "plain.onnx"
    export(net, small_spec(net), path)
    return path


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recordings next to the project."""
    if not SHARED.is_dir():
        pytest.skip("needs the recordings in ../shared")
    return SHARED
