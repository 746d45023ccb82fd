"""The models in the box on real people: a guard against a graph, a reading or a ring that has gone wrong."""

from pathlib import Path

import pytest

from benchmarks.recordings import Gesture, Score, clips, events_of, files, main

WEIGHTS = Path(__file__).resolve().parents[2] / "models" / "weights"


def score_of(shared: Path, name: str, model: str) -> Score:
    found = [item for item in files(shared / "data") if item[0] == name]
    scores = [
        Score.of(events_of(path, [*options, "--model", str(WEIGHTS / model)]), truth)
        for _, path, options, truth in found
    ]
    return Score(sum(s.named for s in scores), sum(s.there for s in scores), sum(s.wrong for s in scores))


@pytest.mark.parametrize(
    ("name", "model", "named", "wrong"),
    [
        ("sense", "mstnet_small.onnx", 6, 1),
        ("desk", "mstnet_small.onnx", 3, 4),
        ("jester_val", "mstnet_small.onnx", 12, 1),
    ],
)
def test_what_the_cards_promise_is_named(shared, name, model, named, wrong):
    score = score_of(shared, name, model)
    assert score.named >= named
    assert score.wrong <= wrong


def test_clips_of_a_gesture_made_several_times_have_as_many(tmp_path):
    (tmp_path / "clips.csv").write_text(
        "path,label,split,source,fps,start,end\n"
        "d.mp4,Thumb Up,train,cutouts,12,6 24,18 36\n"
        "n.mp4,No gesture,train,cutouts,12,0,36\n"
    )
    (_, path, options, up), (*_, nothing) = clips(tmp_path)
    assert path == tmp_path / "d.mp4"
    assert options == ["--fps", "12"]
    assert up == [Gesture("Thumb Up", 0.5, 1.5), Gesture("Thumb Up", 2.0, 3.0)]
    assert nothing == []


@pytest.mark.parametrize("row", [None, "d.mp4,Thumb Up,train,c,0,0,9", "d.mp4,Thumb Up,train,c,12,0 9,9", "d.mp4"])
def test_a_folder_without_a_list_that_makes_sense_is_one_line(tmp_path, capsys, row):
    if row:
        (tmp_path / "clips.csv").write_text(f"path,label,split,source,fps,start,end\n{row}\n")
    (tmp_path / "streams").mkdir()
    (tmp_path / "jester_val").mkdir()
    assert main(["--data", str(tmp_path), "--clips", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
