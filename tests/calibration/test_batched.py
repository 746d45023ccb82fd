"""The batched form of a model: made beside it, proved, and never half-done."""

import sys
from pathlib import Path

import pytest

import calibration.rolling
from calibration.batched import main
from models.engines.onnxruntime_batch import load_batch
from models.engines.onnxruntime_engine import OnnxRuntimeEngine

SHIPPED = Path(__file__).resolve().parents[2] / "models" / "weights" / "mstnet_small.onnx"


@pytest.fixture
def model(small_model, tmp_path):
    path = tmp_path / "small.onnx"
    path.write_bytes(small_model.read_bytes())
    return path


def test_it_lies_beside_the_model_and_says_the_same_of_itself(model, capsys):
    assert main([str(model)]) == 0
    assert "small.batch.onnx" in capsys.readouterr().out
    assert load_batch(model, 2, threads=1).spec == OnnxRuntimeEngine(model).spec
    assert sorted(path.name for path in model.parent.iterdir()) == ["small.batch.onnx", "small.onnx"]


def test_the_model_in_the_box_has_one_that_was_made_of_it():
    assert load_batch(SHIPPED, 2, threads=1).spec == OnnxRuntimeEngine(SHIPPED).spec


def test_a_graph_that_answers_otherwise_is_not_written(model, monkeypatch, capsys):
    whole = calibration.rolling.open_batch

    def opened_wrongly(graph, streams):
        whole(graph, streams)
        weights = next(node.input[1] for node in graph.node if node.op_type == "Gemm")
        tensor = next(tensor for tensor in graph.initializer if tensor.name == weights)
        tensor.raw_data = bytes(len(tensor.raw_data))

    monkeypatch.setattr(calibration.rolling, "open_batch", opened_wrongly)
    assert main([str(model)]) == 2
    assert "differs from" in capsys.readouterr().err
    assert [path.name for path in model.parent.iterdir()] == ["small.onnx"]


def test_without_onnx_it_says_what_to_install(model, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.delitem(sys.modules, "calibration.rolling")
    assert main([str(model)]) == 2
    assert "requirements-quantize.txt" in capsys.readouterr().err
