"""Give a transplanted network other temporal kernels, without any training.

    python -m training.kernels CHECKPOINT.pt OUT.pt --kernels 1,3,5,7

A longer kernel starts as the taps there were, with zeros beside them. A shorter one drops what lies further back, so
the channels that use their past least are sorted into the groups of the shortest kernels. Kernels of 1 drop all taps:
what is left is a TSN, but for the stem and the pools.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from common.command import command
from models.errors import ModelFileError
from models.nets.checkpoint import describe_anew, load_checkpoint, save_checkpoint
from models.nets.mstnet import MSTNet
from models.nets.shufflenet import ShuffleUnit
from models.nets.temporal import MixTConv


def with_kernels(net: MSTNet, kernels: Sequence[int]) -> tuple[MSTNet, float]:
    """The same network with its channels in groups of other kernel sizes.

    Args:
        net: a causal shufflenet of one kernel size.
        kernels: sizes, ascending, one group each.

    Returns:
        The network, and the share of the energy of all taps into the past that it keeps.

    Raises:
        ModelFileError: the network is another one.
    """
    config = net.config
    if config.backbone != "shufflenet" or config.temporal.operation != "mixtconv" or len(config.temporal.kernels) > 1:
        raise ModelFileError("other kernels can be given to a shufflenet whose channels all have the same kernel size")
    other = MSTNet(replace(config, temporal=replace(config.temporal, kernels=tuple(kernels)))).eval()
    taps = {name: value for name, value in other.state_dict().items() if ".taps." in name}
    weights = {name: value.clone() for name, value in net.state_dict().items() if ".taps." not in name}
    other.load_state_dict({**weights, **taps})
    was = kept = 0.0
    for old, new in zip(_units(net), _units(other), strict=True):
        order = by_reach(_layer(old).taps_by_lag(), old.groups)
        _reorder(new, order)
        _fill(_layer(new), _layer(old).taps[0].detach()[order])
        was, kept = was + _energy(_layer(old)), kept + _energy(_layer(new))
    return other, kept / was if was else 1.0


def by_reach(taps: Tensor, groups: int) -> Tensor:
    """An order of the channels in which those that look back least come first, as far as the 1x1 convolutions allow.

    Behind a shuffle, a channel's place modulo `groups` says which group of the convolution before made it, and the
    third of the channels it lies in which group of the one after takes it: channels change places only where both stay.
    """
    channels = len(taps)
    reach = (taps[:, 1:] ** 2).sum(1) / (taps**2).sum(1).clamp(min=1e-12)
    order = torch.arange(channels)
    places = torch.arange(channels)
    for made in range(groups):
        for taken in range(groups):
            cell = places[(places % groups == made) & (places * groups // channels == taken)]
            order[cell] = cell[reach[cell].argsort()]
    return order


@torch.no_grad()
def _reorder(unit: ShuffleUnit, order: Tensor) -> None:
    """Put the channels between a unit's two 1x1 convolutions in another order."""
    per_group = len(order) // unit.groups
    # Channel p behind the shuffle was channel p % groups * per_group + p // groups before it.
    unshuffled = torch.arange(len(order)).reshape(unit.groups, per_group).T.flatten()
    before = torch.empty_like(order)
    before[unshuffled] = unshuffled[order]
    for module, by in ((unit.conv1, before), (unit.bn1, before), (unit.conv2, order), (unit.bn2, order)):
        for value in (*module.parameters(), *module.buffers()):
            if value.dim():  # batch norm also counts its steps
                value.copy_(value[by])
    inputs = (order % per_group).reshape(unit.groups, per_group)
    for outputs, by in zip(unit.conv3.weight.tensor_split(unit.groups), inputs, strict=True):
        outputs.copy_(outputs[:, by])


@torch.no_grad()
def _fill(layer: MixTConv, taps: Tensor) -> None:
    """Lay taps [C, k], now first, into groups of other sizes: cut off or filled up with zeros."""
    first = 0
    for group in layer.taps:
        channels, size = group.shape
        group.zero_()
        group[:, : taps.shape[1]] = taps[first : first + channels, :size]
        first += channels


def _units(net: MSTNet) -> list[ShuffleUnit]:
    return [module for module in net.backbone.modules() if isinstance(module, ShuffleUnit)]


def _layer(unit: ShuffleUnit) -> MixTConv:
    if not isinstance(unit.temporal, MixTConv):
        raise TypeError(f"a unit of a mixtconv network holds a {type(unit.temporal).__name__}")
    return unit.temporal


def _energy(layer: MixTConv) -> float:
    """Of the taps into the past."""
    return float((layer.taps_by_lag().detach()[:, 1:] ** 2).sum())


@command("kernels")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.kernels", description="Other temporal kernels.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kernels", type=_sizes, required=True, help="sizes, such as 1,3,5,7")
    given = parser.parse_args(arguments)
    start, spec = load_checkpoint(given.checkpoint)
    net, kept = with_kernels(start, given.kernels)
    trained = f"given kernels of {', '.join(map(str, given.kernels))}"
    described = describe_anew(net, spec, name=given.out.stem, trained=trained, decoding=spec.decoding)
    save_checkpoint(given.out, net, described)
    print(f"{given.out}: keeps {100 * kept:.0f} % of the energy of the taps into the past")
    return 0


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(int(size) for size in text.split(","))
    if min(sizes) < 1 or list(sizes) != sorted(sizes):
        raise argparse.ArgumentTypeError(f"kernel sizes ascend from 1, such as 1,3,5,7; got {text}")
    return sizes


if __name__ == "__main__":
    sys.exit(main())
