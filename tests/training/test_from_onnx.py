"""An exported network converted back to a checkpoint: the same output, and it can be trained."""

import numpy as np
import onnx
import pytest
import torch
from networks import small_net, small_spec

from conversion.difference import TOLERANCE
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint
from training.export.recovery import FILTER_NORM, from_onnx
from training.export.stream_export import export
from training.from_onnx import main


@pytest.fixture(scope="module", params=[(3, "stacked"), (5, "stacked"), (3, "apart")], ids=str)
def exported(request, exported_net, tmp_path_factory):
    """A ShuffleNet with random taps and batch norms, and its exported file.

    Its layers are stacked or, as in older files and for large slices, sums of products.
    """
    kernel, form = request.param
    net = small_net("shufflenet", kernels=(kernel,))
    if form == "stacked":
        return net, exported_net("shufflenet", "mixtconv", kernels=(kernel,))
    path = tmp_path_factory.mktemp("exported") / "model.onnx"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.export.stacking.MAX_STACK_BYTES", 0)
        export(net, small_spec(net), path)
    return net, path


@pytest.fixture(scope="module")
def recovered(exported):
    """The network recovered from the file, and its spec."""
    return from_onnx(exported[1])


def clip(steps: int = 40) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(1).integers(0, 256, (1, steps, 3, 32, 32), dtype=np.uint8))


def test_it_has_the_output_of_the_exported_network(exported, recovered):
    net, (again, spec) = exported[0], recovered
    with torch.no_grad():
        assert torch.allclose(again(clip()).logits, net(clip()).logits, atol=TOLERANCE)
    assert again.config.temporal == net.config.temporal
    assert spec.memories == net.memories(32, 32)


def test_the_spec_is_kept(exported, recovered):
    before, after = OnnxRuntimeEngine(exported[1]).spec, recovered[1]
    for name in ("labels", "rate_hz", "decoding", "temperature", "trained", "mean", "std"):
        assert getattr(after, name) == getattr(before, name)


def test_its_filters_are_of_one_size(recovered):
    convolutions = [m for m in recovered[0].modules() if isinstance(m, torch.nn.Conv2d)]
    assert all(torch.allclose(c.weight.flatten(1).norm(dim=1), torch.tensor(FILTER_NORM)) for c in convolutions)


def test_the_command_writes_a_checkpoint_that_can_be_exported_again(exported, tmp_path):
    net, path = exported
    assert main([str(path), str(tmp_path / "out.pt")]) == 0
    again, spec = load_checkpoint(tmp_path / "out.pt")
    export(again, spec, tmp_path / "again.onnx")
    with torch.no_grad():
        assert torch.allclose(again(clip()).logits, net(clip()).logits, atol=TOLERANCE)


def test_of_several_stacked_kernels_the_longest_comes_back(exported_net):
    """The file holds the shorter ones filled up with zeros, so the answers are the same."""
    mixed = exported_net("shufflenet", "mixtconv", kernels=(1, 3))
    assert from_onnx(mixed)[0].config.temporal.kernels == (3,)


@pytest.mark.parametrize(("backbone", "operation"), [("mobilenet_v2", "mixtconv"), ("shufflenet", "shift")])
def test_another_network_is_refused_in_one_line(backbone, operation, exported_net):
    with pytest.raises(ModelFileError, match=r"one kernel size as training\.export writes it"):
        from_onnx(exported_net(backbone, operation))


def test_a_network_with_another_output_than_its_file_is_refused(exported, tmp_path):
    model = onnx.load(exported[1])
    classifier = next(node for node in model.graph.node if node.name == "/classifier/Gemm")
    next(attribute for attribute in classifier.attribute if attribute.name == "alpha").f = 2.0
    onnx.save(model, tmp_path / "changed.onnx")
    with pytest.raises(ModelFileError, match="has other outputs"):
        from_onnx(tmp_path / "changed.onnx")


def test_a_missing_file_is_one_line(tmp_path, capsys):
    assert main([str(tmp_path / "none.onnx"), str(tmp_path / "out.pt")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
