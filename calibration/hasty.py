"""Make the hasty form of an exported model, for people who gesture faster than those whom it was trained on.

    python -m calibration.hasty MODEL.onnx MODEL.hasty.onnx --haste 4

The same weights and the same work, but every layer looks so many times less far back: a swipe of half a second is then
seen as one of two. Needs the exported file only, no PyTorch. How answers are read is kept but for smoothing and rest,
which are as many times shorter, and what is given here. Beside its model, as MODEL.hasty.onnx, the app looks through
both (`models/tempo.py`).
"""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from calibration.command_line import command, number
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.errors import ModelFileError
from models.spec import SPEC_KEY, Decoding, MemorySpec, ModelSpec
from models.whole_file import whole_file

if TYPE_CHECKING:
    import onnx

TOLERANCE = 1e-3
"""Largest difference of logits from the model that watches the same pictures slowly."""


def hurried(memory: MemorySpec, haste: int) -> MemorySpec:
    """A memory that is looked at so many times less far back.

    Lags stay apart: where steps are too coarse for the haste, a layer looks at one step after the other.
    """
    lags = [0]
    for lag in memory.lags:
        lags.append(max(lag // haste, lags[-1] + 1))
    return replace(memory, lags=tuple(lags[1:]))


def in_haste(spec: ModelSpec, haste: int, name: str, temperature: float, enter: float) -> ModelSpec:
    """What the hasty form says of itself.

    Args:
        spec: of the model.
        haste: how many times less far back it looks.
        name: of the form.
        temperature: at which it is read.
        enter: the probability at which a gesture may fire; its exit keeps its share of that.
    """
    memories = tuple(hurried(memory, haste) for memory in spec.memories)
    rule = spec.decoding.rule
    rule = replace(rule, enter=enter, exit=rule.exit * enter / rule.enter, rest_s=rule.rest_s / haste)
    return replace(
        spec,
        name=name,
        memories=memories,
        receptive_field=1 + sum(max(memory.lags) for memory in memories),
        temperature=temperature,
        decoding=Decoding(spec.decoding.smooth_s / haste, rule, spec.decoding.per_label),
        trained=f"{spec.trained}; looks {haste} times less far back than it was trained to",
        # Thresholds and backgrounds that were learnt with the model do not fit its hasty form.
        weights_sha256=hashlib.sha256(f"{spec.weights_sha256} hasty {haste}".encode()).hexdigest(),
    )


def rename_past(graph: "onnx.GraphProto", before: Sequence[MemorySpec], after: Sequence[MemorySpec]) -> None:
    """Give the inputs of the past the names of their new lags, in place."""
    renamed = {
        old.past(lag): new.past(less)
        for old, new in zip(before, after, strict=True)
        for lag, less in zip(old.lags, new.lags, strict=True)
    }
    for given in graph.input:
        given.name = renamed.get(given.name, given.name)
    for node in graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]


def slowly(engine: OnnxRuntimeEngine, hasty: OnnxRuntimeEngine, haste: int) -> float:
    """The largest difference of logits between the hasty form and the model that sees each picture so many times.

    They are the same where every lag can be divided by the haste.
    """
    random, largest = np.random.default_rng(0), 0.0
    slow, fast = engine.start(), hasty.start()
    for _ in range(hasty.spec.ring_length + 3):
        picture = random.integers(0, 256, engine.spec.picture_shape, dtype=np.uint8)
        for _ in range(haste):
            watched, slow = engine.step(picture, slow)
        seen, fast = hasty.step(picture, fast)
        largest = max(largest, float(np.abs(watched.logits - seen.logits).max()))
    return largest


def export_hasty(source: Path, path: Path, haste: int, temperature: float | None, enter: float | None) -> ModelSpec:
    """Write the hasty form of an exported model; whole, or not at all. Returns what it says of itself.

    Args:
        source: the model.
        path: the file to write.
        haste: how many times less far back it looks.
        temperature: at which it is read; None keeps the model's.
        enter: the probability at which a gesture may fire; None keeps the model's.

    Raises:
        ModelFileError: the source cannot be used or looks less far back already, or its hasty form answers otherwise.
        WriteError: the file cannot be written.
    """
    import onnx

    if path.resolve() == source.resolve():
        raise ModelFileError(f"{path} is the model itself; name another OUT.onnx")
    engine = OnnxRuntimeEngine(source)
    spec = engine.spec
    quick = in_haste(spec, haste, path.stem, temperature or spec.temperature, enter or spec.decoding.rule.enter)
    if quick.memories == spec.memories:
        raise ModelFileError(
            f"{source} looks back one step after the other already; no form of it can look less far back"
        )
    model = onnx.load(source)
    rename_past(model.graph, spec.memories, quick.memories)
    for entry in model.metadata_props:
        if entry.key == SPEC_KEY:
            entry.value = quick.to_json()
    with whole_file(path) as unfinished:
        onnx.save(model, unfinished)
        written = OnnxRuntimeEngine(unfinished)
        if all(lag % haste == 0 for memory in spec.memories for lag in memory.lags):
            difference = slowly(engine, written, haste)
            if difference > TOLERANCE:
                raise ModelFileError(f"the new {path.name} differs from {source} by {difference:.2g} > {TOLERANCE}")
    return quick


@command("hasty")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m calibration.hasty", description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="an exported .onnx")
    parser.add_argument("out", type=Path, help="the .onnx to write")
    parser.add_argument(
        "--haste", type=number(int, 2), default=4, help="how many times less far back it looks (default: %(default)s)"
    )
    parser.add_argument("--temperature", type=number(float, 0.01), help="at which it is read; else the model's")
    parser.add_argument("--enter", type=_probability, help="probability at which a gesture may fire; else the model's")
    given = parser.parse_args(arguments)
    spec = export_hasty(given.model, given.out, given.haste, given.temperature, given.enter)
    print(f"{given.out}: looks {given.haste} times less far back, ring of {spec.ring_length} slots")
    return 0


def _probability(text: str) -> float:
    probability = float(text)
    if not 0 < probability <= 1:
        raise argparse.ArgumentTypeError(f"expected a probability above 0, up to 1; got {text}")
    return probability


if __name__ == "__main__":
    sys.exit(main())
