"""Plot how the energy of temporal kernels is distributed over their taps, before and after training.

    python -m training.experiments.learnt_taps BEFORE.pt AFTER.pt --out taps.svg

A tap's share is its energy divided by that of all taps of the same channels, with the present one. Taps are counted in
multiples of the layer's dilation: tap 2 of a kernel of 7 is the second of its six past slices.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import torch
from matplotlib.figure import Figure

from common.arguments import CommandParser
from common.command import command
from common.whole_file import whole_file
from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint
from models.nets.mstnet import MSTNet
from models.nets.temporal import MixTConv

MIN_PLOTTED = 1e-5
"""Lower end of the axis, in per cent; taps initialised to zero stay small for a long time."""


@dataclass(frozen=True, slots=True)
class KernelTaps:
    """The channels of one kernel size in one stage."""

    stage: str
    kernel: int
    channels: int
    shares: tuple[float, ...]
    """Shares of the energy, present tap first; the sum is 1."""


def taps_by_kernel(net: MSTNet) -> Iterator[KernelTaps]:
    """The shares of energy per tap, for each stage and each kernel larger than 1.

    Raises:
        ModelFileError: the network has no such kernel.
    """
    energy: dict[tuple[str, int], torch.Tensor] = {}
    channels: dict[tuple[str, int], int] = {}
    for name, layer in net.temporal_layers.items():
        if not isinstance(layer, MixTConv):
            continue
        for taps in layer.taps:
            key = name.partition(".")[0], taps.shape[1]
            if taps.shape[1] > 1 and len(taps):
                energy[key] = energy.get(key, torch.zeros(taps.shape[1])) + (taps.detach() ** 2).sum(0)
                channels[key] = channels.get(key, 0) + len(taps)
    if not energy:
        raise ModelFileError(f"a {net.config.temporal.operation} network has no temporal kernels")
    for key, sums in energy.items():
        yield KernelTaps(*key, channels[key], tuple((sums / sums.sum()).tolist()))


def table(before: list[KernelTaps], after: list[KernelTaps]) -> str:
    """Markdown: one row per stage and kernel, with the shares of its past taps in per cent."""
    lines = ["| stage | kernel | channels | past taps before, % | after, % |", "|---|---|---|---|---|"]
    for one, other in zip(before, after, strict=True):
        cells = [" ".join(f"{100 * share:.2g}" for share in each.shares[1:]) for each in (one, other)]
        lines.append(f"| {one.stage} | {one.kernel} | {one.channels} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def draw(path: Path, before: list[KernelTaps], after: list[KernelTaps]) -> None:
    """Plot the shares of the past taps as SVG: one row per stage, one column per kernel; a tap of zero has no bar.

    Raises:
        WriteError: the file cannot be written.
    """
    stages, kernels = (sorted({getattr(each, name) for each in before}) for name in ("stage", "kernel"))
    figure = Figure((2.6 * len(kernels) + 1, 1.8 * len(stages) + 0.6), layout="constrained")
    grid = figure.subplots(len(stages), len(kernels), squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for one, other in zip(before, after, strict=True):
        axes = grid[stages.index(one.stage), kernels.index(one.kernel)]
        axes.set_axis_on()
        for shift, each, label in ((-0.2, one, "before"), (0.2, other, "after")):
            places = [tap + shift for tap in range(1, one.kernel)]
            axes.bar(places, [100 * share for share in each.shares[1:]], 0.4, label=label)
        axes.set(title=f"{one.stage}, kernel {one.kernel}, {one.channels} channels", xticks=range(1, one.kernel))
        axes.set(yscale="log", ylim=(MIN_PLOTTED, 100))
        axes.title.set_fontsize(8)
        axes.tick_params(labelsize=7)
    figure.supxlabel("past tap, 1 is the nearest", fontsize=8)
    figure.supylabel("share of the taps' energy, %", fontsize=8)
    grid.flat[0].legend(fontsize=7)
    # No date and no random ids, so that the same data give the same file.
    with whole_file(path) as unfinished, matplotlib.rc_context({"svg.hashsalt": "taps"}):
        figure.savefig(unfinished, format="svg", metadata={"Date": None})


@command("learnt_taps")
def main(arguments: list[str] | None = None) -> int:
    """Write the plot and print the table."""
    parser = CommandParser(
        prog="python -m training.experiments.learnt_taps", description="Plot the energy of temporal taps."
    )
    parser.add_argument("before", type=Path, help="checkpoint before training")
    parser.add_argument("after", type=Path, help="checkpoint after training")
    parser.add_argument("--out", type=Path, required=True, metavar="SVG", help="file to write")
    given = parser.parse_args(arguments)
    before, after = (list(taps_by_kernel(load_checkpoint(path)[0])) for path in (given.before, given.after))
    if [shape(each) for each in before] != [shape(each) for each in after]:
        raise ModelFileError(
            f"{given.after} has other kernels than {given.before}; give a checkpoint that was trained from it"
        )
    draw(given.out, before, after)
    print(table(before, after))
    return 0


def shape(taps: KernelTaps) -> tuple[str, int, int]:
    """The fields that training does not change."""
    return taps.stage, taps.kernel, taps.channels


if __name__ == "__main__":
    sys.exit(main())
