"""How the cost of a step depends on frames seen, resolution, and streams in one process.

    python -m benchmarks.scaling                       tables
    python -m benchmarks.scaling --json                a list of objects, machine and versions in each
    python -m benchmarks.scaling --plots docs          and a plot of each table: docs/scaling-*.svg

Cost is the processor time of the process, `cpu_ms`, which depends little on load; compared networks alternate.
`steps_per_s` is wall time on all cores, and is reliable on an idle machine only.
"""

# ruff: noqa: E402
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from training import packages

packages.require("scaling")  # before anything imports them

import numpy as np
import torch

from benchmarks.compared_networks import export_stream
from benchmarks.machine import describe_machine
from benchmarks.markdown import Row, print_table
from benchmarks.runners import stepper
from benchmarks.timing import Costs, Step, in_turns
from common.arguments import CommandParser, positive
from common.command import command
from conversion.rolled import RolledModel, export_rolled
from models.engines.base import Engine
from models.engines.cores import cores
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.engines.shared_engine import SharedEngine
from models.nets.mstnet import MSTNet, MSTNetConfig
from models.shipped import SHIPPED_MODEL

SIZES = (96, 128, 160, 192, 224)
STREAMS = (1, 2, 4, 8, 16)
WINDOW = 50
"""Steps per figure in the table over frames seen."""
PARTS = ("frames", "resolution", "streams", "full")


def median_cpu_ms(costs: Costs) -> float:
    """The median cost of the calls."""
    return round(float(np.median(costs.cpu_ms)), 3)


def against_frames(turns: int) -> Iterator[Row]:
    """One endless stream, measured over a window, then not for a number of turns."""
    step = stepper(OnnxRuntimeEngine(SHIPPED_MODEL))
    for window in range(10):
        costs = Costs()
        for _ in range(WINDOW):
            costs.take(step)
        seen = window * (WINDOW + turns) + WINDOW
        yield {"part": "frames", "frames": seen, "cpu_ms": median_cpu_ms(costs)}
        for _ in range(turns):
            step()


def against_resolution(folder: Path, turns: int) -> Iterator[Row]:
    """MobileNetV2 with MixTConv at several sizes; random weights cost the same."""
    net = MSTNet(MSTNetConfig(27)).eval()
    engines: dict[str, Engine] = {}
    for pixels in SIZES:
        path = folder / f"{pixels}.onnx"
        export_stream(net, pixels, path)
        engines[str(pixels)] = OnnxRuntimeEngine(path)
    taken = in_turns({size: stepper(engine) for size, engine in engines.items()}, turns)
    for size, engine in engines.items():
        past_mb = round(engine.spec.past_bytes / 1e6, 2)
        yield {"part": "resolution", "pixels": int(size), "cpu_ms": median_cpu_ms(taken[size]), "past_mb": past_mb}


def forms(folder: Path, streams: int) -> dict[str, Step]:
    """The ways to step a number of streams by one picture each, on one thread."""
    engine = OnnxRuntimeEngine(SHIPPED_MODEL)
    pictures = np.random.default_rng(0).integers(0, 256, (streams, *engine.spec.picture_shape[1:]), dtype=np.uint8)
    singles = [stepper(engine) for _ in range(streams)]
    batch = OnnxRuntimeEngine(SHIPPED_MODEL, streams=streams)
    rolled = RolledModel(folder / "rolled.onnx")
    past = rolled.start(streams)

    def step_rolled() -> None:
        nonlocal past
        _, past = rolled.step(pictures, past)

    return {
        "one_by_one": lambda: [step() for step in singles],
        "batch": stepper(batch),
        "rolled": step_rolled,
    }


def against_streams(folder: Path, turns: int) -> Iterator[Row]:
    """The shipped model, its streams one by one and in batches; the cost of one stream's step."""
    export_rolled(SHIPPED_MODEL, folder / "rolled.onnx")
    for streams in STREAMS:
        taken = in_turns(forms(folder, streams), turns)
        costs = {f"{name}_cpu_ms": round(median_cpu_ms(value) / streams, 3) for name, value in taken.items()}
        yield {"part": "streams", "streams": streams, **costs}


def until_full(turns: int) -> Iterator[Row]:
    """Steps a second, by the clock, when every core steps; divided by the rate, the number of cameras."""
    engine = OnnxRuntimeEngine(SHIPPED_MODEL)
    shared = SharedEngine(engine, cores())
    for streams in STREAMS:
        steps = [stepper(shared) for _ in range(streams)]
        alone = steps_per_s(steps, turns)
        batch = OnnxRuntimeEngine(SHIPPED_MODEL, threads=cores(), streams=streams)
        batched = streams * steps_per_s([stepper(batch)], turns)
        yield {
            "part": "full",
            "streams": streams,
            "cores": cores(),
            "one_by_one_steps_per_s": round(alone),
            "batch_steps_per_s": round(batched),
        }
    shared.close()


def steps_per_s(steps: list[Step], turns: int) -> float:
    """Calls per second, each in a separate thread at the same time."""
    with ThreadPoolExecutor(len(steps)) as threads:
        began = time.perf_counter()
        list(threads.map(lambda step: [step() for _ in range(turns)], steps))
        return len(steps) * turns / (time.perf_counter() - began)


def measure(parts: list[str], turns: int) -> Iterator[Row]:
    """The rows of the parts that were asked for."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made: dict[str, Callable[[], Iterator[Row]]] = {
            "frames": partial(against_frames, turns),
            "resolution": partial(against_resolution, folder, turns),
            "streams": partial(against_streams, folder, turns),
            "full": partial(until_full, turns),
        }
        for part in parts:
            yield from made[part]()


@command("scaling")
def main(arguments: list[str] | None = None) -> int:
    """Measure the parts and print their tables."""
    parser = CommandParser(prog="python -m benchmarks.scaling", description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=positive, default=100, help="steps behind each figure")
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part (may be repeated)")
    parser.add_argument(
        "--plots", type=Path, metavar="FOLDER", help="draw each part to scaling-PART.svg in this folder"
    )
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    torch.manual_seed(0)
    rows = list(measure(given.only or list(PARTS), given.turns))
    if given.plots:
        from benchmarks.plots import draw

        draw(rows, given.plots)
    if given.json:
        print(json.dumps([row | describe_machine() for row in rows], indent=1))
    else:
        print_tables(rows)
    return 0


def print_tables(rows: list[Row]) -> None:
    """Each part as Markdown, with the machine below."""
    for part in dict.fromkeys(row["part"] for row in rows):
        print_table([{k: v for k, v in row.items() if k != "part"} for row in rows if row["part"] == part])
        print()


if __name__ == "__main__":
    sys.exit(main())
