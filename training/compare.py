"""Teach several networks the very same lessons, so that only what they are differs.

    python -m training.compare FOLDER A.pt B.pt --data ../shared/data --teacher TEACHER.onnx --lessons 100

Writes FOLDER/A.pt, FOLDER/B.pt, as `training.distill` does, and goes on likewise where it was stopped. Lessons are made
once for all, which is most of the work for a small network.
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
    """The command line."""
    parser = CommandParser(prog="python -m training.compare", description="Teach networks alike.")
    parser.add_argument("folder", type=Path, help="where what they become is written")
    parser.add_argument("starts", type=Path, nargs="+", help="checkpoints to start from, each of its own name")
    add_lesson_options(parser)
    parser.add_argument("--workers", type=positive, default=2, help="how many learn at a time (default: %(default)s)")
    given = parser.parse_args(arguments)
    if len({start.stem for start in given.starts}) < len(given.starts):
        raise ModelFileError(
            "two of the checkpoints have the same name before the dot; rename one, for both are written to one folder"
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
