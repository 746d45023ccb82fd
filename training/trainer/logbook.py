"""Progress bar, metrics.csv and TensorBoard of a run."""

import csv
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from common.whole_file import WriteError, whole_file
from training.trainer.learner import Update
from training.trainer.validation import Scores

COLUMNS = ("step", "epoch", "lr", "loss", "gradient", "val_loss", "val_top1", "val_top5")
PROGRESS_INTERVAL_S = 60.0
"""Time between lines of progress where there is no terminal for the bar."""


class Logbook:
    """Records updates and validations.

    Args:
        path: of metrics.csv; TensorBoard's files are written to the same folder.
        step: updates done before; later rows of the file were not saved and are removed.
        epoch: epochs validated before.
        steps: updates in total.
        every: updates between rows.
        enabled: False writes nothing, for all processes but the first.
    """

    def __init__(self, path: Path, step: int, epoch: int, steps: int, every: int, enabled: bool = True) -> None:
        self._path, self._every, self._enabled = path, every, enabled
        self._bar = tqdm(
            total=steps, initial=step, unit="update", dynamic_ncols=True, disable=None if enabled else True
        )
        self._first_step, self._steps, self._began_s = step, steps, monotonic()
        self._reported_s = self._began_s
        if enabled:
            with _writing(path):
                rewrite(path, step, epoch)
                self._board = SummaryWriter(str(path.parent / "tensorboard"), purge_step=step + 1 if step else None)

    def update(self, step: int, epoch: int, lr: float, update: Update) -> None:
        """Record an update; `step` includes it."""
        self._bar.update()
        if step % self._every == 0:
            self._bar.set_postfix(epoch=epoch, loss=f"{update.loss:.3f}", lr=f"{lr:.2g}")
            self._row(step, epoch=epoch, lr=lr, loss=update.loss, gradient=update.gradient)
        if self._bar.disable and monotonic() - self._reported_s >= PROGRESS_INTERVAL_S:
            self._report_progress(step, update)

    def _report_progress(self, step: int, update: Update) -> None:
        self._reported_s = monotonic()
        left_s = (self._reported_s - self._began_s) / (step - self._first_step) * (self._steps - step)
        self.report(f"update {step} of {self._steps}: loss {update.loss:.3f}, about {left_s / 60:.0f} min left")

    def scores(self, step: int, epoch: int, scores: Scores, skipped: str | None) -> None:
        """Record a validation, and report the skipped clips of the epoch."""
        if skipped:
            self.report(skipped)
        self.report(f"epoch {epoch}: loss {scores.loss:.4f}, top-1 {scores.top1:.2%}, top-5 {scores.top5:.2%}")
        self._row(step, epoch=epoch, val_loss=scores.loss, val_top1=scores.top1, val_top5=scores.top5)

    def report(self, line: str) -> None:
        """Print a line above the bar."""
        if not self._enabled:
            return
        try:
            self._bar.write(line)
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader of standard output was closed; training continues.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _row(self, step: int, **values: float) -> None:
        if not self._enabled:
            return
        with _writing(self._path):
            with open(self._path, "a", newline="") as file:
                csv.writer(file).writerow([step, *(values.get(column, "") for column in COLUMNS[1:])])
            for name, value in values.items():
                self._board.add_scalar(name, value, step)

    def close(self) -> None:
        """Flush TensorBoard's files and close the bar."""
        self._bar.close()
        if self._enabled:
            self._board.close()


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WriteError.of(path, error) from error


def rewrite(path: Path, step: int, epoch: int) -> None:
    """Keep the header and the rows of the first `step` updates and `epoch` epochs; incomplete rows are removed."""
    rows = []
    if path.is_file():
        with open(path, newline="") as file:
            rows = [row for row in list(csv.reader(file))[1:] if len(row) == len(COLUMNS)]
    rows = [row for row in rows if row[0].isdecimal() and row[1].isdecimal()]
    rows = [row for row in rows if int(row[0]) <= step and (not row[-1] or int(row[1]) < epoch)]
    with whole_file(path) as unfinished, open(unfinished, "w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
