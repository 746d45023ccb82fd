"""Data sets by config: what is refused, and what is not scored."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_datasets import index_of

from models.nets.mstnet import MSTNetConfig
from models.nets.temporal import TemporalConfig
from training.datasets.base import Index, write_index
from training.errors import DataError
from training.trainer.config import Config, DataConfig, OptimConfig, RunConfig
from training.trainer.config_file import ConfigError
from training.trainer.data import make_data, skipped, updates_per_epoch, validation
from training.trainer.distributed import Processes

ALONE = Processes(0, 1, torch.device("cpu"))


def config(folder: Path | str, **data: Any) -> Config:
    return Config(
        DataConfig(**({"set": "jester", "folder": str(folder), "frames": 2, "size": 16} | data)),
        MSTNetConfig(3, temporal=TemporalConfig(causal=True)),
        OptimConfig(batch=2),
        run=RunConfig(workers=0),
    )


def write(folder: Path, split: str, index: Index) -> None:
    write_index(folder / f"jester-{split}.jsonl", index)


@pytest.mark.parametrize("split", ["train", "val"])
def test_an_index_without_labels_is_refused(tmp_path: Path, split: Any) -> None:
    index = index_of(tmp_path / "clips", 3)
    unlabelled = replace(index, clips=tuple(replace(clip, label=None) for clip in index.clips))
    write(tmp_path, {"train": "train", "val": "validation"}[split], unlabelled)
    with pytest.raises(DataError, match=rf"has no labels; give another split, data\.{split}="):
        make_data(config(tmp_path), split)


def test_a_broken_clip_of_validation_is_reported_and_not_scored(tmp_path: Path) -> None:
    index = index_of(tmp_path / "clips", 4)
    gone = replace(index.clips[1], path=tmp_path / "clips" / "gone")
    write(tmp_path, "validation", replace(index, clips=(index.clips[0], gone, *index.clips[2:])))
    mine = config(tmp_path)
    held_out, _ = make_data(mine, "val")
    for _ in range(2):
        labels = torch.cat([labels for _, labels in validation(held_out, mine, ALONE)])
        assert labels.tolist() == [0, -1, 2, 0]
        line = skipped(held_out, ALONE, "validation")
        assert line == f"1 broken validation clips were skipped, such as {gone.id}"


@pytest.mark.parametrize("given", [{"sampling": "streams"}, {"sampling": "dense"}, {"flip": True}], ids=str)
def test_generated_gestures_come_in_one_form(given: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r'^data.set="motions" .*; got data\.\w+=\S+, give'):
        make_data(config("", set="motions", **given), "train")


def test_a_folder_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path / "indexes", "train", index_of(tmp_path / "clips", 3))
    assert len(make_data(config("~/indexes"), "train")[0]) == 3


def test_too_few_clips_for_a_batch_are_an_error_with_advice() -> None:
    mine = replace(config(""), optim=OptimConfig(batch=8, accumulate=4))
    with pytest.raises(ConfigError, match=r"^3 clips do not fill a batch of 8; give fewer processes, .* or more clips"):
        updates_per_epoch(3, mine, ALONE)
