"""Exported clip networks: the same output as in PyTorch, a portable graph, and refused input."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from clip_networks import random_checkpoint
from networks import small_net, small_spec

from models.engines.clip_onnxruntime import OnnxRuntimeClipEngine
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.errors import ModelFileError
from models.nets.checkpoint import save_checkpoint
from models.nets.mstnet import MSTNet
from training.export.__main__ import main
from training.export.clip_export import describe_clips, export_clips
from training.export.onnx_file import OPSET
from training.transplant.shufflenet3d import transplant

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def clip_net() -> MSTNet:
    return transplant(random_checkpoint(rank_1=True), centred=True)[0]


@pytest.fixture(scope="module")
def exported(clip_net: MSTNet, tmp_path_factory) -> Path:
    _, spec = transplant(random_checkpoint(rank_1=True), centred=True)
    path = tmp_path_factory.mktemp("clip") / "clip.onnx"
    export_clips(clip_net, describe_clips(spec, (8 / 3, 1.0)), path)
    return path


@torch.inference_mode()
def test_it_has_the_output_of_the_network(clip_net: MSTNet, exported: Path):
    engine, random = OnnxRuntimeClipEngine(exported), np.random.default_rng(3)
    assert engine.name.startswith("onnxruntime:")
    logits = []
    for low in (0, 60, 120):  # darker and lighter ones, for noise alone hardly changes the output
        clip = random.integers(low, low + 100, engine.spec.clip_shape, dtype=np.uint8)
        expected, got = clip_net(torch.from_numpy(clip).permute(0, 3, 1, 2)[None]), engine.run(clip)
        assert np.abs(got.logits - expected.logits[0].numpy()).max() < 1e-3
        assert np.abs(got.embedding - expected.embedding[0].numpy()).max() < 1e-3
        logits.append(got.logits)
    assert np.ptp(logits, 0).max() > 1e-2
    engine.close()


def test_the_graph_is_one_that_every_runtime_takes(exported: Path):
    model = onnx.shape_inference.infer_shapes(onnx.load(exported), strict_mode=True)
    graph = model.graph
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", OPSET)]
    ranks = {v.name: len(v.type.tensor_type.shape.dim) for v in (*graph.input, *graph.output, *graph.value_info)}
    ranks |= {weights.name: len(weights.dims) for weights in graph.initializer}
    assert {name for node in graph.node for name in node.output} <= set(ranks), "every shape is static"
    assert max(ranks.values()) <= 4
    assert [node.op_type for node in graph.node if "clip" in node.input] == ["Cast"]
    assert exported.stat().st_size <= 2_000_000


def test_it_describes_itself(exported: Path):
    spec = OnnxRuntimeClipEngine(exported).spec
    assert (spec.pictures, spec.height, spec.width, spec.rate_hz) == (16, 112, 112, 6.0)
    assert spec.windows_s == (8 / 3, 1.0)
    assert len(spec.labels) == 27
    assert len(spec.weights_sha256) == 64


def test_a_clip_of_another_kind_is_refused(exported: Path):
    engine = OnnxRuntimeClipEngine(exported)
    for clip in (np.zeros((15, 112, 112, 3), np.uint8), np.zeros(engine.spec.clip_shape, np.float32)):
        with pytest.raises(ValueError, match="a clip is uint8"):
            engine.run(clip)


def test_clip_and_stream_networks_are_not_interchangeable(exported: Path, small_model: Path):
    with pytest.raises(ModelFileError, match=r"is a clip network.*as the model") as caught:
        OnnxRuntimeEngine(exported)
    assert "\n" not in str(caught.value)
    with pytest.raises(ModelFileError, match="is a stream network") as caught:
        OnnxRuntimeClipEngine(small_model)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [None, b"", b"no model"])
def test_an_invalid_file_is_one_line(tmp_path: Path, content: bytes | None):
    if content is not None:
        (tmp_path / "clip.onnx").write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        OnnxRuntimeClipEngine(tmp_path / "clip.onnx")
    assert "\n" not in str(caught.value)


def test_a_description_of_another_graph_is_refused(exported: Path, tmp_path: Path):
    model = onnx.load(exported)
    metadata = model.metadata_props[0]
    metadata.value = metadata.value.replace('"pictures": 16', '"pictures": 8')
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(ModelFileError, match="describes another graph"):
        OnnxRuntimeClipEngine(tmp_path / "other.onnx")


def test_a_file_with_another_output_is_removed(clip_net: MSTNet, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("training.export.clip_export.TOLERANCE", -1.0)
    _, spec = transplant(random_checkpoint(rank_1=True), centred=True)
    with pytest.raises(ModelFileError, match="differs from its network"):
        export_clips(clip_net, describe_clips(spec, (1.0,)), tmp_path / "clip.onnx")
    assert list(tmp_path.iterdir()) == []


def test_the_command(tmp_path: Path, capsys):
    save_checkpoint(tmp_path / "clip.pt", *transplant(random_checkpoint(rank_1=True), centred=True))
    assert main([str(tmp_path / "clip.pt"), str(tmp_path / "mine.onnx"), "--windows", "2.5", "1.5"]) == 0
    assert "clips of 16 pictures" in capsys.readouterr().out
    spec = OnnxRuntimeClipEngine(tmp_path / "mine.onnx").spec
    assert (spec.name, spec.windows_s) == ("mine", (2.5, 1.5))


def test_a_stream_network_has_no_windows(tmp_path: Path, capsys):
    net = small_net()
    save_checkpoint(tmp_path / "net.pt", net, small_spec(net))
    assert main([str(tmp_path / "net.pt"), str(tmp_path / "out.onnx"), "--windows", "1"]) == 2
    assert "has no --windows" in capsys.readouterr().err


def test_running_one_needs_neither_torch_nor_onnx():
    code = (
        "import sys; import models.engines.clip_onnxruntime, models.clip_network;"
        "assert not {'torch', 'onnx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
