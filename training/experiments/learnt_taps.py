"""What temporal kernels learnt: how much of their taps lies how far back, before and after training.

    python -m training.experiments.learnt_taps BEFORE.pt AFTER.pt --out taps.svg

A tap's part is its energy as a share of that of all taps of the same channels, now included. Taps are counted in steps
of their layer's own pace: tap 2 of a kernel of 7 is the second of its six past slices.
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

SMALLEST = 1e-5
"""Of a part that the picture shows, in per cent. What began as zero is small for a long time."""


@dataclass(frozen=True, slots=True)
class KernelTaps:
    """The channels of one kernel size in one stage."""

    stage: str
    kernel: int
    channels: int
    parts: tuple[float, ...]
    """Of the taps' energy, now first; 1 in all."""


def taps_by_kernel(net: MSTNet) -> Iterator[KernelTaps]:
    """What each stage's channels of each kernel larger than 1 look at.

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
        raise ModelFileError(f"a {net.config.temporal.operation} network has no temporal kernels to look at")
    for key, sums in energy.items():
        yield KernelTaps(*key, channels[key], tuple((sums / sums.sum()).tolist()))


def table(before: list[KernelTaps], after: list[KernelTaps]) -> str:
    """Markdown: a line for each stage and kernel, its past taps' parts before and after, in per cent."""
    lines = ["| stage | kernel | channels | past taps before, % | after, % |", "|---|---|---|---|---|"]
    for one, other in zip(before, after, strict=True):
        cells = [" ".join(f"{100 * part:.2g}" for part in each.parts[1:]) for each in (one, other)]
        lines.append(f"| {one.stage} | {one.kernel} | {one.channels} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def draw(path: Path, before: list[KernelTaps], after: list[KernelTaps]) -> None:
    """Draw the past taps' parts as bars, a row a stage and a column a kernel, as SVG; a tap of zero has no bar.

    Raises:
        WriteError: it cannot be written.
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
            axes.bar(places, [100 * part for part in each.parts[1:]], 0.4, label=label)
        axes.set(title=f"{one.stage}, kernel {one.kernel}, {one.channels} channels", xticks=range(1, one.kernel))
        axes.set(yscale="log", ylim=(SMALLEST, 100))
        axes.title.set_fontsize(8)
        axes.tick_params(labelsize=7)
    figure.supxlabel("past tap, 1 is the nearest", fontsize=8)
    figure.supylabel("part of the taps' energy, %", fontsize=8)
    grid.flat[0].legend(fontsize=7)
    # Neither a date nor random names: a picture that did not change gives no difference to look at.
    with whole_file(path) as unfinished, matplotlib.rc_context({"svg.hashsalt": "taps"}):
        figure.savefig(unfinished, format="svg", metadata={"Date": None})


@command("taps")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = CommandParser(prog="python -m training.experiments.learnt_taps", description="What kernels learnt.")
    parser.add_argument("before", type=Path, help="checkpoint")
    parser.add_argument("after", type=Path, help="what it became")
    parser.add_argument("--out", type=Path, required=True, metavar="SVG", help="the picture")
    given = parser.parse_args(arguments)
    before, after = (list(taps_by_kernel(load_checkpoint(path)[0])) for path in (given.before, given.after))
    if [shape(each) for each in before] != [shape(each) for each in after]:
        raise ModelFileError(f"{given.after} has other kernels than {given.before}; give what that one became")
    draw(given.out, before, after)
    print(table(before, after))
    return 0


def shape(taps: KernelTaps) -> tuple[str, int, int]:
    """What training does not change."""
    return taps.stage, taps.kernel, taps.channels


if __name__ == "__main__":
    sys.exit(main())
