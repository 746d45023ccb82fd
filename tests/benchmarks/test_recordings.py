"""The shipped models on real people: detects a wrong graph, decoding or ring."""

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from streams import step

from benchmarks.recordings import AppScore, Bench, LabelledFile, Seen, made, main, takes
from benchmarks.seats import SEATS
from models.decoder import GestureEvent
from models.engines import load_engine
from models.frame import Frame
from models.networks import networks_of
from models.recognition import Recognition
from training.evaluation.stream_metrics import Truth

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "models" / "weights"
LABELS = ("No gesture", "Thumb Down", "Thumb Up")


@pytest.mark.parametrize(
    ("source", "model", "fired", "wrong"),
    [
        ("sense", "mstnet_small.onnx", 3, 1),
        ("desk", "mstnet_small.onnx", 3, 4),
        ("jester_val", "mstnet_small.onnx", 12, 1),
    ],
)
def test_what_the_cards_promise_is_fired(shared, source, model, fired, wrong):
    with closing(load_engine(WEIGHTS / model)) as engine:
        bench = Bench(networks_of(engine))
        scores = [AppScore.of(bench.watch(take, SEATS[0]), take.gestures) for take in takes(shared / "data", [source])]
    score = sum(scores, AppScore())
    assert score.fired >= fired
    assert score.wrong <= wrong


def shown(time_s, probabilities, event=None):
    frame = Frame(np.zeros((1, 1, 3), np.uint8), time_s, 0)
    smoothed = np.array(probabilities, np.float32)
    return Recognition(frame, (step(time_s),), smoothed, smoothed, event)


def seen_of(*recognitions):
    seen = Seen(LABELS)
    for recognition in recognitions:
        seen.see(recognition)
    return seen


def fired(label, time_s):
    return shown(time_s, (0.0, 0.4, 0.6), GestureEvent(label, 0.6, time_s, time_s))


def test_the_likeliest_gesture_is_named_even_where_nothing_fires():
    seen = seen_of(shown(0.0, (0.9, 0.0, 0.1)), shown(1.0, (0.6, 0.1, 0.3)), shown(9.0, (0.0, 1.0, 0.0)))
    score = AppScore.of(seen, [Truth("Thumb Up", 0.5, 1.0)])
    assert (score.there, score.named, score.fired, score.wrong) == (1, 1, 0, 0)
    assert score.seconds == 9.0


def test_an_event_fires_one_gesture_misnames_one_or_is_false():
    seen = seen_of(*(fired(label, at_s) for label, at_s in (("Thumb Down", 1.2), ("Thumb Up", 1.9), ("Thumb Up", 5.0))))
    score = AppScore.of(seen, [Truth("Thumb Up", 0.5, 1.0)])
    assert (score.fired, score.misnamed, score.false) == (1, 1, 1)
    assert score.wrong_a_minute == 60 * 2 / 5


def test_scores_add_up():
    assert AppScore(1, 1, 0, 2, 3, 4.0) + AppScore(1, 0, 1, 0, 1, 1.0) == AppScore(2, 1, 1, 2, 4, 5.0)


def test_clips_of_a_gesture_made_several_times_have_as_many(tmp_path):
    (tmp_path / "clips.csv").write_text(
        "path,label,split,source,fps,start,end\n"
        "d.mp4,Thumb Up,train,cutouts,12,6 24,18 36\n"
        "n.mp4,No gesture,train,cutouts,12,0,36\n"
    )
    up, nothing = made(tmp_path)
    assert up == LabelledFile(
        str(tmp_path), tmp_path / "d.mp4", 12.0, (Truth("Thumb Up", 0.5, 1.5), Truth("Thumb Up", 2.0, 3.0))
    )
    assert nothing.gestures == ()


@pytest.mark.parametrize("row", [None, "d.mp4,Thumb Up,train,c,0,0,9", "d.mp4,Thumb Up,train,c,12,0 9,9", "d.mp4"])
def test_a_folder_without_a_list_that_makes_sense_is_one_line(tmp_path, capsys, row):
    if row:
        (tmp_path / "clips.csv").write_text(f"path,label,split,source,fps,start,end\n{row}\n")
    assert main(["--data", str(tmp_path), "--sources", "", "--clips", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("source", ["desk", "jester_val", "unknown"])
def test_a_source_that_is_not_there_is_one_line(tmp_path, capsys, source):
    assert main(["--data", str(tmp_path), "--sources", source]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_each_file_is_run_once_a_seat_and_told_by_itself(short_demo, tmp_path, capsys):
    (tmp_path / "clips.csv").write_text(
        f"path,label,split,source,fps,start,end\n{short_demo},Swiping Left,train,generated,12,0,12\n"
    )
    scores = tmp_path / "scores.json"
    seats = ["--seats", "as it is,farther 1.6"]
    assert (
        main(["--data", str(tmp_path), "--sources", "generated", *seats, "--main-pass-only", "--json", str(scores)])
        == 0
    )
    files = json.loads(scores.read_text())["files"]
    assert [(file["seat"], file["there"]) for file in files] == [("as it is", 1), ("farther 1.6", 1)]
    table = capsys.readouterr().out
    assert "| as it is |" in table
    assert "| all |" in table
