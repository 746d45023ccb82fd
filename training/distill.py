"""Distil a teacher into a causal network on streams: logits and features at many steps.

    python -m training.distill START.pt OUT.pt --data ../shared/data --teacher TEACHER.onnx --minutes 40

The teacher is either the 3-D network in an ONNX file, which runs on windows, or a checkpoint of this project, which has
an output at every step and should be used with `--every 1`.

The same command resumes a stopped run: OUT.pt holds the averaged weights, OUT.run the rest of the state. Every lag of
the network is even, so that a stream at 12 steps per second is two interleaved, independent streams. Training uses
every second picture and half the lags: the same computation at half the cost.
"""

import math
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import torch

from common.arguments import CommandParser, natural, number, positive, share
from common.command import command
from models.errors import ModelFileError
from training.distillation.ahead import lessons_ahead
from training.distillation.student import Recipe
from training.distillation.teaching import add_lesson_options, begin, lesson_maker, open_teacher, train, until


@command("distill")
def main(arguments: list[str] | None = None) -> int:
    """Distil, or resume a run."""
    parser = CommandParser(prog="python -m training.distill", description="Distil a teacher into a stream network.")
    parser.add_argument("start", type=Path, help="checkpoint to start from")
    parser.add_argument("out", type=Path, help="checkpoint to write")
    add_lesson_options(parser)
    parser.add_argument(
        "--minutes", type=number(float, 0), default=math.inf, help="stop after M minutes (default: no limit)"
    )
    parser.add_argument(
        "--streams", type=positive, default=Recipe().streams, help="streams per lesson (default: %(default)s)"
    )
    parser.add_argument(
        "--average",
        type=share,
        default=Recipe().average,
        help="decay of the weight average per chunk (default: %(default)s)",
    )
    parser.add_argument(
        "--threads", type=positive, default=1, help="threads of the training process (default: %(default)s)"
    )
    parser.add_argument("--workers", type=natural, default=0, help="processes that make lessons (default: 0, a thread)")
    parser.add_argument(
        "--device", choices=("cpu", "cuda"), default="cpu", help="device that trains (default: %(default)s)"
    )
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    recipe = Recipe(seed=given.seed, streams=given.streams, lr=given.lr, every=given.every, average=given.average)
    if given.device == "cuda" and not torch.cuda.is_available():
        raise ModelFileError("no CUDA device; leave --device out to train on the CPU")
    run = begin(given, given.start, given.out, recipe, open_teacher(given.teacher).channels, given.device)
    lessons = range(run.student.lessons, given.lessons)
    with closing(lessons_ahead(partial(lesson_maker, given, recipe), lessons, given.workers)) as made:
        train(run.take, made, lessons, until(given.minutes))
    run.logbook.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
