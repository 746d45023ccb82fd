"""Recovers the network of an exported file.

An exported graph has the weights in another form (`stacking`, `lean_shufflenet`): batch norm is folded into the
convolutions, the stem is one convolution per picture, temporal taps are kernels or factors. The running statistics of
batch norm are not in the file. The recovered batch norm has a scale and a bias per channel, and must stay in evaluation
mode in training, as in `training.distill`.
"""

import dataclasses
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from common.errors import first_line
from conversion.difference import TOLERANCE, largest_difference, stepping
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.errors import ModelFileError
from models.nets.checkpoint import weights_hash
from models.nets.mstnet import MSTNet, MSTNetConfig
from models.nets.shufflenet import ShuffleUnit
from models.nets.temporal import TemporalConfig
from models.spec import ModelSpec
from training.export.reference import in_chunks

FILTER_NORM = 0.3
"""Norm of every recovered filter, about that of the Jester-trained 3D-ShuffleNet's; the remaining factor is the scale
of its batch norm. Folded filters are up to ten times larger, which makes Adam's steps relatively smaller."""


def from_onnx(path: Path) -> tuple[MSTNet, ModelSpec]:
    """The network of an exported file, in evaluation mode, and its spec.

    Raises:
        ModelFileError: the file is missing, damaged or of another kind, or its outputs differ from the network's.
    """
    engine = OnnxRuntimeEngine(path)
    try:
        net = MSTNet(_config(engine.spec)).eval()
        _fill(net, _constants(path))
        spec = dataclasses.replace(
            engine.spec,
            memories=net.memories(engine.spec.height, engine.spec.width),
            receptive_field=net.receptive_field,
            weights_sha256=weights_hash(net),
        )
    except (KeyError, ValueError, RuntimeError) as error:
        raise ModelFileError(
            f"{path} cannot be converted ({type(error).__name__}: {first_line(error)}); give a ShuffleNet MSTNet of "
            "one kernel size as training.export writes it"
        ) from error
    difference = largest_difference(in_chunks(net), stepping(engine), 1, spec)
    if difference > TOLERANCE:
        raise ModelFileError(f"the network recovered from {path} has other outputs: {difference:.2g} > {TOLERANCE}")
    return net, spec


def _config(spec: ModelSpec) -> MSTNetConfig:
    """The config of the network, from its spec."""
    lags = {memory.layer: memory.lags for memory in spec.memories}
    kernel = 1 + len(lags["layer1.0.temporal"])
    temporal = TemporalConfig(kernels=(kernel,))
    return MSTNetConfig(len(spec.labels), "shufflenet", temporal=temporal, mean=spec.mean, std=spec.std)


def _constants(path: Path) -> dict[str, list[Tensor]]:
    """The constant inputs of each node of a graph, by name of the node, in order."""
    graph = onnx.load(path).graph
    known = {each.name: torch.from_numpy(numpy_helper.to_array(each).copy()) for each in graph.initializer}
    return {node.name: [known[name] for name in node.input if name in known] for node in graph.node}


@torch.no_grad()
def _fill(net: MSTNet, constants: dict[str, list[Tensor]]) -> None:
    """Load the weights of an exported graph, whose nodes are named after the network's modules."""
    stem, (bias, *_) = zip(
        *(_with_bias(constants[f"/backbone/stack/Conv{end}"]) for end in ("", "_1", "_2")), strict=True
    )
    _unfold(net.backbone.get_submodule("conv1"), net.backbone.get_submodule("bn1"), torch.cat(stem, 1), bias)
    for name, unit in net.backbone.named_modules():
        if not isinstance(unit, ShuffleUnit):
            continue
        for k in (1, 2, 3):
            weight, bias = constants[f"/backbone/{name}/conv{k}/Conv"]
            channels = unit.get_submodule(f"bn{k}").num_features  # a wider convolution repeats the first ones
            _unfold(unit.get_submodule(f"conv{k}"), unit.get_submodule(f"bn{k}"), weight[:channels], bias[:channels])
        (taps,) = unit.temporal.parameters()
        taps.copy_(_taps(constants, f"/backbone/{name}/temporal", taps.shape[1])[: len(taps)])
    net.classifier.load_state_dict(dict(zip(("weight", "bias"), constants["/classifier/Gemm"], strict=True)))


def _with_bias(given: list[Tensor]) -> tuple[Tensor, Tensor]:
    """The weight and the bias of a convolution; the bias is zero if it has none."""
    return given[0], given[1] if len(given) > 1 else given[0].new_zeros(len(given[0]))


def _taps(constants: dict[str, list[Tensor]], layer: str, size: int) -> Tensor:
    """A temporal layer's taps [C, size], from lag 0, given as one kernel or as a factor per slice."""
    if f"{layer}/Conv" in constants:
        (kernel,) = constants[f"{layer}/Conv"]
        return kernel.flatten(1)
    factors = [constants[f"{layer}/Mul{f'_{k}' if k else ''}"] for k in range(size)]
    return torch.stack([factor.flatten() for (factor,) in factors], 1)


def _unfold(convolution: nn.Module, norm: nn.Module, weight: Tensor, bias: Tensor) -> None:
    """Split a convolution with folded batch norm into filters of equal norm, and a batch norm of scale and bias."""
    sizes = weight.flatten(1).norm(dim=1)
    scale = torch.where(sizes > 0, sizes / FILTER_NORM, 1.0)
    convolution.load_state_dict({"weight": weight / scale[:, None, None, None]})
    if not isinstance(norm, nn.BatchNorm2d):
        raise TypeError(f"a convolution is followed by a {type(norm).__name__}")
    # With the epsilon that batch norm adds, the variance is 1.
    fixed = {"running_mean": torch.zeros_like(bias), "running_var": torch.full_like(bias, 1 - norm.eps)}
    norm.load_state_dict({**norm.state_dict(), **fixed, "weight": scale, "bias": bias})
