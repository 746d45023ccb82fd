"""The paper's claim at small scale: temporal operations distinguish gestures that no single picture distinguishes.

    python -m training.claim --out runs/claim             every operation, centred and causal, three seeds
    python -m training.claim --out runs/claim --rows tsn ks1357 --seeds 0
    python -m training.claim --out runs/claim --rows ks1357 --forms causal --starts one_lag:0.25 averages --clips 8000
    python -m training.claim --out docs --results docs/claim.csv         picture and tables of existing results

Every operation has the budget of training/configs/motions/claim.toml, on the generated gestures of
training/datasets/motions.py. The same command continues a stopped run. Each network adds a line to FOLDER/results.csv.
At the end, the tables and FOLDER/claim.svg show all results of the file: the first two tables and the picture those of
the usual starts with the smallest budget, the last table every start and budget.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any, cast, get_args

import torch

from common.arguments import CommandParser, natural
from common.command import command
from models.nets.checkpoint import load_checkpoint
from models.nets.mstnet import MSTNet
from models.nets.taps import AS_USUAL, Start, StartRule
from models.nets.temporal import TemporalConfig
from training.claim_results import (
    FORMS,
    ClaimResult,
    as_usual,
    draw,
    gesture_table,
    read_results,
    table,
    variant_table,
    write_results,
)
from training.complexity import count
from training.datasets.motions import GESTURES, LABELS, STEPS
from training.paper import ROWS, PaperNetwork
from training.trainer.config import Config
from training.trainer.config_file import ConfigError, read_config
from training.trainer.data import make_data, validation
from training.trainer.distributed import Processes, join
from training.trainer.stopping import Stop, Stopped
from training.training_run import train

CONFIG = Path(__file__).parent / "configs" / "motions" / "claim.toml"
OPERATIONS = {row.row: row for row in ROWS if row.paper_gflops and row.frames == 8}
"""The ten of the paper's table."""
START_NUMBERS: tuple[tuple[str, Callable[[str], Any]], ...] = (("share", float), ("least", int))
"""The numbers after a start's rule on the command line."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One network to train."""

    row: PaperNetwork
    causal: bool
    seed: int
    start: Start
    """Of a MixTConv's taps; resolved, so that a run is not continued as another one if the usual start changes."""
    clips: int = 0
    """Number of training clips; 0 for the config's."""

    @property
    def name(self) -> str:
        """The name of its folder."""
        budget = f"-{self.clips}clips" if self.clips else ""
        start = "" if self.start == AS_USUAL.resolved(self.causal) else f"-{self.start}".replace(":", "-")
        return f"{self.row.row}{'-causal' * self.causal}{start}{budget}-seed{self.seed}"

    def config(self, base: Config) -> Config:
        """The run's config: the base with this operation, start, budget and seed."""
        row = self.row
        temporal = TemporalConfig(row.operation, row.kernels, row.dilations, self.causal, self.start)
        data = replace(base.data, clips=self.clips or base.data.clips)
        return replace(base, seed=self.seed, data=data, net=replace(base.net, temporal=temporal))


def trials(
    rows: Sequence[str],
    seeds: Sequence[int],
    forms: Sequence[bool] = (False, True),
    starts: Sequence[Start] = (AS_USUAL,),
    clips: int = 0,
) -> Iterator[Trial]:
    """Every trial, seed by seed.

    TSN has no temporal operation, so it has no causal form. Only MixTConv has a start.
    """
    for seed in seeds:
        for name in rows:
            row = OPERATIONS[name]
            for causal in forms if row.operation != "none" else (False,) * (False in forms):
                for start in starts if row.operation == "mixtconv" else (AS_USUAL,):
                    yield Trial(row, causal, seed, start.resolved(causal), clips)


