"""Evaluations with known results: clips whose colour is their label, and a network fitted to it."""

import csv
import errno
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from coloured import COLOURS, FPS, SIZE, coloured_index, fitted_checkpoint, picture
from films import write_film
from networks import LABELS, small_net, small_spec

from models.nets.checkpoint import save_checkpoint
from training.datasets.base import Clip, Index, write_index
from training.evaluate import main
from training.evaluation import evaluation_folder as report

SHOWN = [*COLOURS, "Swiping Left", "Thumb Up"]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return fitted_checkpoint(tmp_path_factory.mktemp("net") / "fitted.pt")


@pytest.fixture
def index(tmp_path):
    return coloured_index(tmp_path / "clips", SHOWN)


def evaluated(checkpoint: Path, data: Path, out: Path, *options: str) -> dict:
    """The metrics that the command writes."""
    assert main([str(checkpoint), str(data), "--workers", "0", "--out", str(out), *options]) == 0
    return json.loads((out / "metrics.json").read_text())


@pytest.mark.parametrize(
    "options", [(), ("--clips", "10"), ("--crops", "3"), ("--sampling", "dense", "--stride", "2", "--clips", "3")]
)
def test_clips_that_the_network_knows(options, checkpoint, index, tmp_path):
    metrics = evaluated(checkpoint, index, tmp_path / "out", *options)["metrics"]
    assert (metrics["count"], metrics["top1"], metrics["top5"], metrics["mean_class_recall"]) == (6, 1, 1, 1)
    assert metrics["ece"] < 0.05


def test_a_clip_that_is_something_else_counts_where_it_belongs(checkpoint, tmp_path, capsys):
    labels = ["Thumb Up", "Swiping Left", "Swiping Right", "Thumb Up", None]  # the first shows nothing
    shown = ["No gesture", "Swiping Left", "Swiping Right", "Thumb Up", "Thumb Up"]
    index = coloured_index(tmp_path / "clips", shown, labels)
    metrics = evaluated(checkpoint, index, tmp_path / "out")["metrics"]
    assert (metrics["count"], metrics["top1"], metrics["top5"]) == (4, 0.75, 1)
    assert "| top1 | 0.750 |" in capsys.readouterr().out
    with open(tmp_path / "out" / "per_class.csv", newline="") as file:
        rows = {row.pop("label"): row for row in csv.DictReader(file)}
    assert tuple(rows) == LABELS
    assert rows["Thumb Up"] == {"count": "2", "precision": "1.0000", "recall": "0.5000"}
    assert rows["No gesture"] == {"count": "0", "precision": "0.0000", "recall": ""}
    assert rows["Doing other things"] == {"count": "0", "precision": "", "recall": ""}


def test_the_confusion_matrix_is_drawn(checkpoint, index, tmp_path):
    evaluated(checkpoint, index, tmp_path / "out")
    drawn = cv2.imread(str(tmp_path / "out" / "confusion.png")).astype(int)
    dark = (drawn[..., 0] > drawn[..., 2] + 60).mean()  # blue cells
    assert 0.02 < dark < 0.5
    assert (tmp_path / "out" / "reliability.svg").read_text().startswith("<svg")


def test_a_broken_clip_is_left_out_and_named(checkpoint, index, tmp_path):
    for path in (tmp_path / "clips" / "2").glob("*.jpg"):
        path.write_bytes(b"")
    clips, streams = (evaluated(checkpoint, index, tmp_path / "out", *option) for option in ((), ("--stream",)))
    assert clips["broken"] == streams["broken"] == ["2"]
    assert clips["metrics"]["count"] == streams["metrics"]["count"] == 5


