"""Train several networks on the same batches, so that only the networks differ.

    python -m training.compare FOLDER A.pt B.pt --data ../shared/data --teacher TEACHER.onnx --iterations 100

Writes FOLDER/A.pt, FOLDER/B.pt as `training.distill` does, and resumes likewise. Each batch is made once for all
networks, which is most of the work for small ones.
"""

import math
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import torch

from common.arguments import CommandParser, positive
from common.command import command
from models.errors import ModelFileError
from training.distillation.student import Recipe, StreamBatch, StreamStudent
from training.distillation.student_run import (
    add_stream_options,
    load_stream_network,
    open_run,
    open_teacher,
    stop_condition,
    stream_batch_maker,
    train,
)


@command("compare")
def main(arguments: list[str] | None = None) -> int:
    """Train every network on every batch."""
    parser = CommandParser(prog="python -m training.compare", description="Train networks on equal batches.")
    parser.add_argument("folder", type=Path, help="folder for the trained checkpoints")
    parser.add_argument("starts", type=Path, nargs="+", help="checkpoints to start from, with distinct file names")
    add_stream_options(parser)
    parser.add_argument("--workers", type=positive, default=2, help="networks trained at the same time")
    given = parser.parse_args(arguments)
    if len({start.stem for start in given.starts}) < len(given.starts):
        raise ModelFileError("two checkpoints have the same name before the dot, and go to one folder; rename one")
    torch.set_num_threads(1)
    recipe = Recipe(seed=given.seed, lr=given.lr, every=given.every)
    student = partial(StreamStudent, recipe=recipe, channels=open_teacher(given.teacher).channels)
    runs = [open_run(given, start, given.folder / start.name, load_stream_network, student) for start in given.starts]
    iterations = range(min(run.student.iterations for run in runs), given.iterations)
    with ThreadPoolExecutor(given.workers) as pool:

        def learn(number: int, batch: StreamBatch) -> None:
            list(pool.map(lambda run: run.learn(number, batch), runs))

        train(learn, partial(stream_batch_maker, given, recipe), iterations, stop_condition(math.inf))
    for run in runs:
        run.log.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
