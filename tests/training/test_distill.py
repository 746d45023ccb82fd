import csv
import functools
import os
import signal
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path

import onnx
import pytest
import torch
from clip_networks import random_checkpoint, write_teacher
from films import write_recordings

import training.distill
import training.distillation.prefetch
import training.experiments.distance
from models.nets.checkpoint import load_checkpoint, read_whole, save_checkpoint, write_whole
from training.distill import main
from training.distillation.prefetch import prefetch
from training.distillation.stream_batches import training_recordings
from training.distillation.student import Recipe
from training.distillation.student_run import stop_condition, train
from training.errors import DataError
from training.jester import LABELS
from training.transplant.shufflenet3d import transplant


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A start, a teacher and two recordings."""
    save_checkpoint(tmp_path / "start.pt", *transplant(random_checkpoint(rank_1=True)))
    write_teacher(tmp_path / "teacher.onnx")
    write_recordings(tmp_path, "a.avi,Thumb Up,train,generated,12,2,9", "b.avi,Doing other things,train,signed,12,0,12")
    small = functools.partial(Recipe, chunk=6, chunks=2, first_window=2, every=3, warm_up=1)
    monkeypatch.setattr(training.distill, "Recipe", small)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def distill(out: str, iterations: int, *more: str, start: str = "start.pt", data: str = ".") -> int:
    given = [start, out, "--data", data, "--teacher", "teacher.onnx", "--cache", "cache"]
    return main([*given, "--streams", "1", "--iterations", str(iterations), *more])


@pytest.fixture(scope="module")
def first_iteration() -> dict[str, bytes]:
    """The files of a run that ended after one iteration; every test starts with the same folder."""
    return {}


@pytest.fixture
def begun(folder: Path, first_iteration: dict[str, bytes]) -> Path:
    """The folder, with a run of one iteration."""
    if not first_iteration:
        assert distill("out.pt", 1) == 0
        first_iteration.update((path.name, path.read_bytes()) for path in folder.glob("out.*"))
    for name, content in first_iteration.items():
        (folder / name).write_bytes(content)
    return folder


def test_a_resumed_run_equals_one_that_never_stopped(folder: Path) -> None:
    assert distill("whole.pt", 3) == 0
    assert distill("parts.pt", 1) == 0
    assert distill("parts.pt", 3) == 0
    (whole, spec), (parts, _) = load_checkpoint(folder / "whole.pt"), load_checkpoint(folder / "parts.pt")
    start, _ = load_checkpoint(folder / "start.pt")
    for name, value in whole.state_dict().items():
        assert torch.equal(parts.state_dict()[name], value), name
    assert not torch.equal(whole.classifier.weight, start.classifier.weight)
    assert "6 steps" in spec.trained
    log = (folder / "whole.csv").read_text()
    assert (folder / "parts.csv").read_text() == log
    assert [row["iteration"] for row in csv.DictReader(log.splitlines())] == ["1", "2", "3"]


def test_the_files_of_a_run_keep_their_keys_and_columns(begun: Path) -> None:
    state = read_whole(begun / "out.run")
    keys = {"origin", "recipe", "weights", "mix", "average", "optimizer", "lessons", "chunks"}
    assert set(state) - {"format", "version"} == keys, "runs of earlier versions have these"
    recipe = "seed streams chunk chunks first_window every temperature features lr warm_up average clip"
    assert set(state["recipe"]) == set(recipe.split())
    rows = (begun / "out.csv").read_text().splitlines()
    (begun / "out.csv").write_text("\n".join(["lesson,chunks,answers,features", *rows[1:]]))  # the old column names
    assert distill("out.pt", 2) == 0
    assert [row["iteration"] for row in csv.DictReader((begun / "out.csv").read_text().splitlines())] == ["1", "2"]


def test_a_run_of_another_recipe_is_not_resumed(begun: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert distill("out.pt", 2, "--lr", "0.5") == 2
    assert "another recipe" in capsys.readouterr().err


def change_start(folder: Path) -> None:
    save_checkpoint(folder / "start.pt", *transplant(random_checkpoint(rank_1=True, seed=1)))


def change_teacher(folder: Path) -> None:
    model = onnx.load(folder / "teacher.onnx")
    model.doc_string = "another"
    onnx.save(model, folder / "teacher.onnx")


def change_data(folder: Path) -> None:
    listed = folder / "clips.csv"
    listed.write_text(listed.read_text().replace("Thumb Up", "Thumb Down"))


@pytest.mark.parametrize(
    ("change", "option"), [(change_start, "START"), (change_teacher, "--teacher"), (change_data, "--data")]
)
def test_a_run_is_resumed_with_its_own_inputs_only(
    begun: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], None], option: str
) -> None:
    change(begun)
    assert distill("out.pt", 2) == 2
    error = capsys.readouterr().err
    assert f"out.run was begun with another {option}; give the same {option}, or another OUT.pt" in error


def test_a_run_is_resumed_when_its_data_was_moved(begun: Path) -> None:
    (begun / "moved").mkdir()
    for name in ("a.avi", "b.avi", "clips.csv"):
        (begun / name).rename(begun / "moved" / name)
    assert distill("out.pt", 2, data="moved") == 0


def test_a_damaged_run_is_one_line(begun: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = read_whole(begun / "out.run")
    write_whole(begun / "out.run", {**state, "weights": {}})
    assert distill("out.pt", 2) == 2
    assert "damaged or of another network" in capsys.readouterr().err


def test_the_start_is_not_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "start.pt").read_bytes()
    assert distill(str(folder / "start.pt"), 1) == 2
    assert "is START itself; name another" in capsys.readouterr().err
    assert (folder / "start.pt").read_bytes() == before


@pytest.mark.parametrize("other", [{"rate_hz": 6.0}, {"height": 96, "width": 96}, {"labels": LABELS[::-1]}])
def test_a_network_for_other_streams_is_refused(folder: Path, capsys: pytest.CaptureFixture[str], other: dict) -> None:
    net, spec = load_checkpoint(folder / "start.pt")
    other = replace(spec, **other)
    save_checkpoint(folder / "other.pt", net, replace(other, memories=net.memories(other.height, other.width)))
    assert distill("out.pt", 1, start="other.pt") == 2
    assert distill("out.pt", 1, "--teacher", "other.pt") == 2
    assert training.experiments.distance.main(["teacher.onnx", "other.pt", "--data", "."]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all("other.pt has 27 labels" in line for line in lines)


class SynchronousExecutor(Executor):
    """Runs a call before `submit` returns, so that nothing is cancelled."""

    def __init__(self, workers: int) -> None:
        pass

    def submit(self, do, *arguments):
        done = Future()
        done.set_result(do(*arguments))
        return done


@pytest.mark.parametrize("share", ["50", "-1", "nan"])
def test_a_share_is_from_0_to_1(folder: Path, capsys: pytest.CaptureFixture[str], share: str) -> None:
    assert distill("out.pt", 1, "--faster", share) == 2
    assert "from 0 to 1" in capsys.readouterr().err


@pytest.mark.parametrize("iterations", [range(3, 6), range(3, 3)])
def test_no_more_batches_are_made_than_are_used(monkeypatch: pytest.MonkeyPatch, iterations: range) -> None:
    monkeypatch.setattr(training.distillation.prefetch, "ThreadPoolExecutor", SynchronousExecutor)
    made: list[int] = []
    learnt: list[int] = []
    train(lambda number, _: learnt.append(number), lambda: made.append, iterations, lambda: True)
    assert made == learnt == list(iterations)


def test_the_old_spelling_of_iterations_still_works(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["start.pt", "out.pt", "--data", ".", "--teacher", "teacher.onnx", "--cache", "cache", "--streams", "1"]
    assert main([*given, "--lessons", "1"]) == 0
    assert "--lessons is now --iterations; use that" in capsys.readouterr().err
    assert len((folder / "out.csv").read_text().splitlines()) == 2


def test_processes_make_the_same_batches(folder: Path) -> None:
    assert distill("thread.pt", 2) == 0
    assert distill("processes.pt", 2, "--workers", "2") == 0
    assert (folder / "thread.csv").read_text() == (folder / "processes.csv").read_text()


def test_the_death_of_a_process_is_an_error() -> None:
    with pytest.raises(DataError, match="give fewer --workers"):
        next(prefetch(functools.partial(os._exit, 1), range(3), workers=1))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is one")
def test_a_gpu_that_is_not_there_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert distill("out.pt", 1, "--device", "cuda") == 2
    assert "no CUDA device; leave --device out" in capsys.readouterr().err


def test_without_time_left_the_start_is_saved(folder: Path) -> None:
    assert distill("out.pt", 5, "--minutes", "0") == 0
    start, _ = load_checkpoint(folder / "start.pt")
    out, _ = load_checkpoint(folder / "out.pt")
    for name, value in start.state_dict().items():
        assert torch.equal(out.state_dict()[name], value), name


def test_a_signal_stops_the_run() -> None:
    before = signal.getsignal(signal.SIGTERM)
    try:
        keep_going = stop_condition(60)
        assert keep_going()
        os.kill(os.getpid(), signal.SIGTERM)
        assert not keep_going()
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("missing", ["clips.csv", "teacher.onnx", "start.pt", "a.avi"])
def test_a_missing_file_is_an_error_of_one_line(folder: Path, capsys: pytest.CaptureFixture[str], missing: str) -> None:
    (folder / missing).unlink()
    assert distill("out.pt", 4) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert missing in error


def test_recordings_for_evaluation_are_not_trained_on(tmp_path: Path) -> None:
    rows = [f"{k}.avi,Doing other things,train,driver,12,0,9\n" for k in range(6)]
    rows.append("v.avi,Thumb Up,val,nvgesture,12,0,9\n")
    (tmp_path / "clips.csv").write_text("path,label,split,source,fps,start,end\n" + "".join(rows))
    assert {r.path.stem for r in training_recordings([tmp_path])} == {"1", "2", "3", "4"}