def test_clips_one_after_another(checkpoint, index, tmp_path):
    metrics = evaluated(checkpoint, index, tmp_path / "out", "--stream", "--stream-clips", "4")["metrics"]
    assert (metrics["gestures"], metrics["named"], metrics["events"]) == (5, 5, 5)
    assert (metrics["recall"], metrics["levenshtein_accuracy"], metrics["false_activations"]) == (1, 1, 0)
    assert all(metrics[f"accuracy_seen_{share}"] == 1 for share in (25, 50, 75, 100))
    assert 1 / FPS <= metrics["delay_s_p50"] <= metrics["delay_s_p90"] < 1
    # Six clips and two ends with 2 s of quiet each, less a second after each gesture: 2 s of clip do not count either.
    assert 60 * metrics["minutes_without_gesture"] == pytest.approx(8 * 2 + 2 - 5, abs=0.1)


def write_video(path: Path, seconds: dict[str, float]) -> None:
    """A video of colours at 24 frames per second, and the list of its events."""
    write_film(path, [picture(label) for label, lasts in seconds.items() for _ in range(int(24 * lasts))], 24, "mp4v")
    lines, frame = ["start,end,jester_class"], 0
    for label, lasts in seconds.items():
        lines.append(f"{frame},{frame + int(24 * lasts) - 1},{label}")
        frame += int(24 * lasts)
    path.with_name(f"{path.stem}_events.csv").write_text("\n".join(lines) + "\n")


def test_a_recording_with_its_events(checkpoint, tmp_path):
    video = tmp_path / "day.mp4"
    write_video(video, {"No gesture": 2, "Swiping Left": 1.5, "Thumb Up": 2})
    metrics = evaluated(checkpoint, video, tmp_path / "out")["metrics"]
    assert (metrics["gestures"], metrics["named"], metrics["false_activations"]) == (2, 2, 0)
    video.with_name("day_events.csv").write_text("start,end,jester_class\n0,40,No gesture\n")
    metrics = evaluated(checkpoint, video, tmp_path / "out")["metrics"]
    assert (metrics["gestures"], metrics["levenshtein_accuracy"], metrics["false_activations"]) == (0, None, 2)
    assert metrics["false_activations_per_minute"] == pytest.approx(2 / (5.5 / 60), rel=0.01)


