"""Teach a causal network on continuous video what a teacher says of it: answers and features at many steps.

    python -m training.distill START.pt OUT.pt --data ../shared/data --teacher TEACHER.onnx --minutes 40

The teacher is the 3-D network in an ONNX file, asked about windows, or a checkpoint of this project, which answers at
every step and is asked more often (`--every 1`).

The same command goes on where a stopped run left off: OUT.pt holds the averaged weights, OUT.run the rest. Every lag of
the network is even, so a stream at 12 steps a second is two interleaved streams that never meet; training takes every
second picture and halves the paces, which is the same network at half the work.
"""

import argparse
import math
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import torch

from common.arguments import natural, share
from common.command import command
from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint
from training.distillation.ahead import Taken, lessons_ahead
from training.distillation.lessons import RATE_HZ, LessonMaker, check_taught, training_recordings
from training.distillation.logbook import Logbook, resume
from training.distillation.origin import Origin
from training.distillation.streams import Playlist
from training.distillation.student import Lesson, Recipe, Student, at_half_rate
from training.distillation.teacher import LOOKED_AT, ClipTeacher, StreamTeacher, Teacher
from training.jester import LABELS, SIZE
from training.recordings import Shelf


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A student and what is kept of it."""

    student: Student
    logbook: Logbook

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


def begin(given: argparse.Namespace, start: Path, out: Path, recipe: Recipe, channels: int, device: str = "cpu") -> Run:
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
    return Run(student, Logbook(out, net, origin, spec, student, given.save_every))


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
    parser.add_argument("--lessons", type=int, default=sys.maxsize, help="in all, a resumed run's earlier ones counted")
    parser.add_argument("--save-every", type=int, default=10, metavar="LESSONS")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lr", type=float, default=Recipe().lr)
    parser.add_argument("--faster", type=share, default=0.5, help="scenes played faster, 0 to 1 (default: %(default)s)")
    parser.add_argument("--every", type=int, default=Recipe().every, help="steps between two that the teacher answers")


@command("distill")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.distill", description="Teach a network on streams.")
    parser.add_argument("start", type=Path, help="checkpoint to start from")
    parser.add_argument("out", type=Path, help="checkpoint to write")
    add_lesson_options(parser)
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--streams", type=int, default=Recipe().streams, help="streams a lesson")
    parser.add_argument(
        "--average",
        type=share,
        default=Recipe().average,
        help="of the weights' average kept a chunk (default: %(default)s)",
    )
    parser.add_argument("--threads", type=int, default=1)
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
