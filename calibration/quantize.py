"""Make the INT8 or FP16 form of an exported float model, for chips on which that is faster.

    python -m calibration.quantize MODEL.onnx RECORDING...                     MODEL.int8.onnx
    python -m calibration.quantize MODEL.onnx RECORDING... --precision fp16    MODEL.fp16.onnx

A RECORDING is a video, a take of `python -m calibration record`, or a folder of them. With a list of labels in a folder
(clips.csv or labels.csv), top-1 is compared and the temperature refitted; `python -m training.generated FOLDER` makes
one. Every fifth recording is used for evaluation only.
"""

import argparse
import sys
from pathlib import Path

from common.arguments import CommandParser, share
from common.command import command

PRECISIONS = ("int8", "fp16")
TOLERANCE = 0.02


def parser() -> argparse.ArgumentParser:
    """Build the parser."""
    line = CommandParser(
        prog="python -m calibration.quantize",
        description=__doc__,
    )
    line.add_argument("model", type=Path, metavar="MODEL.onnx", help="the float model")
    line.add_argument("recordings", type=Path, nargs="+", metavar="RECORDING", help="videos, takes, folders")
    line.add_argument("--out", type=Path, metavar="FILE", help="file to write (default: in the folder of the model)")
    line.add_argument("--precision", choices=PRECISIONS, default="int8")
    line.add_argument(
        "--tolerance",
        type=share,
        default=TOLERANCE,
        metavar="V",
        help="largest change of probabilities by INT8: mean total variation, 0..1. The most "
        "sensitive layers stay in float until it holds.",
    )
    return line


@command("quantize")
def main(arguments: list[str] | None = None) -> int:
    """Run the command; return the exit status."""
    given = parser().parse_args(arguments)
    # Needs onnx: if it is missing, `command` reports how to install it.
    from calibration.quantization.form_report import report
    from calibration.quantization.making import make

    path = given.out or given.model.with_suffix(f".{given.precision}.onnx")
    result = make(given.model, given.recordings, path, given.precision, given.tolerance)
    print(f"{report(result)}\nsaved {path}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
