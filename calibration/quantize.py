"""Make the INT8 or FP16 form of an exported float model, for chips on which that is faster.

    python -m calibration.quantize MODEL.onnx RECORDING...                     MODEL.int8.onnx
    python -m calibration.quantize MODEL.onnx RECORDING... --precision fp16    MODEL.fp16.onnx

A RECORDING is a video, a take of `python -m calibration record`, or a folder of them. A folder with a list of labels
(clips.csv or labels.csv) also shows what becomes of top-1 and refits the temperature; `python -m training.generated
FOLDER` makes one. The last fifth of every five recordings is only judged on.
"""

import argparse
import sys
from pathlib import Path

from common.arguments import share
from common.command import command

PRECISIONS = ("int8", "fp16")
TOLERANCE = 0.02


def parser() -> argparse.ArgumentParser:
    """The command line."""
    line = argparse.ArgumentParser(
        prog="python -m calibration.quantize",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    line.add_argument("model", type=Path, metavar="MODEL.onnx", help="the float model")
    line.add_argument("recordings", type=Path, nargs="+", metavar="RECORDING", help="videos, takes, folders")
    line.add_argument("--out", type=Path, metavar="FILE", help="what to write (default: beside the model)")
    line.add_argument("--precision", choices=PRECISIONS, default="int8")
    line.add_argument(
        "--tolerance",
        type=share,
        default=TOLERANCE,
        metavar="V",
        help="how far INT8 may move the answers: mean total variation, 0..1 (default: %(default)s). The most sensitive "
        "layers stay in float until that holds.",
    )
    return line


@command("quantize")
def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    given = parser().parse_args(arguments)
    # Needs onnx, which `command` tells to install.
    from calibration.quantization.form_report import report
    from calibration.quantization.making import make

    path = given.out or given.model.with_suffix(f".{given.precision}.onnx")
    result = make(given.model, given.recordings, path, given.precision, given.tolerance)
    print(f"{report(result)}\nsaved {path}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
