"""The functions of cuda-python that the engine calls exist with these parameters; no GPU is needed."""

import pytest

runtime = pytest.importorskip("cuda.bindings.runtime", reason="needs cuda-bindings", exc_type=ImportError)

COPY_IN, COPY_OUT = runtime.cudaMemcpyKind.cudaMemcpyHostToDevice, runtime.cudaMemcpyKind.cudaMemcpyDeviceToHost
STREAM = runtime.cudaStream_t(0)
CALLS = [
    ("cudaGetDeviceCount",), ("cudaDriverGetVersion",), ("cudaRuntimeGetVersion",), ("cudaGetDevice",),
    ("cudaGetDeviceProperties", 0), ("cudaStreamCreateWithFlags", runtime.cudaStreamNonBlocking),
    ("cudaGetErrorString", runtime.cudaError_t.cudaErrorMemoryAllocation), ("cudaMalloc", 0), ("cudaMallocHost", 0),
    ("cudaMemsetAsync", 0, 0, 0, STREAM), ("cudaMemcpyAsync", 0, 0, 0, COPY_IN, STREAM),
    ("cudaMemcpyAsync", 0, 0, 0, COPY_OUT, STREAM), ("cudaStreamSynchronize", STREAM), ("cudaFree", 0),
    ("cudaFreeHost", 0),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_cuda_python_takes_what_it_is_given(call):
    function, *arguments = call
    status, *_ = getattr(runtime, function)(*arguments)
    assert isinstance(status, runtime.cudaError_t), "arguments were understood, whatever came of them"


def test_what_the_engine_looks_at_has_these_names():
    assert {"cudaSuccess", "cudaErrorMemoryAllocation", "cudaErrorInsufficientDriver"} <= set(
        runtime.cudaError_t.__members__
    )
    assert int(STREAM) == 0, "TensorRT takes a stream as a number"
    properties = runtime.cudaDeviceProp()
    assert isinstance(properties.name, bytes)
    assert (properties.major, properties.minor) == (0, 0)
    assert callable(runtime.cudaStreamDestroy)
