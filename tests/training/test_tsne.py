"""The t-SNE plot of a network that separates the classes."""

import cv2
import numpy as np
import pytest
from coloured import COLOURS, coloured_index, fitted_checkpoint
from networks import small_net, small_spec

from models.nets.checkpoint import save_checkpoint
from training.datasets.base import Clip, Index, write_index
from training.tsne import main, tsne_2d


def test_two_networks_side_by_side(tmp_path, capsys):
    index = coloured_index(tmp_path / "clips", 3 * list(COLOURS))
    fitted, net = fitted_checkpoint(tmp_path / "fitted.pt"), small_net(seed=3)
    save_checkpoint(tmp_path / "other.pt", net, small_spec(net))
    options = ["--classes", "3", "--out", str(tmp_path / "tsne.png"), "--frames", "2"]
    assert main([str(fitted), str(tmp_path / "other.pt"), str(index), *options]) == 0
    first, second, _ = capsys.readouterr().out.splitlines()
    assert "9 clips of 3 classes" in first
    assert "9 clips of 3 classes" in second
    assert float(first.rsplit(" ", 1)[1]) > 0.9  # clips of a class are the same
    drawn = cv2.imread(str(tmp_path / "tsne.png"))
    halves = drawn[:, : drawn.shape[1] // 2], drawn[:, drawn.shape[1] // 2 :]
    assert all((half.max(-1).astype(int) - half.min(-1) > 60).sum() > 100 for half in halves)  # coloured points
    assert not list(tmp_path.glob("*.part"))


def test_the_layout_depends_on_the_seed_only():
    points = np.random.default_rng(0).normal(size=(12, 5)).astype(np.float32)
    assert (tsne_2d(points, 1) == tsne_2d(points, 1)).all()
    assert tsne_2d(points, 1).shape == (12, 2)


@pytest.mark.parametrize("labels", [(0, 0, 0, 0), (None, None), (0, 1)])
def test_too_few_clips_is_one_line(labels, tmp_path, capsys):
    clips = tuple(Clip(str(k), tmp_path / str(k), label, 5, 12.0) for k, label in enumerate(labels))
    write_index(tmp_path / "x.jsonl", Index("x", "val", ("Thumb Up", "No gesture"), clips))
    fitted = fitted_checkpoint(tmp_path / "fitted.pt")
    assert main([str(fitted), str(tmp_path / "x.jsonl"), "--out", str(tmp_path / "x.png")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "x.png").exists()


@pytest.mark.parametrize("readable", [(0, 1), (0, 3), (0,)])  # of classes 0, 0, 0, 1, 1, 1
def test_too_few_readable_clips_is_one_line(readable, tmp_path, capsys):
    index = coloured_index(tmp_path / "clips", 3 * ["No gesture"] + 3 * ["Thumb Up"])
    for number in {*range(6)} - {*readable}:
        for picture in (tmp_path / "clips" / str(number)).glob("*.jpg"):
            picture.write_bytes(b"")
    fitted = fitted_checkpoint(tmp_path / "fitted.pt")
    assert main([str(fitted), str(index), "--out", str(tmp_path / "x.png")]) == 2
    error = capsys.readouterr().err
    assert f"{len(readable)} clips of {len({number // 3 for number in readable})} classes" in error
    assert error.count("\n") == 1


def test_three_clips_of_two_classes_are_enough(tmp_path):
    index = coloured_index(tmp_path / "clips", 2 * ["No gesture"] + 2 * ["Thumb Up"])
    for picture in (tmp_path / "clips" / "3").glob("*.jpg"):
        picture.write_bytes(b"")
    fitted = fitted_checkpoint(tmp_path / "fitted.pt")
    assert main([str(fitted), str(index), "--out", str(tmp_path / "x.png")]) == 0
    assert (tmp_path / "x.png").exists()


@pytest.mark.parametrize(("out", "why"), [("", "is a folder"), ("file/x.png", "cannot write")])
def test_an_unwritable_file_is_refused_before_the_work(out, why, tmp_path, capsys):
    (tmp_path / "file").touch()
    index = coloured_index(tmp_path / "clips", 2 * ["No gesture"] + 2 * ["Thumb Up"])
    assert main([str(tmp_path / "unread.pt"), str(index), "--out", str(tmp_path / out)]) == 2
    error = capsys.readouterr().err
    assert why in error
    assert "unread.pt" not in error
    assert error.count("\n") == 1
