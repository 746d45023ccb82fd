"""A stand-in for TensorRT's Python module that checks calls as the real one would, and computes by ONNX Runtime.

Names, arguments and what comes back are those of TensorRT-RTX 1.7 and of TensorRT's documentation. Where the real one
returns None or False and logs an error, so does this; where it would silently compute nonsense, this fails.
"""

import json
import threading
from enum import Enum, IntEnum
from types import ModuleType

import numpy as np
import onnx
import onnxruntime

SEPARATOR = b"\n--\n"


class Severity(IntEnum):
    INTERNAL_ERROR, ERROR, WARNING, INFO, VERBOSE = range(5)


class DataType(Enum):
    FLOAT, HALF, INT8, INT32, UINT8, BOOL, INT64 = range(7)

    @property
    def itemsize(self):
        return {"FLOAT": 4, "HALF": 2, "INT32": 4, "INT64": 8}.get(self.name, 1)


TYPES = {
    onnx.TensorProto.FLOAT: DataType.FLOAT, onnx.TensorProto.FLOAT16: DataType.HALF,
    onnx.TensorProto.INT8: DataType.INT8, onnx.TensorProto.UINT8: DataType.UINT8,
    onnx.TensorProto.INT32: DataType.INT32, onnx.TensorProto.INT64: DataType.INT64,
    onnx.TensorProto.BOOL: DataType.BOOL,
}  # fmt: skip


class ILogger:
    Severity = Severity
    INTERNAL_ERROR, ERROR, WARNING, INFO, VERBOSE = Severity

    def __init__(self):
        self.alive = True


class IProgressMonitor:
    def __init__(self):
        self.alive = True


class Strict:
    """Takes no attribute that the real class does not have."""

    known: tuple[str, ...] = ()

    def __setattr__(self, name, value):
        assert name in self.known, f"{type(self).__name__} has no {name}"
        object.__setattr__(self, name, value)


