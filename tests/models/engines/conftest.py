"""Fakes of a GPU and TensorRT."""

import signal
import sys
from types import ModuleType

import pytest
from cuda_stand_in import StandInCuda
from tensorrt_stand_in import stand_in


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Puts a GPU and a TensorRT in place, as `StandInCuda` and `stand_in` take their arguments; the module.

    May be called again, for another GPU or version. Engines are cached below `tmp_path`.
    """
    monkeypatch.setenv("MSTNET_CACHE", str(tmp_path / "cache"))

    def build(cuda: StandInCuda | None = None, **options) -> ModuleType:
        cuda = cuda or StandInCuda()
        module = stand_in(cuda, **options)
        bindings = ModuleType("cuda.bindings")
        bindings.runtime = cuda
        for name in ("tensorrt", "tensorrt_rtx", "tensorrt_rtx_bindings"):
            monkeypatch.setitem(sys.modules, name, None)  # None is not there
        for name, value in (("cuda", ModuleType("cuda")), ("cuda.bindings", bindings), (module.__name__, module)):
            monkeypatch.setitem(sys.modules, name, value)
        module.cuda = cuda
        return module

    return build


@pytest.fixture
def ctrl_c():
    """Makes Ctrl-C a KeyboardInterrupt, also where the tests run in the background of a shell that ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
