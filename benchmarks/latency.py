"""Time and memory per new picture: the shipped model, other stream networks, the same on clips, and others.

    python -m benchmarks.latency                        a table
    python -m benchmarks.latency --json                 a list of objects, machine and versions in each
    python -m benchmarks.latency --only mine --model runs/mine.onnx      another model file and the shipped one
    python -m benchmarks.latency --plot docs/latency.svg --clip-model jester_shufflenet3d.onnx --hand hand.jpg

All run alternately in one process, networks on one thread, so that load of the machine affects all alike. A ratio is
the median over turns of the ratio to a plain 2-D network, or for a `--model` to the shipped one. `cpu_` is processor
time, which depends little on load. `peak_mb` is the rise of the resident memory of a fresh process by loading and 20
steps, `past_mb` the state of one stream in that. Scaling a frame to the input size is not included, except in
MediaPipe's figure, which does it itself.
"""

# ruff: noqa: E402
import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from training import packages

packages.require("latency")  # before anything imports them

import numpy as np
import torch

from app.meters import Percentiles
from benchmarks.compared_networks import Contender, Open, contenders
from benchmarks.machine import describe_machine
from benchmarks.markdown import Row, print_table
from benchmarks.memory import peak_mb
from benchmarks.runners import Runner
from benchmarks.timing import Costs, in_turns, ratio
from common.arguments import CommandParser, positive
from common.command import command
from common.errors import UserError


def chosen(everybody: Iterable[Contender], text: str) -> list[Contender]:
    """The networks with the text in their name, and the plain networks that they are compared with.

    Raises:
        UserError: no name has it.
    """
    everybody = list(everybody)
    named = [one for one in everybody if text in one.name]
    if not named:
        raise UserError(f"no network has {text!r} in its name; leave --only out to see all")
    plains = {one.plain for one in named}
    return [one for one in everybody if one in named or one.name in plains]


def measure(rows: list[Contender], turns: int) -> list[Row]:
    """Measure each; one that needs a missing package is skipped and reported."""
    with tempfile.TemporaryDirectory() as folder:
        opens: dict[str, Open] = {}
        runners: dict[str, Runner] = {}
        for one in rows:
            open_runner = one.prepare(Path(folder, f"{one.name}.onnx"))
            try:
                runners[one.name] = open_runner()
            except ImportError as error:
                print(f"{one.name} left out, a package is not installed: {error}", file=sys.stderr)
            else:
                opens[one.name] = open_runner
        costs = in_turns({name: runner.step for name, runner in runners.items()}, turns)
        peaks = {name: peak_mb(open_runner) for name, open_runner in opens.items()}
    return [figures(one, runners[one.name], costs, peaks[one.name]) for one in rows if one.name in runners]


def figures(one: Contender, runner: Runner, costs: dict[str, Costs], peak: float | None) -> Row:
    """One row."""
    own, plain = costs[one.name], costs.get(one.plain or "")
    wall = Percentiles.of(own.wall_ms)
    return {
        "name": one.name,
        "p50_ms": round(wall.p50, 3),
        "p95_ms": round(wall.p95, 3),
        "p99_ms": round(wall.p99, 3),
        "ratio_to_plain": plain and round(ratio(own.wall_ms, plain.wall_ms), 3),
        "cpu_ms": round(float(np.median(own.cpu_ms)), 3),
        "cpu_ratio_to_plain": plain and round(ratio(own.cpu_ms, plain.cpu_ms), 3),
        "rate_hz": runner.rate_hz,
        "cpu_ms_per_video_second": round(float(np.mean(own.cpu_ms)) * runner.rate_hz, 1),
        "peak_mb": peak and round(peak, 1),
        "past_mb": round(runner.past_bytes / 1e6, 2),
    }


@command("latency")
def main(arguments: list[str] | None = None) -> int:
    """Measure the networks and print a table."""
    parser = CommandParser(prog="python -m benchmarks.latency", description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=positive, default=200, help="pictures for each network")
    parser.add_argument("--only", metavar="TEXT", default="", help="networks with this in their name, and their plain")
    parser.add_argument("--clip-model", type=Path, metavar="FILE", help="also an ONNX network of clips")
    parser.add_argument(
        "--model", type=Path, metavar="FILE", action="append", default=[], help="also this model file; repeatable"
    )
    parser.add_argument("--hand", type=Path, metavar="FILE", help="also MediaPipe on this picture of a hand")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the medians to this SVG file")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    torch.manual_seed(0)
    rows = measure(chosen(contenders(given.clip_model, given.hand, given.model), given.only), given.turns)
    if given.json:
        print(json.dumps([row | {"turns": given.turns} | describe_machine() for row in rows], indent=1))
    else:
        print_table(rows)
    if given.plot:
        from benchmarks.plots import draw_latency

        draw_latency(rows, given.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
