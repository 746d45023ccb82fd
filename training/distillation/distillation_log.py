"""The files of a student's run: a checkpoint, the state to resume from, and a table of losses."""

import csv
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from common.whole_file import whole_file
from models.nets.checkpoint import derived_spec, read_whole, save_checkpoint, write_whole
from models.nets.mstnet import MSTNet
from models.spec import Decoding, ModelSpec, Rule
from training.distillation.origin import Origin
from training.distillation.student import Losses, Student

DECODING = Decoding(smooth_s=0.3, rule=Rule(enter=0.5, exit=0.25, hold_s=0.1, rest_s=1.0))
"""Decoding of the checkpoint until `training.decoding` chooses one: short peaks do not fire."""


class DistillationLog:
    """Saves a run at intervals, and records its losses.

    Args:
        out: the checkpoint; files of the same name with `.run` and `.csv` are written next to it.
        start: the network the run started from.
        origin: the inputs of the run.
        spec: the description of the checkpoint.
        student: the student.
        every: iterations between saves.
    """

    def __init__(
        self, out: Path, start: MSTNet, origin: Origin, spec: ModelSpec, student: Student[Any], every: int
    ) -> None:
        self._out, self._start, self._origin, self._spec = out, start, origin, spec
        self._student, self._every = student, every
        self._rows = _rows_before(out.with_suffix(".csv"), student.iterations)
        self._began_s = time.monotonic()

    def add(self, losses: Losses) -> None:
        """Record the losses of an iteration; save if it is due."""
        student = self._student
        minutes = (time.monotonic() - self._began_s) / 60
        self._rows.append([str(student.iterations), str(student.chunks), *(f"{loss:.4f}" for loss in losses)])
        line = f"divergence {losses.divergence:.3f}, features {losses.features:.3f}, {minutes:.1f} min"
        print(f"{self._out.stem}, iteration {student.iterations}: {line}", flush=True)
        if student.iterations % self._every == 0:
            self.save()

    def save(self) -> None:
        """Write checkpoint, run and table, each atomically."""
        net = self._student.averaged(MSTNet(self._start.config))
        trained = f"distilled on streams for {self._student.chunks} steps"
        described = derived_spec(net, self._spec, name=self._out.stem, trained=trained, decoding=DECODING)
        write_whole(self._out.with_suffix(".run"), {"origin": asdict(self._origin), **self._student.state()})
        save_checkpoint(self._out, net, described)
        with whole_file(self._out.with_suffix(".csv")) as unfinished, unfinished.open("w", newline="") as file:
            csv.writer(file).writerows([["iteration", "chunks", "divergence", "features"], *self._rows])


def resume(student: Student[Any], origin: Origin, out: Path) -> None:
    """Restore a student from the run saved next to `out`, if there is one.

    Raises:
        ModelFileError: the saved run cannot be read, or had other inputs.
    """
    saved = out.with_suffix(".run")
    if saved.is_file():
        state = read_whole(saved)
        origin.check(state.get("origin", {}), saved)
        student.restore(state)


def _rows_before(path: Path, iterations: int) -> list[list[str]]:
    """The rows of a resumed run's table, without those of iterations that were not saved."""
    if not path.is_file():
        return []
    with open(path, newline="") as file:
        return [row for row in list(csv.reader(file))[1:] if int(row[0]) <= iterations]
