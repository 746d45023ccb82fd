"""Exported files: their form, which runtimes are limited to, and that nothing half-done is left behind."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from networks import small_net, small_spec

from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.errors import ModelFileError
from models.nets.checkpoint import describe, load_checkpoint, save_checkpoint
from models.nets.mstnet import MSTNet, MSTNetConfig
from models.preprocess import to_picture
from models.spec import STREAMS, Decoding, FastPass, Rule
from training.export.__main__ import main
from training.export.onnx_file import OPSET
from training.export.stream_export import export

ROOT = Path(__file__).resolve().parent.parent.parent
SHIPPED = ROOT / "models" / "weights" / "mstnet_small.onnx"
DEMO = ROOT / "app" / "demo" / "demo.mp4"


def full_size(backbone: str) -> MSTNet:
    torch.manual_seed(0)
    return MSTNet(MSTNetConfig(27, backbone)).eval()


@pytest.fixture(scope="module", params=["shipped", "mobilenet_v2", "resnet50"])
def exported(request, full_model) -> Path:
    """The shipped model, and both backbones of the issue at full width."""
    return SHIPPED if request.param == "shipped" else full_model(request.param)


def tensors(graph: onnx.GraphProto) -> Iterator[tuple[str, int]]:
    """Name and number of dimensions of every tensor whose shape is known."""
    for value in (*graph.input, *graph.output, *graph.value_info):
        if value.type.tensor_type.HasField("shape"):
            yield value.name, len(value.type.tensor_type.shape.dim)
    for weights in graph.initializer:
        yield weights.name, len(weights.dims)


def test_the_graph_is_one_that_every_runtime_takes(exported):
    model = onnx.shape_inference.infer_shapes(onnx.load(exported), strict_mode=True)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", OPSET)]
    known = dict(tensors(model.graph))
    assert {name for node in model.graph.node for name in node.output} <= set(known), "every shape is known"
    for value in (*model.graph.input, *model.graph.output):
        first, *rest = value.type.tensor_type.shape.dim
        assert first.dim_param == STREAMS, "any number of streams"
        assert all(size.dim_value > 0 for size in rest), "everything else is static"
    assert max(known.values()) <= 4
    convolutions = [node for node in model.graph.node if node.op_type.startswith("Conv")]
    assert all(known[node.input[1]] == 4 for node in convolutions)
    users = [node for node in model.graph.node if "picture" in node.input]
    assert [node.op_type for node in users] == ["Cast"], "TensorRT takes uint8 into nothing else"


def test_no_tensor_is_input_and_output_at_once(exported):
    graph = onnx.load(exported).graph
    assert not {value.name for value in graph.input} & {value.name for value in graph.output}


def test_files_carry_their_description(exported):
    spec = OnnxRuntimeEngine(exported).spec
    assert len(spec.labels) == 27
    assert spec.ring_phases() in (7, 36)
    assert len(spec.weights_sha256) == 64


def test_onnxruntime_equals_torch_over_a_real_clip(tmp_path):
    """At the model's own size, over 5 s of the bundled clip."""
    pictures = every_second_picture(DEMO, 60)
    clip = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)[None]
    net = full_size("mobilenet_v2")
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None  # take the statistics of the next clip as they are
    with torch.no_grad():
        net.train()(clip)  # untrained batch norms would give the same output for any clip
        expected = net.eval()(clip).logits[0].numpy()
    spec = describe(net, name="real", labels=tuple(map(str, range(27))), height=128, width=128, rate_hz=12.0)
    export(net, spec, tmp_path / "real.onnx")
    engine = OnnxRuntimeEngine(tmp_path / "real.onnx")
    state, got = engine.start(), []
    for picture in pictures:
        output, state = engine.step(picture[None], state)
        got.append(output.logits[0])
    assert np.abs(np.stack(got) - expected).max() <= 1e-3
    assert np.ptp(expected, 0).max() > 1e-2, "the output depends on the clip"


def every_second_picture(path: Path, number: int) -> list[np.ndarray]:
    capture, pictures = cv2.VideoCapture(str(path)), []
    while len(pictures) < number:
        capture.grab()
        read, frame = capture.read()
        assert read, path
        pictures.append(to_picture(frame[:, :, ::-1], 128, 128))
    capture.release()
    return pictures


def test_a_centred_network_is_refused(tmp_path):
    net = small_net(causal=False)
    with pytest.raises(ModelFileError, match="is not causal and cannot stream"):
        export(net, small_spec(net), tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_other_outputs_is_not_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("training.export.stream_export.TOLERANCE", -1.0)
    net = small_net("resnet18", "shift")
    with pytest.raises(ModelFileError, match="differs from its network"):
        export(net, small_spec(net), tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_the_command(tmp_path, capsys):
    net = small_net("resnet18", "shift")
    save_checkpoint(tmp_path / "net.pt", net, small_spec(net))
    assert main([str(tmp_path / "net.pt"), str(tmp_path / "mine.onnx")]) == 0
    assert " MB of past" in capsys.readouterr().out
    assert OnnxRuntimeEngine(tmp_path / "mine.onnx").spec.name == "mine"
    _, spec = load_checkpoint(tmp_path / "net.pt")
    assert OnnxRuntimeEngine(tmp_path / "mine.onnx").spec.weights_sha256 == spec.weights_sha256


def test_the_fast_pass_is_described_in_the_file(tmp_path):
    net = small_net("resnet18", "shift")
    spec = replace(small_spec(net), temperature=0.5, decoding=Decoding(0.4, Rule(0.6, 0.3, 0.1, 1.0)))
    save_checkpoint(tmp_path / "net.pt", net, spec)
    asked = ["--fast-pass", "4", "--fast-temperature", "0.8", "--fast-enter", "0.8"]
    assert main([str(tmp_path / "net.pt"), str(tmp_path / "mine.onnx"), *asked]) == 0
    expected = FastPass(4, 0.8, Decoding(0.1, Rule(0.8, 0.4, 0.1, 0.25)))
    assert OnnxRuntimeEngine(tmp_path / "mine.onnx").spec.fast_pass == expected


@pytest.mark.parametrize("option", [["--fast-pass", "1"], ["--fast-enter", "1.5"], ["--fast-temperature", "0"]])
def test_settings_of_a_fast_pass_that_cannot_be_are_refused(tmp_path, option, capsys):
    assert main([str(tmp_path / "net.pt"), str(tmp_path / "mine.onnx"), *option]) == 2
    assert option[1] in capsys.readouterr().err


def test_a_missing_checkpoint_is_one_line(tmp_path, capsys):
    assert main([str(tmp_path / "none.pt"), str(tmp_path / "out.onnx")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
