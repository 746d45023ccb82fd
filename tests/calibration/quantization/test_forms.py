"""INT8 and FP16 forms: what is in their graphs, and that they agree with the float model."""

import numpy as np
import onnx
import pytest
from films import moving_square
from onnx import TensorProto, numpy_helper

from calibration.errors import QuantizationError
from calibration.quantization.agreement import Agreement
from calibration.quantization.graph import SAME_VALUES, FloatGraph
from calibration.quantization.half import to_float16
from calibration.quantization.model_file import save_model
from calibration.quantization.qdq import channel_steps, quantised
from calibration.quantization.scales import check_float16_range, find_scales
from calibration.quantization.sensitivity import float_layers, sensitivities
from calibration.quantization.streaming import run_streams
from models.engines.onnxruntime_engine import OnnxRuntimeEngine


@pytest.fixture(scope="module")
def forms(graph, scales):
    return {"int8": quantised(graph, scales, [layer.name for layer in graph.layers]), "fp16": to_float16(graph)}


@pytest.fixture(scope="module", params=["int8", "fp16"])
def engine(request, forms, graph, tmp_path_factory):
    path = tmp_path_factory.mktemp("form") / f"small.{request.param}.onnx"
    save_model(forms[request.param], graph.spec, path)
    return OnnxRuntimeEngine(path)


def agreement(graph, model, streams):
    pairs = zip(run_streams(graph, streams), run_streams(FloatGraph(model, graph.spec), streams), strict=True)
    return Agreement.of(list(pairs))


def run(engine, stream):
    state, logits = engine.start(), []
    for picture in stream:
        output, state = engine.step(picture[None], state)
        logits.append(output.logits[0])
    return np.stack(logits)


@pytest.mark.parametrize(("form", "same", "total_variation"), [("int8", 0.8, 0.1), ("fp16", 0.97, 0.002)])
def test_they_agree_with_float_on_a_stream(graph, forms, form, same, total_variation):
    difference = agreement(graph, forms[form], [moving_square(24, seed=3)])
    assert difference.same >= same
    assert difference.total_variation <= total_variation


def test_an_engine_runs_them_and_keeps_streams_apart(engine, streams):
    alone = [run(engine, stream) for stream in streams]
    states, mixed = [engine.start(), engine.start()], ([], [])
    for pictures in zip(*streams, strict=True):
        for side, picture in enumerate(pictures):
            output, states[side] = engine.step(picture[None], states[side])
            mixed[side].append(output.logits[0])
    for one, other in zip(alone, mixed, strict=True):
        np.testing.assert_array_equal(one, np.stack(other))


@pytest.mark.parametrize("form", ["int8", "fp16"])
def test_tensorrt_takes_what_is_in_them(graph, forms, form):
    """What its parser refused: a picture without a Cast, an Int32 bias, another opset, rank five."""
    model = onnx.shape_inference.infer_shapes(forms[form])
    assert [node.op_type for node in model.graph.node if "picture" in node.input] == ["Cast"]
    assert model.opset_import[0].version == graph.model.opset_import[0].version
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    widened = {name for node in model.graph.node if node.op_type == "DequantizeLinear" for name in node.input}
    assert all(constants[name].data_type != TensorProto.INT32 for name in widened & set(constants))
    assert all(len(value.type.tensor_type.shape.dim) <= 4 for value in model.graph.value_info)
    kinds = {end.name: end.type.tensor_type.elem_type for end in (*model.graph.input, *model.graph.output)}
    assert kinds.pop("picture") == TensorProto.UINT8
    assert set(kinds.values()) == {TensorProto.FLOAT}


def test_the_grid_is_symmetric_and_a_weight_has_one_for_each_channel(graph, forms):
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in forms["int8"].graph.initializer}
    ends = [node for node in forms["int8"].graph.node if node.op_type in ("QuantizeLinear", "DequantizeLinear")]
    assert all(not constants[node.input[2]].any() for node in ends)
    for layer in graph.layers:
        weight = numpy_helper.to_array(graph.weights[layer.input[1]])
        grid, steps = constants[f"{layer.input[1]}.int8"], constants[f"{layer.input[1]}.scales"]
        assert steps.shape == (len(weight),)
        wide = steps.reshape(-1, *[1] * (weight.ndim - 1))
        assert np.abs(grid * wide - weight).max() <= 0.501 * steps.max()
        assert np.abs(grid).max() == 127


def test_a_channel_without_weights_is_no_division_by_zero():
    np.testing.assert_allclose(channel_steps(np.array([[0.0], [254.0]], np.float32)), [1.0, 2.0])


