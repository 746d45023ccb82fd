"""Small networks in which every layer affects the output."""

import torch
from torch import nn

from models.nets.checkpoint import describe
from models.nets.mstnet import BackboneName, MSTNet, MSTNetConfig
from models.nets.temporal import MixTConv, Operation, TemporalConfig
from models.spec import ModelSpec

LABELS = ("Doing other things", "No gesture", "Swiping Left", "Swiping Right", "Thumb Up")


def small_net(
    backbone: BackboneName = "mobilenet_v2",
    operation: Operation = "mixtconv",
    kernels: tuple[int, ...] | None = None,
    dilations: tuple[int, ...] = (1,),
    causal: bool = True,
    placement: str = "inner",
    seed: int = 0,
    shares: tuple[float, ...] = (),
    assigned: bool = False,
) -> MSTNet:
    """A network a quarter as wide, in evaluation mode, with random taps and batch-norm statistics.

    With `assigned`, each channel of a MixTConv has a random kernel.

    Untrained networks hide bugs: their taps are mostly identity and their outputs hardly differ.
    """
    torch.manual_seed(seed)
    if kernels is None:
        kernels = (1, 3, 5, 7) if operation == "mixtconv" else (3,)
    temporal = TemporalConfig(operation, kernels, dilations, causal, shares=shares)
    net = MSTNet(MSTNetConfig(len(LABELS), backbone, 0.25, temporal, placement)).eval()
    for module in list(net.modules()):
        if isinstance(module, MixTConv) and assigned:
            module.assign(torch.randint(len(kernels), (len(module.kernel_of),)))
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.0)
        if isinstance(module, nn.ParameterList):
            for taps in module:
                taps.data.normal_(0, 0.5)
    net.classifier.weight.data.normal_(0, 1.0)
    return net


def small_spec(net: MSTNet, size: int = 32, rate_hz: float = 12.0) -> ModelSpec:
    """The spec of a small network."""
    return describe(net, name="small", labels=LABELS, height=size, width=size, rate_hz=rate_hz, trained="not at all")