def test_a_folder_is_replaced_whole_or_not_at_all(checkpoint, index, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    before = evaluated(checkpoint, index, out)
    (out / "confusion.png").write_text("of the evaluation before")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(report, "draw_confusion", full)
        assert main([str(checkpoint), str(index), "--workers", "0", "--out", str(out)]) == 2
    assert "No space left" in capsys.readouterr().err
    assert json.loads((out / "metrics.json").read_text()) == before
    evaluated(checkpoint, index, out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clips", "out"]
    assert cv2.imread(str(out / "confusion.png")) is not None


def test_other_files_in_the_folder_are_not_deleted(checkpoint, index, tmp_path, capsys):
    out = tmp_path / "out"
    evaluated(checkpoint, index, out)
    (out / "notes.txt").write_text("mine")
    assert main([str(checkpoint), str(index), "--workers", "0", "--out", str(out)]) == 2
    assert "'notes.txt'" in capsys.readouterr().err
    assert (out / "notes.txt").read_text() == "mine"


def test_an_exported_network_is_refused_with_what_to_give(index, capsys):
    shipped = Path(__file__).resolve().parents[2] / "models" / "weights" / "mstnet_small.onnx"
    assert main([str(shipped), str(index)]) == 2
    assert capsys.readouterr().err == (
        f"evaluate: {shipped} is an exported network, expected a checkpoint; give the .pt that it was exported from, "
        "or make one with `python -m training.from_onnx`\n"
    )


def unknown_label(folder: Path) -> list[str]:
    write_index(folder / "x.jsonl", Index("x", "val", ("Juggling",), (Clip("1", folder / "1", 0, 5, 12.0),)))
    return [str(folder / "x.jsonl")]


def nothing_readable(folder: Path) -> list[str]:
    write_index(folder / "x.jsonl", Index("x", "val", LABELS, (Clip("1", folder / "1", 0, 5, 12.0),)))
    return [str(folder / "x.jsonl"), "--workers", "0"]


def something_there(folder: Path) -> list[str]:
    (folder / "mine").mkdir()
    (folder / "mine" / "thesis.txt").touch()
    return [str(coloured_index(folder / "clips", ["Thumb Up"])), "--out", str(folder / "mine")]


def events_missing(folder: Path) -> list[str]:
    write_video(folder / "a.mp4", {"Thumb Up": 1})
    (folder / "a_events.csv").unlink()
    return [str(folder / "a.mp4")]


def events_of_another_kind(folder: Path) -> list[str]:
    write_video(folder / "a.mp4", {"Thumb Up": 1})
    (folder / "a_events.csv").write_text("begin,label\n1,2\n")
    return [str(folder / "a.mp4")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("5,9,Thumbs Up", "no label 'Thumbs Up'"),
        ("9,5,Thumb Up", "the last one not before it"),
        ("-1,5,Thumb Up", "0 or more"),
    ],
)
def test_an_invalid_event_is_one_line(row, why, checkpoint, tmp_path, capsys):
    write_video(tmp_path / "a.mp4", {"Thumb Up": 1})
    (tmp_path / "a_events.csv").write_text(f"start,end,jester_class\n0,4,Thumb Up\n{row}\n")
    assert main([str(checkpoint), str(tmp_path / "a.mp4")]) == 2
    printed = capsys.readouterr().err
    assert "a_events.csv, line 3" in printed
    assert why in printed
    assert printed.count("\n") == 1


def nothing_left_of_a_picture(folder: Path) -> list[str]:
    write_video(folder / "a.mp4", {"Thumb Up": 1})
    return [str(folder / "a.mp4"), "--cut-top", str(SIZE)]


BAD = {
    "no index": lambda folder: [str(folder / "none.jsonl")],
    "no video": lambda folder: [str(folder / "none.mp4")],
    "a label that the network lacks": unknown_label,
    "no labels": lambda folder: [str(coloured_index(folder / "clips", ["Thumb Up"], [None]))],
    "every clip is broken": nothing_readable,
    "and every stream": lambda folder: [*nothing_readable(folder), "--stream"],
    "a folder of something else": something_there,
    "no such device": lambda folder: [str(coloured_index(folder / "clips", ["Thumb Up"])), "--device", "quantum"],
    "no list of events": events_missing,
    "a list of something else": events_of_another_kind,
    "all rows cut off": nothing_left_of_a_picture,
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD)
def test_unusable_input_is_one_line(make, checkpoint, tmp_path, capsys):
    assert main([str(checkpoint), *make(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("evaluate: ")
    assert printed.err.count("\n") == 1
    assert not (tmp_path / "mine" / "metrics.json").exists()


def test_a_centred_network_is_refused_for_streams(tmp_path, capsys):
    net = small_net(causal=False)
    save_checkpoint(tmp_path / "centred.pt", net, small_spec(net))
    index = coloured_index(tmp_path / "clips", ["Thumb Up"])
    assert main([str(tmp_path / "centred.pt"), str(index), "--stream"]) == 2
    assert "is not causal and cannot stream" in capsys.readouterr().err
    assert main([str(tmp_path / "centred.pt"), str(index), "--workers", "0"]) == 0


def test_cropped_views_are_views(checkpoint, tmp_path):
    """Three crops of two views of four pictures are six views, each of pictures that belong together."""
    from training.datasets.sampling import Segments
    from training.datasets.transforms import Centre
    from training.evaluation.inference import Views

    coloured_index(tmp_path / "clips", ["Thumb Up"])
    clip = Clip("0", tmp_path / "clips" / "0", 0, 24, FPS)
    _, views = Views([clip], Segments(4, 2), 4, Centre(16, crops=3))[0]
    assert views.shape == (6, 4, 3, 16, 16)
    red = np.array([[int(step[0].float().mean()) for step in view] for view in views])
    assert (np.abs(red - COLOURS["Thumb Up"][0]) < 12)[:, 1:].all()