def test_everything_is_float16_inside_the_half_form(forms):
    model = onnx.shape_inference.infer_shapes(forms["fp16"])
    ends = {end.name for end in (*model.graph.input, *model.graph.output)}
    inside = [value for value in model.graph.value_info if value.name not in ends]
    assert TensorProto.FLOAT not in {value.type.tensor_type.elem_type for value in inside}
    assert TensorProto.FLOAT not in {tensor.data_type for tensor in model.graph.initializer}


def test_what_float16_cannot_hold_is_refused(graph, streams):
    large = onnx.ModelProto()
    large.CopyFrom(graph.model)
    bias = next(t for t in large.graph.initializer if t.name == graph.layers[0].input[2])
    bias.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(bias) + np.float32(70_000), bias.name))
    with pytest.raises(QuantizationError, match="float16 ends at 65504"):
        check_float16_range(FloatGraph(large, graph.spec), [streams[0][:2]])
    with pytest.raises(QuantizationError, match="above 65504"):
        to_float16(FloatGraph(large, graph.spec))


def test_a_slot_is_of_one_group_whatever_reads_it(graph):
    for memory in graph.spec.memories:
        ends = [memory.newest, *(memory.past(lag) for lag in memory.lags)]
        assert len({graph.group_of(name) for name in ends}) == 1
        assert graph.group_of(memory.newest) != graph.group_of(graph.layers[-1].output[0])


def test_a_slots_past_and_its_newest_slice_share_one_scale(exported_net):
    """In a net whose convolutions read slots: TSM's shift concatenates them with the newest channels."""
    graph = FloatGraph.load(exported_net("mobilenet_v2", "shift"))
    model = quantised(graph, find_scales(graph, [moving_square(8)]), [layer.name for layer in graph.layers])
    found = 0
    for memory in graph.spec.memories:
        ends = [memory.newest, *(memory.past(lag) for lag in memory.lags)]
        scales = {name: grids(model, name) for name in ends}
        past = set.union(*(scales[memory.past(lag)] for lag in memory.lags))
        assert len(past) == 1, f"one grid for the past of {memory.layer}: {past}"
        before = grids(model, memory.newest, back=True)
        assert before <= past, "what is written lies on the grid on which it will be read"
        found += bool(before)
    assert found, "some newest slices come from quantised layers"


def grids(model, tensor, back=False):
    """Scales of the grids next to a tensor, past nodes that only pass values on."""
    constants = {t.name: float(numpy_helper.to_array(t)) for t in model.graph.initializer if not t.dims}
    waiting, seen, scales = [tensor], set(), set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for node in model.graph.node:
            near, far = (node.output, node.input[:1]) if back else (node.input, node.output)
            if name not in near:
                continue
            if node.op_type in ("QuantizeLinear", "DequantizeLinear"):
                scales.add(constants[node.input[1]])
            elif node.op_type in SAME_VALUES:
                waiting += [other for other in far if other not in seen]
    return scales


def test_a_layer_that_suffers_most_stays_float(exported_net, streams):
    """One weight per channel is so large that all others round to zero."""
    graph = FloatGraph.load(exported_net("resnet18", "mixtconv"))  # of few layers, each of which is tried
    spoilt = onnx.ModelProto()
    spoilt.CopyFrom(graph.model)
    layer = graph.layers[-1]
    weight = next(t for t in spoilt.graph.initializer if t.name == layer.input[1])
    values = numpy_helper.to_array(weight).copy()
    values[:, 0] = 200 * np.abs(values).max()
    weight.CopyFrom(numpy_helper.from_array(values, weight.name))
    hurt = FloatGraph(spoilt, graph.spec)
    few = [streams[0][:8]]
    scales = find_scales(hurt, few)
    asked = []
    found = sensitivities(hurt, scales, few, asked.append)
    assert sorted(asked) == sorted(each.layer for each in found) == sorted(each.name for each in graph.layers)
    assert found[0].layer == layer.name
    floats = float_layers(hurt, scales, few, found, 0.5 * found[0].agreement.total_variation)
    assert floats[0] == layer.name
    rest = [each.name for each in graph.layers if each.name not in floats]
    assert (
        agreement(hurt, quantised(hurt, scales, rest), few).total_variation <= 0.5 * found[0].agreement.total_variation
    )
    with pytest.raises(QuantizationError, match="--tolerance"):
        float_layers(hurt, scales, few, found, 1e-12)


def test_a_layer_left_in_float_keeps_its_weight(graph, scales):
    first, *rest = [layer.name for layer in graph.layers]
    model = quantised(graph, scales, rest)
    kept = next(node for node in model.graph.node if node.name == first)
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    assert constants[kept.input[1]].data_type == TensorProto.FLOAT
