"""Make the batched form of an exported model, which steps many streams at once: `main.py --batch` needs it.

    python -m calibration.batched MODEL.onnx          writes MODEL.batch.onnx beside it, for any number of streams

Needs the exported file only, no checkpoint and no PyTorch. Same weights, same answers, which is proved before the file
is there. The model itself stays a graph of one stream, as TensorRT and the other forms want it.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from calibration.command_line import command
from calibration.rewriting import StepAll, write_form
from models.engines.onnxruntime_batch import SUFFIX, OnnxRuntimeBatch
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.spec import BATCHED_KEY, SPEC_KEY

if TYPE_CHECKING:
    import onnx

TRIED = 3
"""Streams in the batch that is tried."""


def export_batched(source: Path) -> Path:
    """Write the batched form beside an exported model; whole, or not at all. Returns its path.

    Raises:
        ModelFileError: the source cannot be used, or its batched form answers otherwise.
        UserError: the file cannot be written.
    """
    path = source.with_suffix(SUFFIX)
    write_form(OnnxRuntimeEngine(source), source, path, batched, _opened, TRIED)
    return path


def batched(model: "onnx.ModelProto") -> "onnx.ModelProto":
    """The batched form of an exported model: any number of streams, described under a key of its own."""
    from calibration.rolling import open_batch  # it needs onnx, which those do not who only run a batch

    open_batch(model.graph, None)
    for entry in model.metadata_props:
        if entry.key == SPEC_KEY:
            entry.key = BATCHED_KEY
    return model


def _opened(path: Path) -> StepAll:
    batch = OnnxRuntimeBatch(path, TRIED)
    return lambda pictures: batch.step(pictures).logits


@command("batched")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m calibration.batched", description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="an exported .onnx")
    path = export_batched(parser.parse_args(arguments).model)
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, any number of streams")
    return 0


if __name__ == "__main__":
    sys.exit(main())