def stand_in(cuda, version="10.3.0", name="tensorrt", unsupported=(), wrong=0.0):
    """A module in TensorRT's place.

    Args:
        cuda: the `StandInCuda` on whose memory it works.
        version: 10 knows the flag STRONGLY_TYPED and wants it, 11 has no such flag.
        name: of the module; `tensorrt_rtx` keeps kernels and takes compute capabilities.
        unsupported: ONNX operators that its parser refuses.
        wrong: added to the first logit by engines, to be detected by the check.
    """
    module = ModuleType(name)
    rtx, flagged = "rtx" in name, version.startswith("10.")
    module.__version__ = version
    module.builds = 0
    module.hook = lambda: None
    module.ILogger, module.IProgressMonitor, module.DataType = ILogger, IProgressMonitor, DataType
    module.LayerType = Enum("LayerType", "CONVOLUTION DEQUANTIZE OTHER")
    if flagged:
        module.NetworkDefinitionCreationFlag = IntEnum("NetworkDefinitionCreationFlag", {"STRONGLY_TYPED": 1})

    class Builder:
        def __init__(self, logger):
            assert isinstance(logger, ILogger)
            assert logger.alive
            self._logger = logger

        def create_network(self, flags=0):
            assert flags == (1 << 1 if flagged else 0), "strong typing is a flag in 10 and no flag in 11"
            return Network()

        def create_builder_config(self):
            return Config()

        def build_serialized_network(self, network, config):
            module.builds += 1
            assert threading.current_thread() is not threading.main_thread(), "Ctrl-C would not be seen"
            if not _report(config, module.hook):
                self._logger.log(Severity.ERROR, "BuildCanceled (Build canceled by user)")
                return None
            # Real TensorRT refuses a network with a dimension of -1 and no profile for it.
            assert all(-1 not in tensor.shape for tensor in network.inputs)
            return memoryview(json.dumps([name, version, cuda.name]).encode() + SEPARATOR + network.onnx)

    class Network:
        def __init__(self):
            self.onnx, self.layers, self.inputs = b"", [], []

        @property
        def num_inputs(self):
            return len(self.inputs)

        def get_input(self, index):
            return self.inputs[index]

        @property
        def num_layers(self):
            return len(self.layers)

        def get_layer(self, index):
            return self.layers[index]

    class Config(Strict):
        known = ("progress_monitor",)

    class OnnxParser:
        def __init__(self, network, logger):
            assert logger.alive
            self._network, self._logger, self.errors = network, logger, []

        @property
        def num_errors(self):
            return len(self.errors)

        def get_error(self, index):
            return self.errors[index]

        def parse(self, content):
            model = onnx.shape_inference.infer_shapes(onnx.load_model_from_string(content))
            for k, node in enumerate(model.graph.node):
                if node.op_type in unsupported:
                    self.errors.append(f"In node {k} with name:  and operator: {node.op_type}: UNSUPPORTED_NODE: false")
                    self._logger.log(Severity.ERROR, f"While parsing node number {k}")
                    return False
            types = {value.name: value.type.tensor_type.elem_type for value in model.graph.value_info}
            self._network.layers = [Layer(node, types) for node in model.graph.node]
            self._network.inputs = [Input(value) for value in model.graph.input]
            self._network.onnx = content
            return True

    class Input:
        def __init__(self, value):
            self.shape = [size.dim_value or -1 for size in value.type.tensor_type.shape.dim]

    class Layer:
        def __init__(self, node, types):
            self.type = module.LayerType["DEQUANTIZE" if node.op_type == "DequantizeLinear" else "OTHER"]
            self._types = [TYPES.get(types.get(output), DataType.FLOAT) for output in node.output]
            self.num_outputs = len(self._types)

        def get_output(self, index):
            return Tensor(self._types[index])

    class Tensor:
        def __init__(self, dtype):
            self.dtype = dtype

    class Runtime:
        def __init__(self, logger):
            assert logger.alive
            self._logger = logger

        def deserialize_cuda_engine(self, plan):
            header, separator, content = bytes(plan).partition(SEPARATOR)
            if not separator or json.loads(header) != [name, version, cuda.name]:
                self._logger.log(Severity.ERROR, "stdVersionRead == kSERIALIZATION_VERSION failed")
                return None
            return Engine(content, self._logger)

    class Engine:
        def __init__(self, content, logger):
            self.session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
            self.logger = logger
            self.inputs = {value.name: value for value in self.session.get_inputs()}
            self.outputs = {value.name: value for value in self.session.get_outputs()}
            self.tensors = self.inputs | self.outputs
            if rtx:
                self.create_runtime_config = RuntimeConfig

        @property
        def num_io_tensors(self):
            return len(self.tensors)

        def get_tensor_name(self, index):
            return list(self.tensors)[index]

        def get_tensor_shape(self, tensor):
            # Built for one stream; the real one returns Dims, which is no tuple either.
            return [1, *self.tensors[tensor].shape[1:]]

        def get_tensor_dtype(self, tensor):
            return {"tensor(float)": DataType.FLOAT, "tensor(uint8)": DataType.UINT8}[self.tensors[tensor].type]

        def create_execution_context(self, runtime_config=None):
            if cuda.capacity < 1000:
                self.logger.log(Severity.ERROR, "Error Code 2: OutOfMemory (Requested size was 1048576 bytes.)")
                return None
            if runtime_config:
                runtime_config.cache.compiled = True
            return Context(self)

    class Context:
        def __init__(self, engine):
            self._engine, self._addresses = engine, {}

        def set_tensor_address(self, tensor, address):
            assert type(address) is int
            assert address % 256 == 0
            if tensor not in self._engine.tensors:
                return False
            size = int(np.prod(self._engine.get_tensor_shape(tensor))) * self._engine.get_tensor_dtype(tensor).itemsize
            cuda.on_device(address, size)
            self._addresses[tensor] = (address, size)
            return True

        def execute_async_v3(self, stream_handle):
            engine, addresses = self._engine, dict(self._addresses)
            if addresses.keys() != engine.tensors.keys():
                engine.logger.log(Severity.ERROR, "Address is not set for a tensor")
                return False
            _check_apart(addresses, engine)
            views = {name: cuda.on_device(*place) for name, place in addresses.items()}
            cuda.streams[stream_handle].append(lambda: _compute(engine, views, wrong))
            return True

    class RuntimeConfig:
        def create_runtime_cache(self):
            return RuntimeCache()

        def set_runtime_cache(self, cache):
            self.cache = cache
            return True

    class RuntimeCache:
        compiled = False

        def serialize(self):
            assert self.compiled, "nothing was compiled yet"
            return memoryview(f"kernels of {version}".encode())

        def deserialize(self, blob):
            return blob == f"kernels of {version}".encode()

    module.Builder, module.OnnxParser, module.Runtime = Builder, OnnxParser, Runtime
    return module


def _report(config, hook):
    """Report two nested phases to a monitor; False if it stops the build."""
    monitor = getattr(config, "progress_monitor", None)
    if monitor is None:
        return True
    assert isinstance(monitor, IProgressMonitor)
    assert monitor.alive
    monitor.phase_start("Building engine", None, 4)
    for step in range(4):
        monitor.phase_start("Timing", "Building engine", 5)
        for inner in range(5):
            hook()
            if not monitor.step_complete("Timing", inner):
                return False
        monitor.phase_finish("Timing")
        if not monitor.step_complete("Building engine", step):
            return False
    monitor.phase_finish("Building engine")
    return True


def _check_apart(addresses, engine):
    """No output may lie where an input or another output lies: TensorRT would compute nonsense."""
    for output in engine.outputs:
        start, size = addresses[output]
        for other, (begin, length) in addresses.items():
            assert other == output or start + size <= begin or begin + length <= start, f"{output} overlaps {other}"


def _compute(engine, views, wrong):
    kinds = {DataType.FLOAT: np.float32, DataType.UINT8: np.uint8}

    def array(name):
        return views[name].view(kinds[engine.get_tensor_dtype(name)]).reshape(engine.get_tensor_shape(name))

    results = engine.session.run(list(engine.outputs), {name: array(name) for name in engine.inputs})
    for name, result in zip(engine.outputs, results, strict=True):
        array(name)[:] = result
    array("logits")[0, 0] += wrong
