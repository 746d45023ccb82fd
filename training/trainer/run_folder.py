"""The files of a run: `last.pt` to resume from, `best.pt` to use, and `config.json`."""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.errors import UserError, first_line
from common.whole_file import whole_file
from models.nets.checkpoint import describe, read_whole, save_checkpoint, write_whole
from models.nets.mstnet import MSTNet
from training.trainer.config import Config
from training.trainer.config_file import ConfigError, differences, from_values
from training.trainer.learner import DivergedError, Learner

FORMAT = "mstnet-run"
KEYS = ("config", "clips", "place", "learner")
"""Keys of a saved run, in addition to its format."""


class RunError(UserError):
    """A run cannot be continued."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The position of a run."""

    epoch: int = 0
    """The current epoch, from 0."""
    position: int = 0
    """Updates done in it; after the last one the epoch is still to be validated."""
    best: float = -1.0
    """The best top-1 so far."""
    decoded: bool = False
    """Whether temperature and thresholds of the best network were chosen, for streams, after the last epoch."""


class RunFolder:
    """Saves and resumes a run.

    Args:
        path: the folder.
        config: of the run.
        clips: number of training clips; it must be the same on resuming.
        writes: False writes nothing, for all processes but the first.
    """

    def __init__(self, path: Path, config: Config, clips: int, writes: bool = True) -> None:
        self.last, self.best, self.log = path / "last.pt", path / "best.pt", path / "metrics.csv"
        self.path = path
        self._config, self._clips, self._writes = config, clips, writes

    def resume(self, learner: Learner) -> RunProgress:
        """Restore a learner from the last save, if there is one; returns the position.

        Raises:
            RunError: the folder holds a run of another config or of other data, or a damaged one.
        """
        if not self.last.exists():
            self._begin()
            return RunProgress()
        state = read_whole(self.last)
        self._check(state)
        try:
            learner.restore(state["learner"])
            return RunProgress(**state["place"])
        except (AttributeError, KeyError, TypeError, ValueError, RuntimeError) as error:
            reason = f"{type(error).__name__}: {first_line(error)}"
            raise RunError(f"{self.last} cannot be resumed ({reason}); give another run.folder") from error

    def _check(self, state: dict[str, Any]) -> None:
        """Refuse to resume another run."""
        if state.get("format") != FORMAT:
            raise RunError(f"{self.last} is no saved run; give another run.folder")
        missing = [key for key in KEYS if not isinstance(state.get(key), int if key == "clips" else dict)]
        if missing:
            raise RunError(f"{self.last} is damaged: it has no {missing[0]!r}; give another run.folder")
        try:
            before = from_values(Config, state["config"], str(self.last))
        except ConfigError as error:
            raise RunError(f"{self.last} is of another version ({error}); give another run.folder") from error
        for key, was, now in differences(before, self._config):
            if not key.startswith("run."):
                raise RunError(
                    f"the run in {self.path} has {key} = {json.dumps(was)}, now it is {json.dumps(now)}; "
                    f"give {key}={json.dumps(was)} to resume it, or another run.folder"
                )
        if state["clips"] != self._clips:
            raise RunError(
                f"the run in {self.path} has {state['clips']} training clips, now there are {self._clips}; "
                "give the same data, or another run.folder"
            )

    def _begin(self) -> None:
        """Write the config."""
        if not self._writes:
            return
        with whole_file(self.path / "config.json") as unfinished:
            unfinished.write_text(json.dumps(dataclasses.asdict(self._config), indent=1) + "\n", encoding="utf-8")

    def save(self, learner: Learner, place: RunProgress) -> None:
        """Write `last.pt` atomically.

        Raises:
            WriteError: the file cannot be written; the previous one is kept.
        """
        if not self._writes:
            return
        content = {
            "format": FORMAT,
            "config": dataclasses.asdict(self._config),
            "clips": self._clips,
            "place": dataclasses.asdict(place),
            "learner": learner.state(),
        }
        write_whole(self.last, content)

    def save_best(self, net: MSTNet, labels: tuple[str, ...], epochs: int, top1: float) -> None:
        """Write `best.pt` atomically: a checkpoint with its spec, to export and evaluate."""
        if not self._writes:
            return
        data = self._config.data
        spec = describe(
            net,
            name=self.path.name,
            labels=labels,
            height=data.size,
            width=data.size,
            rate_hz=data.rate_hz,
            trained=f"on {data.set} for {epochs} epochs, seed {self._config.seed}; top-1 in validation {top1:.2%}",
        )
        save_checkpoint(self.best, net, spec)

    @contextmanager
    def divergence_reported(self) -> Iterator[None]:
        """Turn a divergence into an error that names the last good checkpoint."""
        try:
            yield
        except DivergedError as error:
            there = f"the last good checkpoint is {self.last}" if self.last.exists() else "nothing was saved before"
            raise RunError(
                f"{error}; {there}. Give a lower optim.lr, a lower optim.clip or some schedule.warm_up, "
                "and another run.folder"
            ) from error
