"""A stand-in for Triton: its gRPC service and its implicit state, as documented, with ONNX Runtime.

It reads the repository as Triton does: the configuration by Triton's own schema, compared with the graph, then
the configuration only. It does not batch.
"""

from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import onnxruntime as ort
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2, service_pb2, service_pb2_grpc
from tritonclient.utils import triton_to_np_dtype

KINDS = {"TYPE_UINT8": "tensor(uint8)", "TYPE_FP32": "tensor(float)"}


def read_config(folder):
    """`config.pbtxt` by Triton's schema, which refuses what it does not know."""
    return text_format.Parse((folder / "config.pbtxt").read_text(encoding="utf-8"), model_config_pb2.ModelConfig())


class Model:
    """A model of the repository, with the state of every sequence."""

    def __init__(self, folder):
        self.config = read_config(folder)
        self.session = ort.InferenceSession(str(folder / "1" / "model.onnx"), providers=["CPUExecutionProvider"])
        self.sequences = {}
        self._check()

    def _check(self):
        """What Triton's ONNX Runtime backend checks when it loads a model."""
        states = self.config.sequence_batching.state
        listed_inputs = [(t.name, t.data_type, t.dims) for t in self.config.input]
        listed_inputs += [(s.input_name, s.data_type, s.dims) for s in states]
        inputs = {tensor.name: tensor for tensor in self.session.get_inputs()}
        assert len(inputs) == len(listed_inputs), "the configuration has another number of inputs than the model has"
        outputs = {tensor.name: tensor for tensor in self.session.get_outputs()}
        listed_outputs = [(t.name, t.data_type, t.dims) for t in self.config.output]
        listed_outputs += [(s.output_name, s.data_type, s.dims) for s in states]
        for tensors, promised in ((inputs, listed_inputs), (outputs, listed_outputs)):
            for name, kind, dims in promised:
                shape = tensors[name].shape
                assert isinstance(shape[0], str), "with max_batch_size the first dimension is open"
                assert list(dims) == shape[1:]
                assert KINDS[model_config_pb2.DataType.Name(kind)] == tensors[name].type

    def start(self):
        """The state of a new sequence: that of `initial_state`; without one, Triton passes undefined memory."""
        state = {}
        for each in self.config.sequence_batching.state:
            zero = bool(each.initial_state) and each.initial_state[0].zero_data
            dims = each.initial_state[0].dims if zero else each.dims
            state[each.input_name] = np.full((1, *dims), 0 if zero else np.nan, np.float32)
        return state

    def step(self, sequence, start, inputs):
        """One request of a sequence."""
        if start:
            self.sequences[sequence] = self.start()
        wanted = [output.name for output in self.config.output]
        states = self.config.sequence_batching.state
        # Triton pairs states by their place in the alphabetical order of inputs and of outputs.
        pairs = list(zip(sorted(s.input_name for s in states), sorted(s.output_name for s in states), strict=True))
        values = self.session.run([*wanted, *(name for _, name in pairs)], inputs | self.sequences[sequence])
        self.sequences[sequence] = dict(zip((name for name, _ in pairs), values[len(wanted) :], strict=True))
        return dict(zip(wanted, values, strict=False))


class Service(service_pb2_grpc.GRPCInferenceServiceServicer):
    """The part of the protocol that a client of one model uses."""

    def __init__(self, models):
        self.models = models

    def ModelConfig(self, request, context):  # noqa: N802
        if request.name not in self.models:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Request for unknown model: '{request.name}' is not found")
        return service_pb2.ModelConfigResponse(config=self.models[request.name].config)

    def ModelInfer(self, request, context):  # noqa: N802
        model = self.models[request.model_name]
        sequence = request.parameters["sequence_id"].int64_param
        start = request.parameters["sequence_start"].bool_param
        if not start and sequence not in model.sequences:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the first request of a sequence must specify START")
        inputs = {
            each.name: np.frombuffer(raw, triton_to_np_dtype(each.datatype)).reshape(each.shape)
            for each, raw in zip(request.inputs, request.raw_input_contents, strict=True)
        }
        response = service_pb2.ModelInferResponse(model_name=request.model_name)
        for name, value in model.step(sequence, start, inputs).items():
            response.outputs.add(name=name, datatype="FP32", shape=value.shape)
            response.raw_output_contents.append(value.tobytes())
        return response


def serve(repository):
    """Serve a repository on a free port; return the server and its address."""
    models = {folder.name: Model(folder) for folder in repository.iterdir()}
    server = grpc.server(ThreadPoolExecutor(2))
    service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server(Service(models), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, f"127.0.0.1:{port}"
