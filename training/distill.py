"""Teach a causal network on continuous video what a teacher says of it: answers and features at many steps.

    python -m training.distill START.pt OUT.pt --data ../shared/data --teacher TEACHER.onnx --minutes 40

The teacher is the 3-D network in an ONNX file, asked about windows, or a checkpoint of this project, which answers at
every step and is asked more often (`--every 1`).

The same command goes on where a stopped run left off: OUT.pt holds the averaged weights, OUT.run the rest. Every lag of
the network is even, so a stream at 12 steps a second is two interleaved streams that never meet; training takes every
second picture and halves the paces, which is the same network at half the work.
"""

import argparse
import csv
import math
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch

from calibration.command_line import command
from models.nets.checkpoint import describe, load_checkpoint, read_whole, save_checkpoint, write_whole
from models.nets.mstnet import MSTNet
from models.spec import Decoding, ModelSpec, Rule
from models.whole_file import whole_file
from training.distillation.streams import Playlist
from training.distillation.student import Lesson, Losses, Recipe, Student, at_half_rate
from training.distillation.targets import side_by_side, targets
from training.distillation.teacher import ClipTeacher, StreamTeacher, Teacher
from training.jester import LABELS
from training.judge import QUIET
from training.recordings import Recording, Shelf, hold_out, read_recordings
from training.transplant import SIZE

RATE_HZ = 6.0
"""Pictures a second in training; what the teacher was trained at."""
DECODING = Decoding(smooth_s=0.3, rule=Rule(enter=0.5, exit=0.25, hold_s=0.1, rest_s=1.0))
"""How the result's answers are read. Chosen from a grid on generated streams and NVGesture's training split, and on the
quiet recordings held out of it: 26 of 69 gestures named with 11 wrong events; without the hold, 30 with 17."""

MakeLesson = Callable[[int], Lesson]
"""Makes the lesson of a number; the same number, the same lesson."""


class LessonMaker:
    """Draws streams and asks the teacher about them."""

    def __init__(self, playlist: Playlist, teacher: Teacher, recipe: Recipe) -> None:
        self._playlist = playlist
        self._teacher = teacher
        self._recipe = recipe

    def __call__(self, number: int) -> Lesson:
        """Make the lesson of this number."""
        recipe, steps = self._recipe, self._recipe.chunk * self._recipe.chunks
        ends = tuple(range(recipe.first_window, steps, recipe.every))
        pictures, wanted = [], []
        for k in range(recipe.streams):
            stream = self._playlist.draw(np.random.default_rng((recipe.seed, number, k)), steps)
            pictures.append(stream.pictures)
            wanted.append(targets(self._teacher, stream, ends, recipe.temperature))
        return Lesson(np.stack(pictures), ends, side_by_side(wanted))


def train(
    student: Student, make: MakeLesson, lessons: int, go_on: Callable[[], bool], done: Callable[[Losses], None]
) -> None:
    """Take lessons up to a number, or until told to stop; the next one is made while one is learnt."""
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(make, student.lessons)
        while student.lessons < lessons and go_on():
            lesson = coming.result()
            coming = ahead.submit(make, student.lessons + 1)
            done(student.take(lesson))
        coming.cancel()


class Logbook:
    """Saves a run now and then, and writes what happened.

    Args:
        out: the checkpoint; `.run` and `.csv` lie beside it.
        start: the network the run started from.
        spec: what is to be said of the result.
        student: who learns.
        every: lessons between two savings.
    """

    def __init__(self, out: Path, start: MSTNet, spec: ModelSpec, student: Student, every: int) -> None:
        self._out, self._start, self._spec = out, start, spec
        self._student, self._every = student, every
        self._rows = _rows_before(out.with_suffix(".csv"), student.lessons)
        self._began_s = time.monotonic()

    def note(self, losses: Losses) -> None:
        """Note a lesson's losses; save when it is time."""
        student = self._student
        minutes = (time.monotonic() - self._began_s) / 60
        self._rows.append([str(student.lessons), str(student.chunks), *(f"{loss:.4f}" for loss in losses)])
        answers, features = losses
        told = f"answers {answers:.3f}, features {features:.3f}, {minutes:.1f} min"
        print(f"lesson {student.lessons}: {told}", flush=True)
        if student.lessons % self._every == 0:
            self.save()

    def save(self) -> None:
        """Write checkpoint, run and log, each whole."""
        net = self._student.averaged(MSTNet(self._start.config))
        spec = self._spec
        trained = f"{spec.trained}; distilled on streams for {self._student.chunks} steps"
        described = describe(
            net,
            name=self._out.stem,
            labels=spec.labels,
            height=spec.height,
            width=spec.width,
            rate_hz=spec.rate_hz,
            trained=trained,
            temperature=spec.temperature,
            decoding=DECODING,
        )
        write_whole(self._out.with_suffix(".run"), self._student.state())
        save_checkpoint(self._out, net, described)
        with whole_file(self._out.with_suffix(".csv")) as unfinished, unfinished.open("w", newline="") as file:
            csv.writer(file).writerows([["lesson", "chunks", "answers", "features"], *self._rows])


def _rows_before(path: Path, lessons: int) -> list[list[str]]:
    """The log of the lessons that a resumed run has behind it."""
    if not path.is_file():
        return []
    with open(path, newline="") as file:
        return [row for row in list(csv.reader(file))[1:] if int(row[0]) <= lessons]


def training_recordings(folders: list[Path]) -> list[Recording]:
    """What may be trained on: the training split, without what is held out for judging."""
    recordings = [r for folder in folders for r in read_recordings(folder, "train")]
    held = hold_out(recordings, QUIET)
    return [r for r in recordings if r not in held]


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
        return StreamTeacher(at_half_rate(load_checkpoint(path)[0]))
    return ClipTeacher(path)


def run(given: argparse.Namespace) -> None:
    """Train as the command line says."""
    torch.set_num_threads(given.threads)
    start, spec = load_checkpoint(given.start)
    recipe = Recipe(seed=given.seed, streams=given.streams, lr=given.lr, every=given.every)
    teacher = open_teacher(given.teacher)
    playlist = Playlist(training_recordings(given.data), Shelf(given.cache), LABELS, SIZE, RATE_HZ)
    student = Student(start, recipe, teacher.channels)
    if given.out.with_suffix(".run").is_file():
        student.restore(read_whole(given.out.with_suffix(".run")))
    logbook = Logbook(given.out, start, spec, student, given.save_every)
    lessons = given.lessons if given.lessons is not None else sys.maxsize
    train(student, LessonMaker(playlist, teacher, recipe), lessons, until(given.minutes), logbook.note)
    logbook.save()


@command("distill")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.distill", description="Heal a transplant on streams.")
    parser.add_argument("start", type=Path, help="checkpoint to start from")
    parser.add_argument("out", type=Path, help="checkpoint to write")
    parser.add_argument("--data", type=Path, action="append", required=True, help="folder with clips.csv; repeatable")
    parser.add_argument("--teacher", type=Path, required=True, help="the 3-D network's .onnx, or a checkpoint .pt")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="where decoded pictures are kept")
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--lessons", type=int, help="lessons in all, a resumed run's earlier ones counted")
    parser.add_argument("--save-every", type=int, default=10, metavar="LESSONS")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--streams", type=int, default=Recipe().streams, help="streams a lesson")
    parser.add_argument("--lr", type=float, default=Recipe().lr)
    parser.add_argument("--every", type=int, default=Recipe().every, help="steps between two that the teacher answers")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args(arguments)
    run(given)
    return 0


if __name__ == "__main__":
    sys.exit(main())
