"""A run of distillation: its options, opening or resuming it, and its loop."""

import argparse
import math
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

import cv2

from common.arguments import OldSpelling, natural, number, positive, positive_float, share
from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint
from models.nets.mstnet import MSTNet
from models.spec import ModelSpec
from training.distillation.distillation_log import DistillationLog, resume
from training.distillation.origin import Origin
from training.distillation.prefetch import prefetch
from training.distillation.stream_batches import RATE_HZ, StreamBatchMaker, check_spec, training_recordings
from training.distillation.student import Batch, Recipe, Student, at_half_rate
from training.distillation.teacher import TEACHER_SIDE, ClipTeacher, StreamTeacher, Teacher
from training.distillation.training_streams import StreamSampler
from training.jester import LABELS, SIZE
from training.recording_list import FrameCache


@dataclass(frozen=True, slots=True, eq=False)
class StudentRun(Generic[Batch]):
    """A student and the files of its run."""

    student: Student[Batch]
    log: DistillationLog

    def learn(self, number: int, batch: Batch) -> None:
        """Train on the batch of a number, unless that was done before the run was stopped."""
        if self.student.iterations == number:
            self.log.add(self.student.learn(batch))


def train(
    learn: Callable[[int, Batch], None],
    open_maker: Callable[[], Callable[[int], Batch]],
    iterations: range,
    keep_going: Callable[[], bool],
    workers: int = 0,
) -> None:
    """Make the batch of each iteration and train on it, until all are done or `keep_going` returns False."""
    with closing(prefetch(open_maker, iterations, workers)) as batches:
        for number in iterations:
            if not keep_going():
                break
            learn(number, next(batches))


def stop_condition(minutes: float) -> Callable[[], bool]:
    """A function that returns True until the minutes are over or a signal arrives (Ctrl-C, SIGTERM)."""
    end_s = time.monotonic() + 60 * minutes
    signals: list[int] = []
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, _: signals.append(number))
    return lambda: not signals and time.monotonic() < end_s


def load_stream_network(path: Path) -> tuple[MSTNet, ModelSpec]:
    """Load a checkpoint of a stream network with Jester's labels.

    Raises:
        ModelFileError: the checkpoint has other labels, another picture size or another rate.
    """
    net, spec = load_checkpoint(path)
    check_spec(spec, path)
    return net, spec


def open_teacher(path: Path) -> Teacher:
    """The teacher of a file: a clip network's `.onnx`, or a stream network's checkpoint."""
    if path.suffix == ".pt":
        return StreamTeacher(at_half_rate(load_stream_network(path)[0]))
    return ClipTeacher(path)


def open_run(
    given: argparse.Namespace,
    start: Path,
    out: Path,
    load: Callable[[Path], tuple[MSTNet, ModelSpec]],
    make_student: Callable[[MSTNet], Student[Batch]],
) -> StudentRun[Batch]:
    """A new run, or the one that was saved next to `out`.

    Args:
        given: the options of `add_distillation_options`.
        start: the checkpoint to start from.
        out: the checkpoint to write.
        load: loads and checks `start`.
        make_student: makes the student of a network.

    Raises:
        ModelFileError: `start` cannot be used, is `out` itself, or is not what the stopped run started from.
    """
    if out.resolve() == start.resolve():
        raise ModelFileError(f"{out} is START itself; name another OUT.pt")
    net, spec = load(start)
    student, origin = make_student(net), Origin.of(net, given.teacher, given.data)
    resume(student, origin, out)
    return StudentRun(student, DistillationLog(out, net, origin, spec, student, given.save_every))


def open_sampler(given: argparse.Namespace, rate_hz: float) -> StreamSampler:
    """The sampler of training streams that the options describe."""
    cv2.setNumThreads(1)
    recordings, cache = training_recordings(given.data), FrameCache(given.cache)
    return StreamSampler(recordings, cache, LABELS, SIZE, TEACHER_SIDE, rate_hz, given.faster)


def stream_batch_maker(given: argparse.Namespace, recipe: Recipe) -> StreamBatchMaker:
    """The maker of the batches of streams that the options describe."""
    return StreamBatchMaker(open_sampler(given, RATE_HZ), open_teacher(given.teacher), recipe)


def add_distillation_options(parser: argparse.ArgumentParser) -> None:
    """Options of the data, the teacher and the optimisation."""
    parser.add_argument("--data", type=Path, action="append", required=True, help="folder with clips.csv; repeatable")
    parser.add_argument("--teacher", type=Path, required=True, help="the 3-D network's .onnx, or a checkpoint .pt")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="folder for decoded pictures")
    parser.add_argument(
        "--iterations",
        type=positive,
        default=sys.maxsize,
        metavar="N",
        help="in total, those before a resume included (default: no limit)",
    )
    parser.add_argument("--lessons", dest="iterations", action=OldSpelling, type=positive)
    parser.add_argument("--save-every", type=positive, default=10, metavar="ITERATIONS")
    parser.add_argument("--seed", type=natural, default=0)
    parser.add_argument("--lr", type=positive_float, default=Recipe().lr)
    parser.add_argument("--faster", type=share, default=0.5, help="share of scenes played faster, 0 to 1")


def add_stream_options(parser: argparse.ArgumentParser) -> None:
    """As `add_distillation_options`, with the targets of streams."""
    add_distillation_options(parser)
    parser.add_argument("--every", type=positive, default=Recipe().every, help="steps between targets")


def add_run_options(parser: argparse.ArgumentParser, recipe: Recipe) -> None:
    """Checkpoints, limits and processes of a single student's run."""
    parser.add_argument("start", type=Path, help="checkpoint to start from")
    parser.add_argument("out", type=Path, help="checkpoint to write")
    parser.add_argument("--minutes", type=number(float, 0), default=math.inf)
    parser.add_argument("--streams", type=positive, default=recipe.streams, help="streams per iteration")
    parser.add_argument("--threads", type=positive, default=1)
    parser.add_argument(
        "--workers", type=natural, default=0, help="processes that make batches (default: a thread of this one)"
    )
