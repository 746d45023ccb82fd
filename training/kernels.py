"""Give a transplanted network other temporal kernels, without any training.

    python -m training.kernels CHECKPOINT.pt OUT.pt --kernels 1,3,5,7

A longer kernel starts as the taps there were, with zeros beside them. A shorter one drops what lies further back, so
only channels that hardly use it get one. By default each layer keeps 99 % of the energy of its taps into the past and
reads no more past slices than before; `--shares` gives every layer the same groups instead. Kernels of 1 alone drop all
taps: what is left is a TSN, but for the stem and the pools.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from common.arguments import CommandParser, share
from common.command import command
from models.errors import ModelFileError
from models.nets.checkpoint import derived_spec, load_checkpoint, save_checkpoint
from models.nets.mstnet import MSTNet
from models.nets.shufflenet import ShuffleUnit
from models.nets.temporal import MixTConv, group_sizes

KEPT = 0.99
"""Of the energy of each layer's taps into the past."""


def with_kernels(
    net: MSTNet, kernels: Sequence[int], shares: Sequence[float] = (), keep: float = KEPT
) -> tuple[MSTNet, float]:
    """The same network with other temporal kernels; each layer gives its channels the kernels that they need.

    Args:
        net: a causal shufflenet of one kernel size.
        kernels: sizes, ascending.
        shares: of each layer's channels, one a kernel; the more a channel looks back, the longer its kernel. Without
            them each layer is given what `by_need` says.
        keep: without shares, of the energy of each layer's taps into the past that is kept, if the kernels are long
            enough.

    Returns:
        The network, and the share of the energy of all taps into the past that it keeps.

    Raises:
        ModelFileError: the network is another one, or no channel of it gets one of the kernels.
    """
    config = net.config
    if config.backbone != "shufflenet" or config.temporal.operation != "mixtconv" or len(config.temporal.kernels) > 1:
        raise ModelFileError("other kernels can be given to a shufflenet whose channels all have the same kernel size")
    try:
        other = MSTNet(replace(config, temporal=replace(config.temporal, kernels=tuple(kernels)))).eval()
    except ValueError as error:
        raise ModelFileError(str(error)) from error
    taps = {name: value for name, value in other.state_dict().items() if ".taps." in name}
    weights = {name: value.clone() for name, value in net.state_dict().items() if ".taps." not in name}
    other.load_state_dict({**weights, **taps})
    was = kept = 0.0
    given: set[int] = set()
    for old, new in zip(_layers(net), _layers(other), strict=True):
        before = old.taps[0].detach()
        kernel_of = by_share(before, kernels, shares) if shares else by_need(before, kernels, keep)
        new.assign(kernel_of)
        _fill(new, before)
        given |= set(kernel_of.tolist())
        was, kept = was + _energy(old), kept + _energy(new)
    if none := [size for k, size in enumerate(kernels) if k not in given]:
        raise ModelFileError(
            f"no channel is left for {' and '.join(map(str, none))} of the kernels {list(kernels)}: a layer would lose "
            "too much of its past, or read more of it than before; give --shares, or other kernels"
        )
    return other, kept / was if was else 1.0


def by_share(taps: Tensor, kernels: Sequence[int], shares: Sequence[float]) -> Tensor:
    """Which kernel each channel gets, if each kernel gets its share; those that look back least get the first.

    Args:
        taps: [C, k], now first.
        kernels: sizes, ascending.
        shares: one a kernel, 1 in all.

    Raises:
        ModelFileError: the shares do not fit; says how.
    """
    try:
        sizes = torch.tensor(group_sizes(len(taps), kernels, shares))
    except ValueError as error:
        raise ModelFileError(str(error)) from error
    kernel_of = torch.empty(len(taps), dtype=torch.int64)
    kernel_of[_past(taps).argsort(stable=True)] = torch.arange(len(kernels)).repeat_interleave(sizes)
    return kernel_of