def run(trial: Trial, base: Config, out: Path, processes: Processes, stop: Stop) -> ClaimResult:
    """Train or finish a trial, and evaluate its network."""
    config, folder = trial.config(base), out / trial.name
    train(config, folder, processes, stop)
    net, _ = load_checkpoint(folder / "best.pt")
    cost = count(net, config.data.frames, config.data.size)
    scores = by_gesture(net, config, processes)
    return ClaimResult(
        trial.row.row,
        trial.causal,
        str(trial.start) if trial.row.operation == "mixtconv" else "",
        config.data.clips,
        trial.seed,
        cost.parameters,
        cost.multiply_adds,
        *scores,
    )


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
    """The config of every trial except operation and seed.

    Raises:
        ConfigError: it has other data, or not the same number of validation clips for each label.
    """
    base = read_config(Config, CONFIG, overrides)
    if base.data.set != "motions" or base.data.val_clips % len(LABELS):
        raise ConfigError(
            f"the claim is evaluated on data.set=motions, with data.val_clips a multiple of {len(LABELS)}; "
            f"got {base.data.set} and {base.data.val_clips}"
        )
    return base


def command_line() -> CommandParser:
    """The options."""
    parser = CommandParser(
        prog="python -m training.claim", description="Train every temporal operation on gestures that need time."
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder of the runs and results")
    parser.add_argument(
        "--rows", nargs="+", choices=OPERATIONS, default=list(OPERATIONS), help="operations (default: all)"
    )
    parser.add_argument("--seeds", nargs="+", type=natural, default=[0, 1, 2], help="(default: 0 1 2)")
    parser.add_argument(
        "--forms", nargs="+", choices=FORMS.values(), default=list(FORMS.values()), help="(default: both)"
    )
    parser.add_argument(
        "--starts",
        nargs="+",
        type=start,
        default=[AS_USUAL],
        metavar="RULE[:SHARE[:LEAST]]",
        help=f"of MixTConv's taps, such as one_lag:0.25:1; rules are {', '.join(get_args(StartRule))}",
    )
    parser.add_argument("--clips", type=natural, default=0, help="training clips of a network (default: the config's)")
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="key=value", help="override the config, such as data.clips=8000"
    )
    parser.add_argument("--results", type=Path, metavar="CSV", help="train nothing; show the results in this file")
    return parser


def start(text: str) -> Start:
    """Parse a start such as one_lag:0.25:1."""
    rule, *numbers = text.split(":")
    if rule not in get_args(StartRule):
        raise argparse.ArgumentTypeError(f"a start's rule is one of {', '.join(get_args(StartRule))}; got {rule}")
    try:
        values = {name: kind(word) for (name, kind), word in zip(START_NUMBERS, numbers, strict=False)}
        return Start(cast("StartRule", rule), **values)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"a start is RULE[:SHARE[:LEAST]]; got {text} ({error})") from error


@command("claim")
def main(arguments: list[str] | None = None) -> int:
    """Train and show the results."""
    given = command_line().parse_args(arguments)
    try:
        results = read_results(given.results) if given.results else run_all(given)
    except Stopped:
        return 130
    main_results = as_usual(results)
    draw(given.out / "claim.svg", main_results)
    print(table(main_results), gesture_table(main_results), variant_table(results), sep="\n\n")
    return 0


def run_all(given: argparse.Namespace) -> list[ClaimResult]:
    """Run every trial of the command line, and write each result."""
    base, file = read_base(given.set), given.out / "results.csv"
    results = {key(result): result for result in (read_results(file) if file.exists() else ())}
    forms = [form for form, name in FORMS.items() if name in given.forms]
    with Stop() as stop, closing(join(base.run.device)) as processes:
        for trial in trials(given.rows, given.seeds, forms, given.starts, given.clips):
            result = run(trial, base, given.out, processes, stop)
            results[key(result)] = result
            write_results(file, results.values())
    return list(results.values())


def key(result: ClaimResult) -> tuple[object, ...]:
    """What identifies the trial of a result."""
    return result.row, result.causal, result.start, result.clips, result.seed


if __name__ == "__main__":
    sys.exit(main())
