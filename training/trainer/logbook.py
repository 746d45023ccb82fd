"""What a run tells while it goes: a bar with the time left, metrics.csv, and TensorBoard."""

import csv
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from common.whole_file import WriteError, whole_file
from training.trainer.learner import Update
from training.trainer.validation import Scores

COLUMNS = ("step", "epoch", "lr", "loss", "gradient", "val_loss", "val_top1", "val_top5")


class Logbook:
    """Notes every so many updates, and every validation.

    Args:
        path: of metrics.csv; TensorBoard's files lie beside it.
        step: updates done before; what the log holds beyond them was never saved, and goes.
        epoch: epochs validated before.
        steps: updates in all.
        every: updates between two rows.
        tells: whether it tells anything; of the processes that train together, one does.
    """

    def __init__(self, path: Path, step: int, epoch: int, steps: int, every: int, tells: bool = True) -> None:
        self._path, self._every, self._tells = path, every, tells
        self._bar = tqdm(total=steps, initial=step, unit="update", dynamic_ncols=True, disable=None if tells else True)
        if tells:
            with _writing(path):
                rewrite(path, step, epoch)
                self._board = SummaryWriter(str(path.parent / "tensorboard"), purge_step=step + 1 if step else None)

    def update(self, step: int, epoch: int, lr: float, seen: Update) -> None:
        """Note an update, of which so many are done now."""
        self._bar.update()
        if step % self._every == 0:
            self._bar.set_postfix(epoch=epoch, loss=f"{seen.loss:.3f}", lr=f"{lr:.2g}")
            self._row(step, epoch=epoch, lr=lr, loss=seen.loss, gradient=seen.gradient)

    def scores(self, step: int, epoch: int, scores: Scores, skipped: str | None) -> None:
        """Note a validation, and which clips of the epoch were skipped."""
        if skipped:
            self.say(skipped)
        self.say(f"epoch {epoch}: loss {scores.loss:.4f}, top-1 {scores.top1:.2%}, top-5 {scores.top5:.2%}")
        self._row(step, epoch=epoch, val_loss=scores.loss, val_top1=scores.top1, val_top5=scores.top5)

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        if not self._tells:
            return
        try:
            self._bar.write(line)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read standard output has enough; that is no reason to stop training.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _row(self, step: int, **values: float) -> None:
        if not self._tells:
            return
        with _writing(self._path):
            with open(self._path, "a", newline="") as file:
                csv.writer(file).writerow([step, *(values.get(column, "") for column in COLUMNS[1:])])
            for name, value in values.items():
                self._board.add_scalar(name, value, step)

    def close(self) -> None:
        """Write out what TensorBoard holds back, and leave the bar as it is."""
        self._bar.close()
        if self._tells:
            self._board.close()


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WriteError.of(path, error) from error


def rewrite(path: Path, step: int, epoch: int) -> None:
    """Keep what a log holds of a number of updates and of validated epochs, below the head; torn rows go."""
    rows = []
    if path.is_file():
        with open(path, newline="") as file:
            rows = [row for row in list(csv.reader(file))[1:] if len(row) == len(COLUMNS)]
    rows = [row for row in rows if row[0].isdecimal() and row[1].isdecimal()]
    rows = [row for row in rows if int(row[0]) <= step and (not row[-1] or int(row[1]) < epoch)]
    with whole_file(path) as unfinished, open(unfinished, "w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
