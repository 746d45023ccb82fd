"""Time of one step: the model in the box and other streaming networks, each beside its plain 2-D backbone.

    python -m benchmarks.latency                 a table
    python -m benchmarks.latency --json          a list of objects, machine and versions in each

All networks step in turns in one process on one thread, so that whatever else the machine does hits all alike; the
ratio is the median of the ratios turn by turn. Networks other than the one in the box have random weights, which cost
the same.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn

from app.meters import Percentiles
from benchmarks.machine import describe_machine
from models.engines.base import Engine
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.nets.checkpoint import describe
from models.nets.mstnet import BackboneName, MSTNet, MSTNetConfig
from models.nets.shufflenet import ShuffleNet
from models.nets.temporal import NoTime, Operation, TemporalConfig, TemporalLayer
from training.export import export

SHIPPED = Path(__file__).resolve().parent.parent / "models" / "weights" / "mstnet_small.onnx"
SIZES: tuple[tuple[BackboneName, int], ...] = (("mobilenet_v2", 128), ("mobilenet_v2", 224), ("resnet50", 224))
FORMS: dict[str, Operation] = {"plain": "none", "tsm": "shift", "mixtconv": "mixtconv"}
CLASSES = 27


def networks(folder: Path) -> Iterator[tuple[str, str, Engine]]:
    """Name, name of the plain backbone to compare with, and engine of each network."""
    small = "shufflenet-112-plain"
    yield f"shipped:{SHIPPED.name}", small, OnnxRuntimeEngine(SHIPPED)
    yield small, small, exported(plain_shufflenet(), 112, folder / "small.onnx")
    for backbone, size in SIZES:
        for form, operation in FORMS.items():
            name = f"{backbone}-{size}-{form}"
            net = MSTNet(MSTNetConfig(CLASSES, backbone, temporal=TemporalConfig(operation)))
            yield name, f"{backbone}-{size}-plain", exported(net, size, folder / f"{name}.onnx")


def exported(net: MSTNet, size: int, path: Path) -> Engine:
    """A network of random weights in ONNX Runtime."""
    labels = tuple(f"label {k}" for k in range(CLASSES))
    export(net, describe(net.eval(), name=path.stem, labels=labels, height=size, width=size, rate_hz=12.0), path)
    return OnnxRuntimeEngine(path)


def plain_shufflenet() -> MSTNet:
    """The backbone of the model in the box as a 2-D network of single pictures: every temporal layer taken out."""
    net = MSTNet(MSTNetConfig(CLASSES, "shufflenet", temporal=TemporalConfig("none")))
    for module in list(net.backbone.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, TemporalLayer):
                setattr(module, name, NoTime())
    assert isinstance(net.backbone, ShuffleNet)
    net.backbone.conv1 = nn.Conv2d(3, net.backbone.conv1.out_channels, 3, 2, 1, bias=False)
    return net


def measure(engines: dict[str, Engine], turns: int) -> dict[str, list[float]]:
    """Milliseconds of each network's steps, one step each a turn."""
    random = np.random.default_rng(0)
    pictures = {name: random.integers(0, 256, e.spec.picture_shape, dtype=np.uint8) for name, e in engines.items()}
    states = {name: engine.start() for name, engine in engines.items()}
    times: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(turns):
        for name, engine in engines.items():
            began = time.perf_counter()
            _, states[name] = engine.step(pictures[name], states[name])
            times[name].append(1000 * (time.perf_counter() - began))
    return times


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=200, help="steps of each network (default: 200)")
    parser.add_argument("--only", metavar="TEXT", default="", help="only networks with this in their name")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        chosen = {
            name: (plain, e) for name, plain, e in networks(Path(folder)) if given.only in name or given.only in plain
        }
        if not chosen:
            print(f"no network has {given.only!r} in its name; leave --only out to see all", file=sys.stderr)
            return 2
        times = measure({name: engine for name, (_, engine) in chosen.items()}, given.turns)
    rows = [row(name, plain, engine, times) for name, (plain, engine) in chosen.items()]
    if given.json:
        print(json.dumps([fields | describe_machine() for fields in rows], indent=1))
    else:
        print_table(rows)
    return 0


def row(name: str, plain: str, engine: Engine, times: dict[str, list[float]]) -> dict[str, object]:
    """One network's figures."""
    percentiles = Percentiles.of(times[name])
    ratio = float(np.median(np.divide(times[name], times[plain]))) if plain in times else None
    return {
        "name": name,
        "p50_ms": round(percentiles.p50, 3),
        "p95_ms": round(percentiles.p95, 3),
        "p99_ms": round(percentiles.p99, 3),
        "ratio_to_plain": None if ratio is None else round(ratio, 3),
        "past_mb": round(engine.spec.past_bytes / 1e6, 2),
    }


def print_table(rows: list[dict[str, object]]) -> None:
    """The figures as Markdown, with the machine below."""
    columns = list(rows[0])
    print("| " + " | ".join(columns) + " |")
    print("|---" * len(columns) + "|")
    for fields in rows:
        print("| " + " | ".join(str(fields[column]) for column in columns) + " |")
    print()
    print(", ".join(f"{key} {value}" for key, value in describe_machine().items()))


if __name__ == "__main__":
    sys.exit(main())
