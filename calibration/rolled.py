"""Export an exported model again in the rolled form: for batches of many streams, and for servers such as Triton.

    python -m calibration.rolled MODEL.onnx OUT.onnx                  any number of streams in a batch
    python -m calibration.rolled MODEL.onnx OUT.onnx --batch 8        just so many

Needs the exported file only, no checkpoint and no PyTorch. Same weights, same answers, which is proved before the file
is there; the price is that every step copies the whole past (`calibration/rolling.py` says why).
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from calibration.rewriting import StepAll, write_form
from common.command import command
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.engines.onnxruntime_session import default_providers, open_session
from models.errors import ModelFileError
from models.frame import Image
from models.spec import LOGITS, PICTURE, ROLLED_KEY, ModelSpec

TRIED = 2
"""Streams in the batch that is tried, where their number is left open."""

Past = dict[str, ort.OrtValue]
"""What the graph takes as `past.LAYER`, by these names."""


class RolledModel:
    """A rolled model in ONNX Runtime: N streams in step, whose past comes out and goes in again as it is.

    Args:
        path: a rolled `.onnx`.
        threads: CPU threads a step.

    Raises:
        ModelFileError: the file is missing, damaged or not rolled.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self._session = open_session(path, default_providers(), threads)
        metadata = self._session.get_modelmeta().custom_metadata_map
        if ROLLED_KEY not in metadata:
            raise ModelFileError(f"{path} is no rolled export; make one with `python -m calibration.rolled`")
        self.spec = ModelSpec.from_json(metadata[ROLLED_KEY], str(path))

    def start(self, streams: int) -> Past:
        """The empty past of so many streams."""
        shapes = {memory.rolled_input: (streams, *memory.rolled_shape[1:]) for memory in self.spec.memories}
        zeros = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
        return {name: ort.OrtValue.ortvalue_from_numpy(array) for name, array in zeros.items()}

    def step(self, pictures: Image, past: Past) -> tuple[NDArray[np.float32], Past]:
        """Pictures uint8 [N, H, W, 3] and their streams' past to logits [N, labels] and the past to go on with."""
        given = {PICTURE: ort.OrtValue.ortvalue_from_numpy(pictures), **past}
        names = [memory.rolled_output for memory in self.spec.memories]
        logits, *moved = self._session.run_with_ort_values([LOGITS, *names], given)
        return logits.numpy(), dict(zip((memory.rolled_input for memory in self.spec.memories), moved, strict=True))

    def stepping(self, streams: int) -> StepAll:
        """So many streams from an empty past, which each call takes a step further."""
        past = self.start(streams)

        def step(pictures: Image) -> NDArray[np.float32]:
            nonlocal past
            logits, past = self.step(pictures, past)
            return logits

        return step


def export_rolled(source: Path, path: Path, streams: int | None = None) -> ModelSpec:
    """Write the rolled form of an exported model; whole, or not at all.

    Args:
        source: the exported `.onnx`.
        path: the file to write.
        streams: how many streams a batch holds; None leaves it open.

    Raises:
        ModelFileError: the source cannot be used, or its rolled form answers otherwise.
        EngineError: the package that edits graphs is missing.
        WriteError: the file cannot be written.
    """
    engine = OnnxRuntimeEngine(source)
    if not engine.spec.memories:
        raise ModelFileError(f"{source} remembers nothing between two pictures; serve it as it is")
    from calibration.rolling import roll  # it needs onnx, which those do not who only run a rolled model

    spec, tried = engine.spec, streams or TRIED
    write_form(
        engine, source, path, lambda model: roll(model, spec, streams), lambda p: RolledModel(p).stepping(tried), tried
    )
    return spec


def batch(text: str) -> int | None:
    """A whole number above 0, or `dynamic`."""
    if text == "dynamic":
        return None
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


batch.__name__ = "whole number above 0, or `dynamic`"  # argparse prints it


@command("rolled")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m calibration.rolled", description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="an exported .onnx")
    parser.add_argument("out", type=Path)
    parser.add_argument("--batch", type=batch, metavar="N|dynamic", help="streams in a batch (default: dynamic)")
    given = parser.parse_args(arguments)
    spec = export_rolled(given.model, given.out, given.batch)
    size_mb = given.out.stat().st_size / 1e6
    print(f"{given.out}: {size_mb:.2f} MB, {given.batch or 'any number of'} streams, {len(spec.memories)} pasts each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
