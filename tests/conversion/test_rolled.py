"""Rolled exports: the same outputs as the ring, for one stream and for many, and no incomplete files."""

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

from conversion.__main__ import main
from conversion.difference import largest_difference, run_alone
from conversion.rolled import RolledModel, export_rolled
from conversion.rolled_graph import roll
from models.engines import load_engine
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.errors import ModelFileError

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "models" / "weights" / "mstnet_small.onnx"


@pytest.mark.parametrize(
    ("backbone", "operation", "options"),
    [
        ("mobilenet_v2", "shift", {}),
        ("resnet18", "conv1d", {}),
        ("resnet18", "mixtconv", {"kernels": (1, 3), "dilations": (1, 2), "placement": "head"}),
    ],
)
def test_every_stream_of_a_batch_runs_as_if_alone(backbone, operation, options, exported_net, tmp_path):
    source = exported_net(backbone, operation, **options)
    export_rolled(source, tmp_path / "rolled.onnx")
    engine, rolled = OnnxRuntimeEngine(source), RolledModel(tmp_path / "rolled.onnx")
    for streams in (1, 3):
        assert largest_difference(run_alone(engine), rolled.stepping(streams), streams, engine.spec, seed=1) < 1e-4


def test_the_shipped_model_rolls_without_a_checkpoint(tmp_path):
    spec = export_rolled(SHIPPED, tmp_path / "rolled.onnx")
    rolled = RolledModel(tmp_path / "rolled.onnx")
    assert rolled.spec == spec == OnnxRuntimeEngine(SHIPPED).spec
    source = run_alone(OnnxRuntimeEngine(SHIPPED))
    assert largest_difference(source, rolled.stepping(2), 2, spec, seed=1) < 1e-3


def test_every_layer_gets_the_slices_of_its_lags(small_model, tmp_path):
    """The oldest slices hardly change a small network's logits, so the slices are compared."""
    spec = OnnxRuntimeEngine(small_model).spec
    model = roll(onnx.load(small_model), spec, streams=2)
    shown = [(memory.newest, memory.shape) for memory in spec.memories]
    shown += [(memory.past(lag), memory.shape) for memory in spec.memories for lag in memory.lags]
    for name, (_, *shape) in shown:
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, (2, *shape)))
    onnx.save(model, tmp_path / "rolled.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "rolled.onnx", providers=["CPUExecutionProvider"])
    names, random = [output.name for output in session.get_outputs()], np.random.default_rng(0)
    past = RolledModel(tmp_path / "rolled.onnx").start(2)
    history = []
    for step in range(spec.ring_phases() + 3):
        pictures = random.integers(0, 256, (2, *spec.picture_shape[1:]), dtype=np.uint8)
        given = {"picture": pictures} | {name: np.asarray(value.numpy()) for name, value in past.items()}
        values = dict(zip(names, session.run(None, given), strict=True))
        for memory in spec.memories:
            past[memory.rolled_input] = onnxruntime.OrtValue.ortvalue_from_numpy(values[memory.rolled_output])
            for lag in memory.lags:
                before = history[step - lag][memory.newest] if lag <= step else np.zeros_like(values[memory.newest])
                np.testing.assert_array_equal(values[memory.past(lag)], before)
        history.append(values)


@pytest.mark.parametrize(("batch", "dimension"), [("3", 3), ("dynamic", "streams")])
def test_the_command_writes_the_batch_that_was_asked_for(small_model, tmp_path, capsys, batch, dimension):
    out = tmp_path / "rolled.onnx"
    assert main(["rolled", str(small_model), str(out), "--batch", batch]) == 0
    assert "rolled.onnx" in capsys.readouterr().out
    graph = onnx.load(out).graph
    for tensor in (*graph.input, *graph.output):
        first = tensor.type.tensor_type.shape.dim[0]
        assert (first.dim_param or first.dim_value) == dimension
        assert len(tensor.type.tensor_type.shape.dim) <= 4
    pairs = [tensor.name for tensor in graph.input][1:], [tensor.name for tensor in graph.output][2:]
    assert [name.split(".", 1)[1] for name in pairs[0]] == [name.split(".", 1)[1] for name in pairs[1]]


def test_a_graph_that_gives_other_outputs_is_refused(small_model, tmp_path, monkeypatch):
    import conversion.rolled_graph

    whole = conversion.rolled_graph._cuts

    def cut_wrongly(memory):  # every layer looks one slice too far back, where there is one
        nodes = whole(memory)
        for node, older in pairwise(nodes):
            node.input[1:3] = older.input[1:3]
        return nodes

    monkeypatch.setattr(conversion.rolled_graph, "_cuts", cut_wrongly)
    with pytest.raises(ModelFileError, match="differs from"):
        export_rolled(small_model, tmp_path / "rolled.onnx")
    assert not list(tmp_path.iterdir())


def test_weights_are_the_same(small_model, tmp_path):
    export_rolled(small_model, tmp_path / "rolled.onnx")
    before, after = onnx.load(small_model).graph, onnx.load(tmp_path / "rolled.onnx").graph
    kept = {tensor.name: numpy_helper.to_array(tensor) for tensor in after.initializer}
    assert before.initializer
    for tensor in before.initializer:
        np.testing.assert_array_equal(kept[tensor.name], numpy_helper.to_array(tensor))
    used = {name for node in after.node for name in node.input}
    constants = {node.output[0] for node in after.node if node.op_type == "Constant"}
    assert constants | set(kept) <= used, "a runtime warns of every constant that nothing uses"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.onnx", "out.onnx"], "no model file missing.onnx"),
        (["damaged.onnx", "out.onnx"], "damaged.onnx is not a model"),
        (["plain.onnx", "out.onnx"], "plain.onnx keeps no state"),
        (["small.onnx", "small.onnx/out.onnx"], "cannot write small.onnx"),
        (["rolled.onnx", "out.onnx"], "rolled.onnx is a rolled export"),
    ],
)
def test_what_cannot_be_used_is_reported_in_one_line_and_leaves_nothing(
    small_model, plain_model, tmp_path, monkeypatch, capsys, arguments, said
):
    monkeypatch.chdir(tmp_path)
    for name, content in (("small", small_model), ("plain", plain_model)):
        Path(f"{name}.onnx").write_bytes(content.read_bytes())
    Path("damaged.onnx").write_bytes(b"no graph")
    export_rolled(small_model, Path("rolled.onnx"))
    assert main(["rolled", *arguments]) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert errors.count("\n") == 1
    assert not list(Path().glob("**/out.onnx*"))


def test_without_onnx_it_says_what_to_install(small_model, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.delitem(sys.modules, "conversion.rolled_graph", raising=False)
    assert main(["rolled", str(small_model), str(tmp_path / "rolled.onnx")]) == 2
    assert "pip install -r requirements-quantize.txt" in capsys.readouterr().err
    assert not list(tmp_path.glob("rolled.onnx*"))


def test_the_app_does_not_take_a_rolled_export_for_a_stream(small_model, tmp_path):
    export_rolled(small_model, tmp_path / "rolled.onnx")
    with pytest.raises(ModelFileError, match="rolled export, for servers"):
        load_engine(tmp_path / "rolled.onnx")
    with pytest.raises(ModelFileError, match=r"is not a rolled export; make one with"):
        RolledModel(small_model)
