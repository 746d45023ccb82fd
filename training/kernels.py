"""Change the sizes of a transplanted network's temporal kernels, without training.

    python -m training.kernels CHECKPOINT.pt OUT.pt --kernels 1,3,5,7

A longer kernel has the old taps, padded with zeros. A shorter kernel drops the taps of larger lags, so only channels
with little energy there get one. By default each layer keeps 99 % of the energy of its past taps and reads no more past
slices than before; `--shares` gives every layer the same groups instead. Kernel 1 alone drops all past taps, which
leaves a TSN, except for the stem and the pools.
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
"""Share of the energy of each layer's past taps."""


def with_kernels(
    net: MSTNet, kernels: Sequence[int], shares: Sequence[float] = (), keep: float = KEPT
) -> tuple[MSTNet, float]:
    """The same network with other temporal kernels.

    Args:
        net: a causal shufflenet of one kernel size.
        kernels: sizes, ascending.
        shares: of each layer's channels, one per kernel; channels with more energy in past taps get longer kernels.
            Without shares, `by_need` assigns the kernels of each layer.
        keep: without shares, the share of the energy of each layer's past taps that is kept, if the kernels are long
            enough.

    Returns:
        The network, and the share of the energy of all past taps that it keeps.

    Raises:
        ModelFileError: the network is of another kind, or a kernel gets no channel.
    """
    config = net.config
    if config.backbone != "shufflenet" or config.temporal.operation != "mixtconv" or len(config.temporal.kernels) > 1:
        raise ModelFileError("only a shufflenet whose channels all have the same kernel size can get other kernels")
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
    """Assign a kernel to each channel by shares; channels with the least energy in past taps get the first kernel.

    Args:
        taps: [C, k], now first.
        kernels: sizes, ascending.
        shares: one per kernel, with a sum of 1.

    Raises:
        ModelFileError: the shares do not fit.
    """
    try:
        sizes = torch.tensor(group_sizes(len(taps), kernels, shares))
    except ValueError as error:
        raise ModelFileError(str(error)) from error
    kernel_of = torch.empty(len(taps), dtype=torch.int64)
    kernel_of[_past(taps).argsort(stable=True)] = torch.arange(len(kernels)).repeat_interleave(sizes)
    return kernel_of


def by_need(taps: Tensor, kernels: Sequence[int], keep: float) -> Tensor:
    """Assign a kernel to each channel so that the layer keeps its past and reads no more past slices than before.

    Channels with next to no energy beyond a shorter kernel get that kernel. The past slices that they no longer read
    go to the channels with the most energy in past taps: the same number of channels for each longer kernel, the
    longest kernel first.

    Args:
        taps: [C, k], now first.
        kernels: sizes, ascending.
        keep: share of the energy of the past taps.
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
    """The energy of each channel's past taps."""
    return (taps[:, 1:] ** 2).sum(1)


@torch.no_grad()
def _fill(layer: MixTConv, taps: Tensor) -> None:
    """Copy taps [C, k], now first, into kernels of other sizes: truncated or padded with zeros."""
    for k, group in enumerate(layer.taps):
        group.zero_()
        group[:, : taps.shape[1]] = taps[layer.channels_of(k), : group.shape[1]]


def _layers(net: MSTNet) -> list[MixTConv]:
    """The temporal layers of the units, in order."""
    layers = [module.temporal for module in net.backbone.modules() if isinstance(module, ShuffleUnit)]
    return [layer for layer in layers if isinstance(layer, MixTConv)]


def _energy(layer: MixTConv) -> float:
    """The energy of the past taps of a layer."""
    return float((layer.taps_by_lag().detach()[:, 1:] ** 2).sum())


@command("kernels")
def main(arguments: list[str] | None = None) -> int:
    """Write the checkpoint with other kernels."""
    parser = CommandParser(prog="python -m training.kernels", description="Change temporal kernels.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--kernels", type=_sizes, required=True, help="sizes, such as 1,3,5,7")
    parser.add_argument("--shares", type=_shares, default=(), help="of each layer's channels, such as 0.4,0.4,0.1,0.1")
    parser.add_argument("--keep", type=share, default=KEPT, help="share of each layer's past energy")
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
    """The number of channels of each kernel, over all layers."""
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
