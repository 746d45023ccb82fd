"""Teach several networks the very same iterations, so that only what they are differs.

    python -m training.compare FOLDER A.pt B.pt --data ../shared/data --teacher TEACHER.onnx --iterations 100

Writes FOLDER/A.pt, FOLDER/B.pt, as `training.distill` does, and goes on likewise where it was stopped. Batches are made
once for all, which is most of the work for a small network.
"""

import argparse
import math
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import torch

from common.command import command
from models.errors import ModelFileError
from training.distillation.prefetch import prefetch
from training.distillation.student import Recipe, StreamBatch
from training.distillation.student_run import add_distillation_options, batch_maker, begin, open_teacher, train, until


@command("compare")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.compare", description="Teach networks alike.")
    parser.add_argument("folder", type=Path, help="where what they become is written")
    parser.add_argument("starts", type=Path, nargs="+", help="checkpoints to start from, each of its own name")
    add_distillation_options(parser)
    parser.add_argument("--workers", type=int, default=2, help="how many learn at a time (default: %(default)s)")
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

        def learn(number: int, batch: StreamBatch) -> None:
            list(learners.map(lambda run: run.take(number, batch), runs))

        iterations = range(min(run.student.iterations for run in runs), given.iterations)
        with closing(prefetch(partial(batch_maker, given, recipe), iterations)) as made:
            train(learn, made, iterations, until(math.inf))
    for run in runs:
        run.logbook.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
