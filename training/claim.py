"""The paper's claim at a size that fits a laptop: looking along time tells what no single picture can.

    python -m training.claim --out runs/claim             every operation, centred and causal, three seeds
    python -m training.claim --out runs/claim --rows tsn ks1357 --seeds 0
    python -m training.claim --out docs --results docs/claim.csv         the picture and tables again; trains nothing

Every operation gets the same budget, that of training/configs/motions/claim.toml, on the generated gestures of
training/datasets/motions.py. The same command goes on where it was stopped, or killed; what is finished stays. Each run
adds a line to FOLDER/results.csv; the tables and FOLDER/claim.svg come at the end. A command for some of the rows and
seeds that are finished makes them of those.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

import torch

from common.arguments import natural
from common.command import command
from models.nets.checkpoint import load_checkpoint
from models.nets.mstnet import MSTNet
from models.nets.temporal import TemporalConfig
from training.claim_results import Result, draw, gesture_table, read_results, table, write_results
from training.complexity import count
from training.datasets.motions import GESTURES, LABELS, STEPS
from training.paper import ROWS, PaperNetwork
from training.train import train
from training.trainer.config import Config
from training.trainer.config_file import ConfigError, read_config
from training.trainer.data import make_data, validation
from training.trainer.distributed import Processes, join
from training.trainer.stopping import Stop, Stopped

CONFIG = Path(__file__).parent / "configs" / "motions" / "claim.toml"
OPERATIONS = {row.row: row for row in ROWS if row.paper_gflops and row.frames == 8}
"""The ten of the paper's table."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One network to train."""

    row: PaperNetwork
    causal: bool
    seed: int

    @property
    def name(self) -> str:
        """What its folder is called."""
        return f"{self.row.row}{'-causal' * self.causal}-seed{self.seed}"

    def config(self, base: Config) -> Config:
        """The run's config: the base with this operation and seed."""
        temporal = TemporalConfig(self.row.operation, self.row.kernels, self.row.dilations, self.causal)
        return replace(base, seed=self.seed, net=replace(base.net, temporal=temporal))


def trials(rows: Sequence[str], seeds: Sequence[int]) -> Iterator[Trial]:
    """Every trial, the whole table of a seed before the next seed's. TSN looks nowhere, so it has one form only."""
    for seed in seeds:
        for name in rows:
            for causal in (False, True) if OPERATIONS[name].operation != "none" else (False,):
                yield Trial(OPERATIONS[name], causal, seed)


def run(trial: Trial, base: Config, out: Path, processes: Processes, stop: Stop) -> Result:
    """Train what is left to train of a trial, and see what its network can."""
    config, folder = trial.config(base), out / trial.name
    train(config, folder, processes, stop)
    net, _ = load_checkpoint(folder / "best.pt")
    cost = count(net, config.data.frames, config.data.size)
    scores = by_gesture(net, config, processes)
    return Result(trial.row.row, trial.causal, trial.seed, cost.parameters, cost.multiply_adds, *scores)


@torch.no_grad()
def by_gesture(net: MSTNet, config: Config, processes: Processes) -> list[float]:
    """Top-1, 0..1, on each gesture of the validation set."""
    right: list[list[bool]] = [[] for _ in GESTURES]
    held_out, _ = make_data(config, "val")
    for clips, labels in validation(held_out, config, processes):
        answers = net(clips).logits.mean(1).argmax(1)
        for label, answer in zip(labels.tolist(), answers.tolist(), strict=True):
            right[label // len(STEPS)].append(answer == label)
    return [mean(answers) for answers in right]


def read_base(overrides: Sequence[str]) -> Config:
    """The config of every trial but for its operation and seed.

    Raises:
        ConfigError: it is not of the gestures that are judged one by one.
    """
    base = read_config(Config, CONFIG, overrides)
    if base.data.set != "motions" or base.data.val_clips % len(LABELS):
        raise ConfigError(
            f"the claim is judged on data.set=motions, with data.val_clips a multiple of {len(LABELS)}; "
            f"got {base.data.set} and {base.data.val_clips}"
        )
    return base


def command_line() -> argparse.ArgumentParser:
    """The command line's options."""
    parser = argparse.ArgumentParser(
        prog="python -m training.claim", description="Train every temporal operation on gestures that need time."
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the runs and results go")
    parser.add_argument(
        "--rows", nargs="+", choices=OPERATIONS, default=list(OPERATIONS), help="operations (default: all)"
    )
    parser.add_argument("--seeds", nargs="+", type=natural, default=[0, 1, 2], help="(default: 0 1 2)")
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="key=value", help="override the config, such as data.clips=8000"
    )
    parser.add_argument("--results", type=Path, metavar="CSV", help="train nothing; show what is in a results.csv")
    return parser


@command("claim")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    given = command_line().parse_args(arguments)
    try:
        results = read_results(given.results) if given.results else run_all(given)
    except Stopped:
        return 130
    draw(given.out / "claim.svg", results)
    print(table(results), gesture_table(results), sep="\n\n")
    return 0


def run_all(given: argparse.Namespace) -> list[Result]:
    """Run every trial that the command line asks for; the results file grows with each."""
    base, results = read_base(given.set), []
    with Stop() as stop, closing(join(base.run.device)) as processes:
        for trial in trials(given.rows, given.seeds):
            results.append(run(trial, base, given.out, processes, stop))
            write_results(given.out / "results.csv", results)
    return results


if __name__ == "__main__":
    sys.exit(main())
