"""The hasty form of a model: the same weights, which look less far back."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from networks import small_net, small_spec

import calibration.hasty
from calibration.hasty import hurried, main
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.nets.temporal import MixTConv
from models.spec import MemorySpec
from training.export import export

SHIPPED = Path(__file__).resolve().parents[2] / "models" / "weights" / "mstnet_small.onnx"


def logits_of(path: Path, pictures: np.ndarray) -> np.ndarray:
    engine, logits = OnnxRuntimeEngine(path), []
    state = engine.start()
    for picture in pictures:
        output, state = engine.step(picture[None], state)
        logits.append(output.logits[0])
    return np.stack(logits)


def random_pictures(steps: int, size: int = 112) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (steps, size, size, 3), dtype=np.uint8)


def test_it_sees_a_stream_as_the_model_sees_it_played_slowly(tmp_path):
    assert main([str(SHIPPED), str(tmp_path / "hasty.onnx"), "--haste", "2"]) == 0
    pictures = random_pictures(20)
    slowly = logits_of(SHIPPED, np.repeat(pictures, 2, axis=0))[1::2]
    np.testing.assert_allclose(logits_of(tmp_path / "hasty.onnx", pictures), slowly, atol=1e-4)


def test_where_steps_are_too_coarse_it_looks_at_one_after_the_other(tmp_path):
    net = small_net("shufflenet", "mixtconv", (3,))
    spec = small_spec(net)
    export(net, spec, tmp_path / "model.onnx")
    assert main([str(tmp_path / "model.onnx"), str(tmp_path / "hasty.onnx"), "--haste", "4"]) == 0
    for layer in net.temporal_layers.values():
        layer.lags = tuple(max(k, lag // 4) for k, lag in enumerate(layer.lags, 1))
        if isinstance(layer, MixTConv):
            layer.group_lags = [[0, *layer.lags]]
    pictures = random_pictures(12, spec.height)
    with torch.no_grad():
        wanted = net(torch.from_numpy(pictures).permute(0, 3, 1, 2)[None]).logits[0].numpy()
    np.testing.assert_allclose(logits_of(tmp_path / "hasty.onnx", pictures), wanted, atol=1e-4)


@pytest.mark.parametrize(
    ("lags", "haste", "less"),
    [((8, 16), 4, (2, 4)), ((2, 4), 4, (1, 2)), ((8, 9, 16), 4, (2, 3, 4)), ((5, 6, 7), 9, (1, 2, 3))],
)
def test_lags_stay_apart(lags, haste, less):
    assert hurried(MemorySpec("layer", (1, 2, 3, 3), lags), haste).lags == less


def test_a_model_that_cannot_look_less_far_back_is_told(tmp_path, capsys):
    net = small_net("mobilenet_v2", "mixtconv", (3,))
    export(net, small_spec(net), tmp_path / "model.onnx")
    assert main([str(tmp_path / "model.onnx"), str(tmp_path / "hasty.onnx")]) == 2
    assert "one step after the other" in capsys.readouterr().err
    assert not (tmp_path / "hasty.onnx").exists()


def test_it_says_what_it_is(tmp_path, capsys):
    path = tmp_path / "hasty.onnx"
    assert main([str(SHIPPED), str(path), "--haste", "4", "--temperature", "0.8", "--enter", "0.7"]) == 0
    model, hasty = OnnxRuntimeEngine(SHIPPED).spec, OnnxRuntimeEngine(path).spec
    assert f"ring of {hasty.ring_length} slots" in capsys.readouterr().out
    assert (hasty.name, hasty.temperature, hasty.decoding.rule.enter) == ("hasty", 0.8, 0.7)
    assert hasty.decoding.smooth_s == model.decoding.smooth_s / 4
    assert hasty.decoding.rule.rest_s == model.decoding.rule.rest_s / 4
    assert hasty.ring_length - 1 == (model.ring_length - 1) / 4
    assert hasty.weights_sha256 != model.weights_sha256  # what was learnt with the one does not fit the other
    assert "4 times less far back" in hasty.trained


def test_a_form_that_answers_otherwise_is_not_written(tmp_path, monkeypatch, capsys):
    whole = calibration.hasty.rename_past

    def renamed_wrongly(graph, before, after):
        whole(graph, before, after)
        bias = next(
            tensor for tensor in graph.initializer if tensor.dims == [len(OnnxRuntimeEngine(SHIPPED).spec.labels)]
        )
        bias.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(bias) + 1, bias.name))

    monkeypatch.setattr(calibration.hasty, "rename_past", renamed_wrongly)
    assert main([str(SHIPPED), str(tmp_path / "hasty.onnx"), "--haste", "2"]) == 2
    assert "differs from" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_hasty_model_in_the_box_was_made_of_the_other_one(tmp_path):
    shipped = SHIPPED.with_name("mstnet_small.hasty.onnx")
    again = tmp_path / shipped.name
    assert main([str(SHIPPED), str(again), "--haste", "4", "--temperature", "0.8", "--enter", "0.8"]) == 0
    assert OnnxRuntimeEngine(again).spec == OnnxRuntimeEngine(shipped).spec
    pictures = random_pictures(12)
    np.testing.assert_array_equal(logits_of(again, pictures), logits_of(shipped, pictures))


@pytest.mark.parametrize("option", [["--haste", "1"], ["--enter", "1.5"], ["--temperature", "0"], ["--haste", "fast"]])
def test_what_cannot_be_is_refused(tmp_path, option, capsys):
    with pytest.raises(SystemExit) as refused:
        main([str(SHIPPED), str(tmp_path / "hasty.onnx"), *option])
    assert refused.value.code == 2
    assert option[1] in capsys.readouterr().err


def test_a_model_is_not_replaced_by_its_hasty_form(tmp_path, capsys):
    path = tmp_path / "model.onnx"
    path.write_bytes(SHIPPED.read_bytes())
    assert main([str(path), str(path)]) == 2
    assert "is the model itself" in capsys.readouterr().err
    assert path.read_bytes() == SHIPPED.read_bytes()


def test_a_missing_model_is_one_line(tmp_path, capsys):
    assert main([str(tmp_path / "none.onnx"), str(tmp_path / "hasty.onnx")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "none.onnx" in error
