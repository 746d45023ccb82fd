"""The training command: it learns, resumes after a kill, stops cleanly, and reports errors in one line."""

import csv
import errno
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import forked
import pytest
import torch
from networks import small_net, small_spec
from tiny_runs import at_call, killed_run, train_tiny, write_config
from tiny_set import LABELS, TinySet, make_tiny
from torch import Tensor
from torch.utils.data import get_worker_info

import training.train
from models.nets.checkpoint import load_checkpoint, save_checkpoint
from models.nets.mstnet import MSTNet, MSTNetConfig
from models.nets.temporal import TemporalConfig

Run = Callable[..., int]
UPDATES = 18


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command line in a folder of this test: `run("name", "optim.lr=1")`."""
    config = write_config(tmp_path)
    return lambda name, *words, **more: train_tiny([str(config), f"run.folder={tmp_path / name}", *words], **more)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was never stopped."""
    folder = tmp_path_factory.mktemp("whole")
    assert train_tiny([str(write_config(folder)), f"run.folder={folder / 'run'}"]) == 0
    return folder / "run"


def state(folder: Path, name: str = "last.pt") -> dict[str, Any]:
    return torch.load(folder / name, weights_only=True)


def differing(one: Any, other: Any, where: str = "") -> list[str]:
    """The places in which two saved states are not the same, bit for bit."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        return [place for key in one for place in differing(one[key], other[key], f"{where}.{key}")]
    if isinstance(one, list):
        return [
            place for k, pair in enumerate(zip(one, other, strict=True)) for place in differing(*pair, f"{where}.{k}")
        ]
    same = torch.equal(one, other) if isinstance(one, Tensor) else one == other
    return [] if same else [where]


def rows(folder: Path) -> list[list[float]]:
    """The numbers of a log."""
    with open(folder / "metrics.csv", newline="") as file:
        return [[float(value) for value in row if value] for row in list(csv.reader(file))[1:]]


def assert_same_run(folder: Path, other: Path) -> None:
    """Two folders hold the same run, but for their names."""
    one, two = (state(path) | {"config": None} for path in (folder, other))
    assert differing(one, two) == []
    assert differing(state(folder, "best.pt")["weights"], state(other, "best.pt")["weights"]) == []
    assert (folder / "metrics.csv").read_text() == (other / "metrics.csv").read_text()
    assert not list(folder.glob("*.part"))


def test_learns_far_beyond_chance(run: Run, tmp_path: Path) -> None:
    assert run("run", "schedule.epochs=6", "net.dropout=0", "data.clips=96", "optim.lr=0.05") == 0
    with open(tmp_path / "run" / "metrics.csv", newline="") as file:
        top1 = [float(row["val_top1"]) for row in csv.DictReader(file) if row["val_top1"]]
    assert len(top1) == 6
    assert max(top1) > 0.9  # chance is a third


def test_killed_at_any_moment_and_resumed_is_never_killed(whole: Path, tmp_path: Path) -> None:
    arguments = [str(write_config(tmp_path)), f"run.folder={tmp_path / 'run'}"]
    moments = [
        ("training.trainer.learner.Learner.learn", 3),  # before anything was saved
        ("training.trainer.run_folder.RunFolder.save", 1),  # when the first saving begins
        (
            "training.trainer.logbook.Logbook._row",
            6,
        ),  # amid an epoch, with rows of updates that were not saved
        ("training.training_run.validate", 1),  # an epoch learnt and not validated
        ("training.trainer.run_folder.RunFolder.save_best", 1),  # validated, the best not written
        ("training.training_run.RunProgress", 2),  # the second epoch saved at its last update, then validated
        ("common.whole_file.os.replace", 3),  # a checkpoint written, not in its place
    ]
    for where, number in moments:
        assert killed_run(arguments, where, number) == -signal.SIGKILL, where
    assert train_tiny(arguments) == 0
    assert_same_run(tmp_path / "run", whole)


@pytest.mark.parametrize(
    ("number", "where", "call"),
    [
        (signal.SIGINT, "training.trainer.learner.Learner.learn", 9),
        (signal.SIGTERM, "training.training_run.validate", 2),
    ],
    ids=["while it learns", "while it validates"],
)
def test_stopped_by_a_signal_it_saves_and_resumes(
    run: Run, whole: Path, tmp_path: Path, number: signal.Signals, where: str, call: int
) -> None:
    owner, name, before = at_call(where, call, lambda: os.kill(os.getpid(), number))
    handlers = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    try:
        assert run("run") == 130
    finally:
        setattr(owner, name, before)
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == handlers
    place = state(tmp_path / "run")["place"]
    assert (place["epoch"], place["position"]) == ((1, 3) if number == signal.SIGINT else (1, 6))
    assert run("run") == 0
    assert_same_run(tmp_path / "run", whole)


def test_a_run_that_is_done_stays_as_it_is(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", "schedule.epochs=1") == 0
    before = (tmp_path / "run" / "last.pt").read_bytes()
    assert run("run", "schedule.epochs=1") == 0
    assert (tmp_path / "run" / "last.pt").read_bytes() == before
    *_, done, finished, advice = capsys.readouterr().out.splitlines()
    assert done.startswith("done: best top-1 ")
    assert re.match(r"\S+run is finished: best top-1 \S+, \S+best.pt, \S+metrics.csv", finished)
    assert advice == "to train again, give another run.folder"
    (tmp_path / "run" / "best.pt").unlink()
    assert run("run", "schedule.epochs=1") == 2
    assert "is finished and its best.pt is gone" in capsys.readouterr().err


def test_goes_on_without_the_file_it_started_from(run: Run, tmp_path: Path) -> None:
    torch.manual_seed(0)
    plain = MSTNet(MSTNetConfig(3, "resnet18", 0.125, TemporalConfig("none", causal=False)))
    torch.save(plain.backbone.state_dict(), tmp_path / "start.pt")
    words = (f"init={tmp_path / 'start.pt'}", "schedule.epochs=1")
    assert run("run", *words) == 0
    (tmp_path / "start.pt").unlink()
    assert run("run", *words) == 0
    assert run("another", *words) == 2


def test_the_best_network_describes_itself(whole: Path) -> None:
    net, spec = load_checkpoint(whole / "best.pt")
    assert spec.labels == LABELS
    assert (spec.name, spec.height, spec.width) == ("run", 32, 32)
    assert "seed 1" in spec.trained
    assert not net.causal
    averages = state(whole)["learner"]["average"]
    with open(whole / "metrics.csv", newline="") as file:
        top1 = [float(row["val_top1"]) for row in csv.DictReader(file) if row["val_top1"]]
    assert state(whole)["place"]["best"] == max(top1)
    if top1.index(max(top1)) == len(top1) - 1:
        assert torch.equal(net.classifier.weight, averages["module.classifier.weight"])
    assert list((whole / "tensorboard").glob("events*"))


def test_streams_are_learnt_step_by_step(run: Run, tmp_path: Path) -> None:
    words = (
        "data.sampling=streams",
        "net.temporal.causal=true",
        "net.dropout=0",
        "schedule.epochs=10",
        "optim.lr=0.05",
    )
    assert run("run", *words) == 0
    assert state(tmp_path / "run")["place"]["best"] > 0.6
    assert load_checkpoint(tmp_path / "run" / "best.pt")[1].memories


def test_two_processes_are_one(tmp_path: Path) -> None:
    """With the statistics of batch norm frozen and no dropout, which are each process's own."""
    words = ["net.dropout=0", "optim.batch_norm=frozen", "schedule.epochs=1"]
    config = str(write_config(tmp_path))
    assert train_tiny([config, *words, f"run.folder={tmp_path / 'one'}"]) == 0
    two = [config, *words, "optim.accumulate=2", f"run.folder={tmp_path / 'two'}"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2"}  # as torchrun sets it

    def run(rank: int) -> "subprocess.CompletedProcess[str]":
        return forked.run("tiny_runs", *two, env={**os.environ, **meeting, "RANK": str(rank), "LOCAL_RANK": str(rank)})

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(run, range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "2 processes on cpu" in first.stdout
    assert (first.stdout.count("epoch 0:"), second.stdout) == (1, "")  # only one process prints
    one, other = state(tmp_path / "one")["learner"], state(tmp_path / "two")["learner"]
    for name, value in one["net"].items():
        torch.testing.assert_close(other["net"][name], value, rtol=1e-4, atol=1e-6)
    for mine, theirs in zip(rows(tmp_path / "one"), rows(tmp_path / "two"), strict=True):
        assert mine == pytest.approx(theirs, rel=1e-3)


def test_a_loss_that_is_no_number_ends_the_run(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", "optim.lr=1e30", "run.save_every=1", "schedule.warm_up=0") == 2
    error = capsys.readouterr().err
    assert re.search(r"^train: loss \S+ and gradient \S+ at update \d+, learning rate \S+; ", error)
    assert str(tmp_path / "run" / "last.pt") in error
    assert all(value.isfinite().all() for value in state(tmp_path / "run")["learner"]["net"].values())


class Murderous(TinySet):
    """A set whose reader is killed."""

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        if index == 40 and get_worker_info() is not None:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__getitem__(index)


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # of fork, by Python 3.12
def test_a_killed_reader_ends_the_run_and_it_goes_on(
    run: Run, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def make(config: Any, split: str) -> tuple[TinySet, tuple[str, ...]]:
        return Murderous(50, 4, 1, True) if split == "train" else make_tiny(config, split)[0], LABELS

    assert run("run", "run.workers=1", "run.save_every=1", make=make) == 2
    error = capsys.readouterr().err
    assert error.startswith("train: a process that reads clips died")
    assert error.count("\n") == 1
    assert run("run", "run.workers=1") == 0  # and readers change nothing
    assert_same_run(tmp_path / "run", whole)


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")  # of fork, by Python 3.12
def test_a_reader_that_is_killed_while_the_run_saves_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_whole = torch.save

    def save(content: dict[str, Any], file: BinaryIO) -> None:
        try:
            raise RuntimeError(
                "DataLoader worker (pid 1) is killed by signal: Killed. "
            )  # as torch's signal handler does
        finally:
            save_whole(content, file)
            raise RuntimeError("unexpected pos 470528 vs 470424")  # as torch's writer does when it is left early

    monkeypatch.setattr("models.nets.checkpoint.torch.save", save)
    assert run("run", "run.save_every=1") == 2
    error = capsys.readouterr().err
    assert error.startswith("train: a process that reads clips died (DataLoader worker (pid 1) is killed")
    assert error.count("\n") == 1


def test_a_full_disk_leaves_what_was_saved(
    run: Run, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    room, save_whole = iter([True, True, False]), torch.save

    def save(content: dict[str, Any], file: BinaryIO) -> None:
        if "best" in file.name or next(room):
            return save_whole(content, file)
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("models.nets.checkpoint.torch.save", save)
        assert run("run") == 2
    assert re.search(r"^train: cannot write \S+last.pt \(.*No space left.*\); make room", capsys.readouterr().err)
    assert not list((tmp_path / "run").glob("*.part"))
    assert state(tmp_path / "run")["place"]["epoch"] == 1
    assert run("run") == 0
    assert_same_run(tmp_path / "run", whole)


def test_a_reader_of_the_output_that_leaves_does_not_end_the_run(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    kept = os.dup(1)
    try:
        os.dup2(write, 1)
        with open(1, "w", closefd=False) as output, pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdout", output)
            words = [f"run.folder={tmp_path / 'run'}", "schedule.epochs=1"]
            assert train_tiny([str(write_config(tmp_path)), *words]) == 0
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(write)
    assert (tmp_path / "run" / "best.pt").is_file()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["optim.lrr=1"], "there is no key optim.lrr; did you mean optim.lr?"),
        (["optim.lr=fast"], 'optim.lr is a finite number; got "fast"'),
        (["optim.lr=inf"], "optim.lr is a finite number; got Infinity"),
        (["schedule.factor=0"], "[schedule] factor must be above 0; got 0.0"),
        (["optim.lr"], "'optim.lr' is no override"),
        (["net.classes=5"], "net.classes is 5 and the data has 3 labels"),
        (["net.backbone=resnet19"], "did you mean 'resnet18'?"),
        (["net.temporal.kernels=[4]"], "a centred kernel has a middle, so its size is odd"),
        (["data.sampling=streams"], "needs net.temporal.causal = true"),
        (["optim.accumulate=3"], "give optim.batch a multiple of 3"),
        (["data.clips=5"], "5 clips do not fill a batch of 8; give optim.batch=5, or more clips"),
        (["optim.batch_norm=synced"], "needs CUDA"),
        (["init=missing.pt"], "no checkpoint missing.pt"),
        (["init=other.pt"], "other.pt does not fit this network"),
        (["init=noise.pt"], "noise.pt is damaged"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_an_error_of_the_config_is_one_line(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    complaint: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    net = small_net("mobilenet_v2")
    save_checkpoint(tmp_path / "other.pt", net, small_spec(net))
    (tmp_path / "noise.pt").write_bytes(b"noise")
    assert run("run", *words) == 2
    error = capsys.readouterr().err
    assert error.startswith("train: ")
    assert error.count("\n") == 1
    assert complaint in error
    assert not (tmp_path / "run" / "last.pt").exists()


@pytest.mark.parametrize("key", ["config", "clips", "place", "learner", "learner.optimizer", "learner.net"])
def test_a_saved_run_without_its_parts_is_refused(
    run: Run, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    saved = state(whole)
    *outer, last = key.split(".")
    del (saved[outer[0]] if outer else saved)[last]
    (tmp_path / "run").mkdir()
    torch.save(saved, tmp_path / "run" / "last.pt")
    assert run("run") == 2
    error = capsys.readouterr().err
    assert re.search(rf"^train: \S+last.pt .*{last}.*; give another run.folder\n$", error)


def test_validation_of_other_labels_is_refused(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    def make(config: Any, split: str) -> tuple[TinySet, tuple[str, ...]]:
        return make_tiny(config, split)[0], LABELS if split == "train" else (LABELS[0], LABELS[2], LABELS[1])

    assert run("run", make=make) == 2
    error = capsys.readouterr().err
    assert error.startswith("train: label 1 is 'still' in validation and 'right' in training")
    assert error.count("\n") == 1


def test_an_index_that_is_missing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = Path(training.train.__file__).parent / "configs" / "jester" / "tsn.toml"
    assert training.train.main([str(config), f"data.folder={tmp_path}", "init="]) == 2
    assert f"no index {tmp_path / 'jester-train.jsonl'}" in capsys.readouterr().err


def test_a_config_that_is_missing_is_named_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert training.train.main(["training/configs/jester/tsm.tml"]) == 2
    assert re.search(r"no config \S+tsm.tml .*did you mean \S+jester/tsn.toml\?", capsys.readouterr().err)


def test_a_key_before_the_config_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert training.train.main(["data.folder=own", "training/configs/folders/shipped.toml"]) == 2
    assert capsys.readouterr().err == (
        "train: the first argument is the config, then key=value; got 'data.folder=own' first\n"
    )


def test_another_run_is_not_resumed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", "schedule.epochs=1") == 0
    assert run("run", "schedule.epochs=1", "optim.lr=0.5") == 2
    assert "has optim.lr = 0.02, now it is 0.5; give optim.lr=0.02 to resume" in capsys.readouterr().err
    assert run("run", "schedule.epochs=1", "data.clips=80") == 2
    assert "data.clips" in capsys.readouterr().err
    assert run("run", "schedule.epochs=1", "run.log_every=7") == 0  # how it runs may change
