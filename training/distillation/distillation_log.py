"""What is kept of a student's run: a checkpoint, what is needed to go on, and a log."""

import csv
import time
from dataclasses import asdict
from pathlib import Path

from common.whole_file import whole_file
from models.nets.checkpoint import derived_spec, read_whole, save_checkpoint, write_whole
from models.nets.mstnet import MSTNet
from models.spec import Decoding, ModelSpec, Rule
from training.distillation.origin import Origin
from training.distillation.student import Losses, Student

DECODING = Decoding(smooth_s=0.3, rule=Rule(enter=0.5, exit=0.25, hold_s=0.1, rest_s=1.0))
"""How answers are read until `training.decoding` chooses: what is seen for a moment only does not fire."""


class DistillationLog:
    """Saves a run now and then, and writes what happened.

    Args:
        out: the checkpoint; `.run` and `.csv` lie beside it.
        start: the network the run started from.
        origin: what the run was begun with.
        spec: what is to be said of the result.
        student: who learns.
        every: lessons between two savings.
    """

    def __init__(self, out: Path, start: MSTNet, origin: Origin, spec: ModelSpec, student: Student, every: int) -> None:
        self._out, self._start, self._origin, self._spec = out, start, origin, spec
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
        print(f"{self._out.stem}, lesson {student.lessons}: {told}", flush=True)
        if student.lessons % self._every == 0:
            self.save()

    def save(self) -> None:
        """Write checkpoint, run and log, each whole."""
        net = self._student.averaged(MSTNet(self._start.config))
        trained = f"distilled on streams for {self._student.chunks} steps"
        described = derived_spec(net, self._spec, name=self._out.stem, trained=trained, decoding=DECODING)
        write_whole(self._out.with_suffix(".run"), {"origin": asdict(self._origin), **self._student.state()})
        save_checkpoint(self._out, net, described)
        with whole_file(self._out.with_suffix(".csv")) as unfinished, unfinished.open("w", newline="") as file:
            csv.writer(file).writerows([["lesson", "chunks", "answers", "features"], *self._rows])


def resume(student: Student, origin: Origin, out: Path) -> None:
    """Bring a student to where its run was stopped, if one was saved beside `out`.

    Raises:
        ModelFileError: what was saved cannot be read, or was begun with something else.
    """
    saved = out.with_suffix(".run")
    if saved.is_file():
        state = read_whole(saved)
        origin.check(state.get("origin", {}), saved)
        student.restore(state)


def _rows_before(path: Path, lessons: int) -> list[list[str]]:
    """The log of the lessons that a resumed run has behind it."""
    if not path.is_file():
        return []
    with open(path, newline="") as file:
        return [row for row in list(csv.reader(file))[1:] if int(row[0]) <= lessons]