def by_need(taps: Tensor, kernels: Sequence[int], keep: float) -> Tensor:
    """Which kernel each channel gets, if the layer is to keep its past and to read no more of it than before.

    Channels whose taps beyond a shorter kernel hold next to no energy get that kernel. The past slices that they no
    longer read go to those that look back most, in equal numbers for each longer kernel, the longest to the first.

    Args:
        taps: [C, k], now first.
        kernels: sizes, ascending.
        keep: of the energy of the taps into the past.
    """
    size = taps.shape[1]
    usual = next((k for k, other in enumerate(kernels) if other >= size), len(kernels) - 1)
    kernel_of = torch.full((len(taps),), usual)
    spare = (1 - keep) * float(_past(taps).sum())
    for k in range(usual):
        lost = (taps[:, kernels[k] :] ** 2).sum(1).masked_fill(kernel_of != usual, torch.inf)
        order = lost.argsort(stable=True)
        shortened = order[lost[order].cumsum(0) <= spare]
        kernel_of[shortened] = k
        spare -= float(lost[shortened].sum())
    longer = range(usual + 1, len(kernels))
    freed = sum(kernels[usual] - kernels[k] for k in kernel_of.tolist())
    left = int((kernel_of == usual).sum())
    each = min(left // len(longer), freed // sum(kernels[k] - kernels[usual] for k in longer)) if longer else 0
    ranked = _past(taps).masked_fill(kernel_of != usual, -1).argsort(descending=True, stable=True)
    for place, k in enumerate(reversed(longer)):
        kernel_of[ranked[place * each : (place + 1) * each]] = k
    return kernel_of


def _past(taps: Tensor) -> Tensor:
    """The energy of each channel's taps into the past."""
    return (taps[:, 1:] ** 2).sum(1)


@torch.no_grad()
def _fill(layer: MixTConv, taps: Tensor) -> None:
    """Lay taps [C, k], now first, into kernels of other sizes: cut off or filled up with zeros."""
    for k, group in enumerate(layer.taps):
        group.zero_()
        group[:, : taps.shape[1]] = taps[layer.channels_of(k), : group.shape[1]]


def _layers(net: MSTNet) -> list[MixTConv]:
    """Of the units' first pairs, in order."""
    layers = [module.temporal for module in net.backbone.modules() if isinstance(module, ShuffleUnit)]
    return [layer for layer in layers if isinstance(layer, MixTConv)]


def _energy(layer: MixTConv) -> float:
    """Of the taps into the past."""
    return float((layer.taps_by_lag().detach()[:, 1:] ** 2).sum())


@command("kernels")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = CommandParser(prog="python -m training.kernels", description="Other temporal kernels.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kernels", type=_sizes, required=True, help="sizes, such as 1,3,5,7")
    parser.add_argument("--shares", type=_shares, default=(), help="of each layer's channels, such as 0.4,0.4,0.1,0.1")
    parser.add_argument("--keep", type=share, default=KEPT, help="of each layer's past energy")
    given = parser.parse_args(arguments)
    start, spec = load_checkpoint(given.checkpoint)
    net, kept = with_kernels(start, given.kernels, given.shares, given.keep)
    trained = f"given kernels of {', '.join(map(str, given.kernels))}"
    described = derived_spec(net, spec, name=given.out.stem, trained=trained, decoding=spec.decoding)
    save_checkpoint(given.out, net, described)
    counts = ", ".join(f"{size}: {channels}" for size, channels in zip(given.kernels, _counts(net), strict=True))
    print(
        f"{given.out}: keeps {100 * kept:.1f} % of the energy of the taps into the past; channels by kernel: {counts}"
    )
    return 0


def _counts(net: MSTNet) -> list[int]:
    """How many channels of all layers each kernel has."""
    return [sum(map(len, groups)) for groups in zip(*(layer.taps for layer in _layers(net)), strict=True)]


def _shares(text: str) -> tuple[float, ...]:
    return tuple(share(word) for word in text.split(","))


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(int(size) for size in text.split(","))
    if min(sizes) < 1 or list(sizes) != sorted(sizes):
        raise argparse.ArgumentTypeError(f"kernel sizes ascend from 1, such as 1,3,5,7; got {text}")
    return sizes


if __name__ == "__main__":
    sys.exit(main())
