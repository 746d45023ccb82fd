"""Every config loads, builds its network, and is the row of the paper's tables that it is named after."""

import dataclasses
import functools
from pathlib import Path

import pytest
import torch

import training
from models.nets.mstnet import MSTNet, MSTNetConfig
from training.complexity import count
from training.paper import CLASSES, ROWS
from training.trainer.config import Config
from training.trainer.config_file import read_config
from training.trainer.start import initial_net

FOLDER = Path(training.__file__).parent / "configs"
CONFIGS = sorted(path for path in FOLDER.glob("*/*.toml") if path.stem != "base")
LABELS = {"something_v1": 174, "something_v2": 174, "kinetics400": 400, "ucf101": 101, "jester": 27, "motions": 16}
OWN = "folders"
"""Own clips; their folders determine the number of labels."""
PAPER = [path for path in CONFIGS if path.parent.name not in ("motions", OWN)]
ROW = {row.row: row for row in ROWS}


@functools.cache
def in_table(name: str) -> MSTNetConfig:
    """The settings of the row of this name."""
    with torch.device("meta"):
        return ROW[name].network().config


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_loads_and_builds(path: Path) -> None:
    config = read_config(Config, path)
    assert config.data.set == path.parent.name
    assert config.net.classes == LABELS.get(config.data.set, 0)
    labels = tuple(map(str, range(config.net.classes or 3)))
    with torch.device("meta"):
        net = initial_net(dataclasses.replace(config, init=""), labels)
    assert net.classifier.weight.shape[0] == len(labels)


@pytest.mark.parametrize("path", PAPER, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_is_the_row_of_the_tables(path: Path) -> None:
    config = read_config(Config, path)
    name = path.stem.removesuffix("-16f").removesuffix("-head")
    ours, theirs = config.net, in_table(name)
    assert ours.temporal.build(64).lags == theirs.temporal.build(64).lags
    assert ours.temporal.operation == theirs.temporal.operation
    same = {"classes": CLASSES, "temporal": theirs.temporal, "dropout": 0.0, "placement": "inner"}
    assert dataclasses.replace(ours, **same) == theirs
    assert ours.placement == ("head" if path.stem.endswith("-head") else "inner")
    assert config.data.size == ROW[name].size
    if config.data.sampling != "streams":
        assert config.data.frames == (16 if path.stem.endswith("-16f") else 8)


def test_costs_what_the_table_says() -> None:
    config = read_config(Config, FOLDER / "something_v1" / "ks1357.toml")
    with torch.device("meta"):
        cost = count(MSTNet(dataclasses.replace(config.net, classes=CLASSES)), config.data.frames, config.data.size)
    assert cost.multiply_adds / 1e9 == pytest.approx(33.18, rel=0.01)
    assert cost.parameters / 1e6 == pytest.approx(24.3, abs=0.1)


def test_every_row_of_the_paper_is_there() -> None:
    ablations = {row.row for row in ROWS if row.paper_gflops}
    assert ablations <= {path.stem for path in CONFIGS if path.parent.name == "something_v1"}
    for data_set in LABELS:
        assert {"tsn", "ks1357"} <= {path.stem for path in CONFIGS if path.parent.name == data_set}


def test_the_papers_recipe() -> None:
    config = read_config(Config, FOLDER / "something_v1" / "ks1357.toml")
    optim, schedule = config.optim, config.schedule
    assert (optim.lr, optim.batch, optim.clip, config.net.dropout) == (0.01, 64, 20.0, 0.8)
    assert (schedule.kind, schedule.epochs, schedule.milestones, schedule.factor) == ("step", 50, (30, 40, 45), 0.1)
    assert not config.data.flip
    assert optim.batch_norm != "frozen"
