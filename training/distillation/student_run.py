"""A session of distillation: options, student, iterations, and when it ends."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from common.arguments import share
from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint
from training.distillation.distillation_log import DistillationLog, resume
from training.distillation.origin import Origin
from training.distillation.prefetch import Made
from training.distillation.stream_batches import RATE_HZ, StreamBatchMaker, check_spec, training_recordings
from training.distillation.student import Recipe, StreamBatch, Student, at_half_rate
from training.distillation.teacher import TEACHER_SIDE, ClipTeacher, StreamTeacher, Teacher
from training.distillation.training_streams import StreamSampler
from training.jester import LABELS, SIZE
from training.recording_list import Shelf


@dataclass(frozen=True, slots=True, eq=False)
class StudentRun:
    """A student and what is kept of it."""

    student: Student
    logbook: DistillationLog

    def take(self, number: int, batch: StreamBatch) -> None:
        """Learn the batch of a number, unless it was learnt before the run was stopped."""
        if self.student.iterations == number:
            self.logbook.note(self.student.take(batch))


def train(run: Callable[[int, Made], None], made: Iterator[Made], iterations: range, go_on: Callable[[], bool]) -> None:
    """Take iterations as they are made, all of them or until told to stop."""
    for number in iterations:
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
        check_spec(spec, path)
        return StreamTeacher(at_half_rate(net))
    return ClipTeacher(path)


def begin(
    given: argparse.Namespace, start: Path, out: Path, recipe: Recipe, channels: int, device: str = "cpu"
) -> StudentRun:
    """A student at its first batch, or where it was stopped.

    Args:
        given: the options of `add_distillation_options`.
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
    check_spec(spec, start)
    student, origin = Student(net, recipe, channels, device), Origin.of(net, given.teacher, given.data)
    resume(student, origin, out)
    return StudentRun(student, DistillationLog(out, net, origin, spec, student, given.save_every))


def batch_maker(given: argparse.Namespace, recipe: Recipe) -> StreamBatchMaker:
    """The iterations that a command line asks for."""
    cv2.setNumThreads(1)
    sampler = StreamSampler(
        training_recordings(given.data), Shelf(given.cache), LABELS, SIZE, TEACHER_SIDE, RATE_HZ, given.faster
    )
    return StreamBatchMaker(sampler, open_teacher(given.teacher), recipe)


def add_distillation_options(parser: argparse.ArgumentParser) -> None:
    """Options that say what is learnt, and how."""
    parser.add_argument("--data", type=Path, action="append", required=True, help="folder with clips.csv; repeatable")
    parser.add_argument("--teacher", type=Path, required=True, help="the 3-D network's .onnx, or a checkpoint .pt")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="where decoded pictures are kept")
    parser.add_argument(
        "--iterations", type=int, default=sys.maxsize, help="in all, a resumed run's earlier ones counted"
    )
    parser.add_argument("--save-every", type=int, default=10, metavar="LESSONS")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lr", type=float, default=Recipe().lr)
    parser.add_argument("--faster", type=share, default=0.5, help="scenes played faster, 0 to 1 (default: %(default)s)")
    parser.add_argument("--every", type=int, default=Recipe().every, help="steps between two that the teacher answers")
