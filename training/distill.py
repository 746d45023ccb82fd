"""Teach a causal network on continuous video what a teacher says of it: answers and features at many steps.

    python -m training.distill START.pt OUT.pt --data ../shared/data --teacher TEACHER.onnx --minutes 40

The teacher is the 3-D network in an ONNX file, asked about windows, or a checkpoint of this project, which answers at
every step and is asked more often (`--every 1`).

The same command goes on where a stopped run left off: OUT.pt holds the averaged weights, OUT.run the rest. Every lag of
the network is even, so a stream at 12 steps a second is two interleaved streams that never meet; training takes every
second picture and halves the paces, which is the same network at half the work.
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
    """The command line."""
    parser = CommandParser(prog="python -m training.distill", description="Teach a network on streams.")
    parser.add_argument("start", type=Path, help="checkpoint to start from")
    parser.add_argument("out", type=Path, help="checkpoint to write")
    add_lesson_options(parser)
    parser.add_argument("--minutes", type=number(float, 0), default=math.inf)
    parser.add_argument("--streams", type=positive, default=Recipe().streams, help="streams a lesson")
    parser.add_argument(
        "--average",
        type=share,
        default=Recipe().average,
        help="of the weights' average kept a chunk (default: %(default)s)",
    )
    parser.add_argument("--threads", type=positive, default=1)
    parser.add_argument(
        "--workers", type=natural, default=0, help="processes that make lessons (default: a thread of this one)"
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where the network learns")
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    recipe = Recipe(seed=given.seed, streams=given.streams, lr=given.lr, every=given.every, average=given.average)
    if given.device == "cuda" and not torch.cuda.is_available():
        raise ModelFileError("no CUDA device; leave --device out to learn on the processor")
    run = begin(given, given.start, given.out, recipe, open_teacher(given.teacher).channels, given.device)
    lessons = range(run.student.lessons, given.lessons)
    with closing(lessons_ahead(partial(lesson_maker, given, recipe), lessons, given.workers)) as made:
        train(run.take, made, lessons, until(given.minutes))
    run.logbook.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
