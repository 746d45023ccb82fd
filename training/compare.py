"""Distil several networks on the same lessons, to compare them.

    python -m training.compare FOLDER A.pt B.pt --data ../shared/data --teacher TEACHER.onnx --lessons 100

Writes FOLDER/A.pt and FOLDER/B.pt as `training.distill` does, and resumes like it. Each lesson is made once for all
networks, which is most of the work for a small network.
"""

import math
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import torch

from common.arguments import CommandParser, positive
from common.command import command
from models.errors import ModelFileError
from training.distillation.ahead import lessons_ahead
from training.distillation.student import Lesson, Recipe
from training.distillation.teaching import add_lesson_options, begin, lesson_maker, open_teacher, train, until


@command("compare")
def main(arguments: list[str] | None = None) -> int:
    """Train every network on every lesson."""
    parser = CommandParser(
        prog="python -m training.compare", description="Distil several networks on the same lessons."
    )
    parser.add_argument("folder", type=Path, help="folder to write the checkpoints to")
    parser.add_argument("starts", type=Path, nargs="+", help="checkpoints to start from, with different file names")
    add_lesson_options(parser)
    parser.add_argument(
        "--workers", type=positive, default=2, help="networks trained at the same time (default: %(default)s)"
    )
    given = parser.parse_args(arguments)
    if len({start.stem for start in given.starts}) < len(given.starts):
        raise ModelFileError(
            "two checkpoints have the same file name and would be written to the same file; rename one"
        )
    torch.set_num_threads(1)
    recipe = Recipe(seed=given.seed, lr=given.lr, every=given.every)
    channels = open_teacher(given.teacher).channels
    outs = [given.folder / start.name for start in given.starts]
    runs = [begin(given, start, out, recipe, channels) for start, out in zip(given.starts, outs, strict=True)]
    with ThreadPoolExecutor(given.workers) as learners:

        def learn(number: int, lesson: Lesson) -> None:
            list(learners.map(lambda run: run.take(number, lesson), runs))

        lessons = range(min(run.student.lessons for run in runs), given.lessons)
        with closing(lessons_ahead(partial(lesson_maker, given, recipe), lessons)) as made:
            train(learn, made, lessons, until(math.inf))
    for run in runs:
        run.logbook.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
