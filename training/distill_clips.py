"""Teach a clip network on windows of continuous video what an ensemble of its teacher's views says of them.

    python -m training.distill_clips START.pt OUT.pt --data ../shared/data --teacher TEACHER.onnx --minutes 40

START is what `training.transplant --centred` makes, or what this command made of it. The same command goes on where a
stopped run left off: OUT.pt holds the averaged weights, OUT.run the rest.
"""

import argparse
import math
import sys
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import torch

from common.arguments import CommandParser, natural, number, positive
from common.command import command
from models.errors import ModelFileError
from training.distillation.ahead import lessons_ahead
from training.distillation.clip_student import ClipStudent, load_clip_network
from training.distillation.distillation_log import DistillationLog, resume
from training.distillation.lessons import training_recordings
from training.distillation.origin import Origin
from training.distillation.teacher import LOOKED_AT, ClipTeacher
from training.distillation.teaching import add_lesson_options, train, until
from training.distillation.training_streams import Playlist
from training.distillation.windows import RATE_HZ, ClipLesson, ClipLessonMaker, ClipRecipe
from training.jester import LABELS, SIZE
from training.recording_list import Shelf


@dataclass(frozen=True, slots=True, eq=False)
class ClipStudentRun:
    """A student and what is kept of it."""

    student: ClipStudent
    logbook: DistillationLog

    def take(self, number: int, lesson: ClipLesson) -> None:
        """Learn the lesson of a number, unless it was learnt before the run was stopped."""
        if self.student.lessons == number:
            self.logbook.note(self.student.learn(lesson))


def begin(given: argparse.Namespace, recipe: ClipRecipe) -> ClipStudentRun:
    """A student at its first lesson, or where it was stopped.

    Raises:
        ModelFileError: START cannot be taught, is OUT itself, or is not what the stopped run was begun with.
    """
    start, out = given.start, given.out
    if out.resolve() == start.resolve():
        raise ModelFileError(f"{out} is START itself; name another OUT.pt")
    net, spec = load_clip_network(start)
    student = ClipStudent(net, recipe, ClipTeacher(given.teacher).channels)
    origin = Origin.of(net, given.teacher, given.data)
    resume(student, origin, out)
    return ClipStudentRun(student, DistillationLog(out, net, origin, spec, student, given.save_every))


def lesson_maker(given: argparse.Namespace, recipe: ClipRecipe) -> ClipLessonMaker:
    """The lessons that a command line asks for."""
    cv2.setNumThreads(1)
    recordings, shelf = training_recordings(given.data), Shelf(given.cache)
    playlist = Playlist(recordings, shelf, LABELS, SIZE, LOOKED_AT, RATE_HZ, given.faster)
    return ClipLessonMaker(playlist, ClipTeacher(given.teacher), recipe)


@command("distill_clips")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = CommandParser(prog="python -m training.distill_clips", description="Teach a clip network.")
    parser.add_argument("start", type=Path, help="checkpoint to start from")
    parser.add_argument("out", type=Path, help="checkpoint to write")
    add_lesson_options(parser)
    parser.add_argument("--minutes", type=number(float, 0), default=math.inf)
    parser.add_argument("--streams", type=positive, default=ClipRecipe().streams, help="streams a lesson")
    parser.add_argument("--threads", type=positive, default=1)
    parser.add_argument(
        "--workers", type=natural, default=0, help="processes that make lessons (default: a thread of this one)"
    )
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    recipe = ClipRecipe(seed=given.seed, streams=given.streams, lr=given.lr)
    run = begin(given, recipe)
    lessons = range(run.student.lessons, given.lessons)
    with closing(lessons_ahead(partial(lesson_maker, given, recipe), lessons, given.workers)) as made:
        train(run.take, made, lessons, until(given.minutes))
    run.logbook.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
