"""The optimiser, with a learning rate and weight decay for each kind of parameter."""

from collections import defaultdict
from typing import Any

import torch
from torch import nn

from models.nets.mstnet import MSTNet
from training.trainer.config import OptimConfig

FACTOR = "factor"
"""The key of a group's factor of the learning rate."""


def make_optimizer(net: MSTNet, config: OptimConfig) -> torch.optim.Optimizer:
    """The optimiser of the groups of `parameter_groups`."""
    groups = parameter_groups(net, config)
    if config.kind == "adam":
        return torch.optim.AdamW(groups, config.lr, (config.momentum, 0.999))
    return torch.optim.SGD(groups, config.lr, config.momentum)


def set_learning_rate(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """Set the learning rate of every group to `lr` times its factor."""
    for group in optimizer.param_groups:
        group["lr"] = lr * group[FACTOR]


def parameter_groups(net: MSTNet, config: OptimConfig) -> list[dict[str, Any]]:
    """The trainable parameters, grouped by factor of the learning rate and by weight decay.

    The policy `tsn` is that of the training code of TSN and TSM for networks that start from ImageNet. It treats
    temporal taps like other weights.
    """
    groups: dict[tuple[float, bool], list[nn.Parameter]] = defaultdict(list)
    for module in net.modules():
        for name, parameter in module.named_parameters(recurse=False):
            kind = _tsn(net, module, name) if config.policy == "tsn" else (1.0, True)
            if parameter.requires_grad:
                groups[kind].append(parameter)
    return [
        {"params": parameters, FACTOR: factor, "weight_decay": config.weight_decay if decays else 0.0}
        for (factor, decays), parameters in groups.items()
    ]


def _tsn(net: MSTNet, module: nn.Module, name: str) -> tuple[float, bool]:
    """A parameter's factor of the learning rate, and whether it decays."""
    if isinstance(module, nn.modules.batchnorm._BatchNorm):
        return 1.0, False
    times = 5.0 if module is net.classifier else 1.0
    return (2 * times, False) if name == "bias" else (times, True)
