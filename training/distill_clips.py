"""Train a clip network on windows of streams with the mean output of the teacher's views as targets.

    python -m training.distill_clips START.pt OUT.pt --data ../shared/data --teacher TEACHER.onnx --minutes 40

START is written by `training.transplant --centred` or by this command. The same command resumes a stopped run: OUT.pt
holds the averaged weights, OUT.run everything else.
"""

import argparse
import sys
from functools import partial

import torch

from common.arguments import CommandParser
from common.command import command
from training.distillation.clip_batches import RATE_HZ, ClipBatchMaker, ClipRecipe
from training.distillation.clip_student import ClipStudent, load_clip_network
from training.distillation.student_run import (
    add_distillation_options,
    add_run_options,
    open_run,
    open_sampler,
    stop_condition,
    train,
)
from training.distillation.teacher import ClipTeacher


def batch_maker(given: argparse.Namespace, recipe: ClipRecipe) -> ClipBatchMaker:
    """The maker of the batches that the options describe."""
    return ClipBatchMaker(open_sampler(given, RATE_HZ), ClipTeacher(given.teacher), recipe)


@command("distill_clips")
def main(arguments: list[str] | None = None) -> int:
    """Train, or resume a run."""
    parser = CommandParser(prog="python -m training.distill_clips", description="Distil a teacher into a clip network.")
    add_run_options(parser, ClipRecipe())
    add_distillation_options(parser)
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    recipe = ClipRecipe(seed=given.seed, streams=given.streams, lr=given.lr)
    student = partial(ClipStudent, recipe=recipe, channels=ClipTeacher(given.teacher).channels)
    run = open_run(given, given.start, given.out, load_clip_network, student)
    iterations = range(run.student.iterations, given.iterations)
    train(run.learn, partial(batch_maker, given, recipe), iterations, stop_condition(given.minutes), given.workers)
    run.log.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
