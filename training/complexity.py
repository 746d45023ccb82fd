"""Counts the multiply-adds and parameters of a network with forward hooks."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.nets.mstnet import MSTNet
from models.nets.temporal import Conv1d, MixTConv


@dataclass(frozen=True, slots=True)
class Complexity:
    """Multiply-adds and parameters of a network."""

    multiply_adds: int
    """For all frames of one clip; a multiplication and its addition count as one."""
    parameters: int


def count(net: MSTNet, frames: int, size: int) -> Complexity:
    """Count a network on a clip of `frames` square pictures of `size` pixels.

    Counts convolutions, linear layers and temporal convolutions. Batch norm is folded into the convolution before it.
    The network runs on one picture only, since a temporal layer does the same work for every frame.
    """
    total = 0

    def add(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        total += COUNTERS[type(module)](module, inputs[0], output)

    hooks = [module.register_forward_hook(add) for module in net.modules() if type(module) in COUNTERS]
    was_training = net.training
    with torch.no_grad():
        net.eval()(torch.zeros(1, 1, 3, size, size))
    net.train(was_training)
    for hook in hooks:
        hook.remove()
    return Complexity(frames * total, sum(parameter.numel() for parameter in net.parameters()))


def _convolution(module: nn.Module, _: Tensor, output: Tensor) -> int:
    assert isinstance(module, nn.Conv2d)
    return output.numel() * module.weight[0].numel()


def _linear(module: nn.Module, _: Tensor, output: Tensor) -> int:
    assert isinstance(module, nn.Linear)
    return output.numel() * module.in_features


def _mixtconv(module: nn.Module, features: Tensor, _: Tensor) -> int:
    assert isinstance(module, MixTConv)
    return sum(taps.numel() for taps in module.taps) * features[0, 0].numel()


def _conv1d(module: nn.Module, features: Tensor, _: Tensor) -> int:
    assert isinstance(module, Conv1d)
    return module.weight.numel() * features[0, 0].numel()


COUNTERS: dict[type[nn.Module], Callable[[nn.Module, Tensor, Tensor], int]] = {
    nn.Conv2d: _convolution,
    nn.Linear: _linear,
    MixTConv: _mixtconv,
    Conv1d: _conv1d,
}
