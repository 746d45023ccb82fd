"""A session of distillation: options, student, lessons, and when it ends."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from common.arguments import natural, positive, positive_float, share
from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint
from training.distillation.ahead import Taken
from training.distillation.distillation_log import DistillationLog, resume
from training.distillation.lessons import RATE_HZ, LessonMaker, check_taught, training_recordings
from training.distillation.origin import Origin
from training.distillation.student import Lesson, Recipe, Student, at_half_rate
from training.distillation.teacher import LOOKED_AT, ClipTeacher, StreamTeacher, Teacher
from training.distillation.training_streams import Playlist
from training.jester import LABELS, SIZE
from training.recording_list import Shelf


@dataclass(frozen=True, slots=True, eq=False)
class StudentRun:
    """A student and what is kept of it."""

    student: Student
    logbook: DistillationLog

    def take(self, number: int, lesson: Lesson) -> None:
        """Learn the lesson of a number, unless it was learnt before the run was stopped."""
        if self.student.lessons == number:
            self.logbook.note(self.student.take(lesson))


def train(run: Callable[[int, Taken], None], made: Iterator[Taken], lessons: range, go_on: Callable[[], bool]) -> None:
    """Take lessons as they are made, all of them or until told to stop."""
    for number in lessons:
        if not go_on():
            break
        run(number, next(made))


def until(minutes: float) -> Callable[[], bool]:
    """Whether to go on: until so many minutes are over, or the run is told to stop (Ctrl-C, SIGTERM)."""
    end_s = time.monotonic() + 60 * minutes
    stopped: list[int] = []
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, _: stopped.append(number))
    return lambda: not stopped and time.monotonic() < end_s


def open_teacher(path: Path) -> Teacher:
    """The teacher in a file: a clip network's `.onnx`, or a checkpoint of this project."""
    if path.suffix == ".pt":
        net, spec = load_checkpoint(path)
        check_taught(spec, path)
        return StreamTeacher(at_half_rate(net))
    return ClipTeacher(path)


def begin(
    given: argparse.Namespace, start: Path, out: Path, recipe: Recipe, channels: int, device: str = "cpu"
) -> StudentRun:
    """A student at its first lesson, or where it was stopped.

    Args:
        given: the options of `add_lesson_options`.
        start: the checkpoint to start from.
        out: the checkpoint to write.
        recipe: how to train.
        channels: of the teacher's features.
        device: where the student learns.

    Raises:
        ModelFileError: `start` cannot be taught, is `out` itself, or is not what the stopped run was begun with.
    """
    if out.resolve() == start.resolve():
        raise ModelFileError(f"{out} is START itself; name another OUT.pt")
    net, spec = load_checkpoint(start)
    check_taught(spec, start)
    student, origin = Student(net, recipe, channels, device), Origin.of(net, given.teacher, given.data)
    resume(student, origin, out)
    return StudentRun(student, DistillationLog(out, net, origin, spec, student, given.save_every))


def lesson_maker(given: argparse.Namespace, recipe: Recipe) -> LessonMaker:
    """The lessons that a command line asks for."""
    cv2.setNumThreads(1)
    playlist = Playlist(
        training_recordings(given.data), Shelf(given.cache), LABELS, SIZE, LOOKED_AT, RATE_HZ, given.faster
    )
    return LessonMaker(playlist, open_teacher(given.teacher), recipe)


def add_lesson_options(parser: argparse.ArgumentParser) -> None:
    """Options that say what is learnt, and how."""
    parser.add_argument("--data", type=Path, action="append", required=True, help="folder with clips.csv; repeatable")
    parser.add_argument("--teacher", type=Path, required=True, help="the 3-D network's .onnx, or a checkpoint .pt")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="where decoded pictures are kept")
    parser.add_argument("--lessons", type=positive, default=sys.maxsize, help="in all, those before a resume included")
    parser.add_argument("--save-every", type=positive, default=10, metavar="LESSONS")
    parser.add_argument("--seed", type=natural, default=0)
    parser.add_argument("--lr", type=positive_float, default=Recipe().lr)
    parser.add_argument("--faster", type=share, default=0.5, help="scenes played faster (default: %(default)s)")
    parser.add_argument("--every", type=positive, default=Recipe().every, help="the teacher runs at every N-th step")
