"""The models in the box on real people: a guard against a graph, a reading or a ring that has gone wrong."""

from pathlib import Path

import pytest

from benchmarks.recordings import Score, events_of, files

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
        ("sense", "mstnet_small.hasty.onnx", 7, 1),
        ("sense", "mstnet_small.onnx", 6, 1),
        ("desk", "mstnet_small.onnx", 3, 4),
        ("jester_val", "mstnet_small.onnx", 12, 1),
    ],
)
def test_what_the_cards_promise_is_named(shared, name, model, named, wrong):
    score = score_of(shared, name, model)
    assert score.named >= named
    assert score.wrong <= wrong
