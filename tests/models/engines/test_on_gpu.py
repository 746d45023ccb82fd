"""Engines on a GPU agree with ONNX Runtime on the CPU. Skipped without a GPU."""

import time
from pathlib import Path

import pytest

from conversion.tensorrt import pictures_of
from models.engines import load_engine
from models.engines.cuda_device import find_gpu
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.engines.onnxruntime_session import default_providers
from models.engines.parity import generated_clip, largest_difference, refusal
from models.engines.tensorrt_runtime import find_tensorrt
from models.engines.torch_engine import TorchEngine
from models.errors import EngineError
from models.nets.checkpoint import load_checkpoint

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = ROOT / "models" / "weights" / "mstnet_small.onnx"
DEMO = ROOT / "app" / "demo" / "demo.mp4"


@pytest.fixture
def on_cpu():
    return OnnxRuntimeEngine(SHIPPED, ("CPUExecutionProvider",))


@pytest.fixture
def tensorrt_here(monkeypatch, tmp_path):
    monkeypatch.setenv("MSTNET_CACHE", str(tmp_path))
    try:
        return find_tensorrt(), find_gpu()
    except EngineError as error:
        pytest.skip(str(error))


def test_tensorrt_agrees_with_onnxruntime(tensorrt_here, on_cpu):
    engine = load_engine(SHIPPED, "tensorrt")
    clip = pictures_of(DEMO, on_cpu.spec)
    assert refusal(largest_difference(engine, on_cpu, clip), "fp32") == ""
    assert largest_difference(engine, engine, clip) == 0.0, "two streams at once do not meet"


def test_tensorrt_reloads_what_it_built(tensorrt_here):
    load_engine(SHIPPED, "tensorrt").close()
    began = time.monotonic()
    engine = load_engine(SHIPPED, "tensorrt")
    print(f"reloaded {engine.name} in {time.monotonic() - began:.2f} s")
    engine.step(next(generated_clip(engine.spec)), engine.start())


def test_auto_takes_tensorrt(tensorrt_here):
    assert load_engine(SHIPPED).name.startswith("tensorrt")


@pytest.mark.skipif("CUDAExecutionProvider" not in default_providers(), reason="needs onnxruntime-gpu")
def test_onnxruntime_on_cuda_agrees_with_the_cpu(on_cpu):
    engine = OnnxRuntimeEngine(SHIPPED)
    if "CUDA" not in engine.name:
        pytest.skip(f"ONNX Runtime gave {engine.name}")
    assert refusal(largest_difference(engine, on_cpu, pictures_of(DEMO, on_cpu.spec)), "fp32") == ""


def test_torch_on_cuda_agrees_with_onnxruntime(small_model):
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("needs a GPU that this torch can use")
    engine = TorchEngine(*load_checkpoint(small_model.with_suffix(".pt")), device="cuda")
    reference = OnnxRuntimeEngine(small_model, ("CPUExecutionProvider",))
    assert refusal(largest_difference(engine, reference, generated_clip(engine.spec)), "fp32") == ""
