"""The choice of temperature and decoding, and the lines about its events."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from coloured import FPS, SIZE, coloured_index, fitted_net
from networks import LABELS, small_net, small_spec

from training.datasets.base import read_index
from training.decoding_search import balanced, candidates, choose, choose_on_index, description, most_named
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_metrics import Truth
from training.evaluation.stream_score import Score

SHOWN = ["Swiping Left", "Thumb Up", "No gesture", "Swiping Right", "Thumb Up"]


def test_of_equal_candidates_the_middle_one_is_chosen() -> None:
    """With a clear gesture, every event is right; the choice is not at the edge of the grid."""
    spec = replace(small_spec(small_net()), labels=("No gesture", "Thumb Up"), rate_hz=12.0)
    logits = np.tile(np.float32([0.0, 0.0]), (60, 1))
    logits[:, 0] = 3
    logits[20:40] = 0, 3
    stream = LabelledStream("a", np.zeros((0, 2, 2, 3), np.uint8), (Truth("Thumb Up", 1.5, 3.5),))
    chosen, result = choose([stream], [logits], spec, balanced)
    assert result["a"].exact == 1
    assert chosen.decoding.smooth_s == 0.3
    assert chosen.decoding.rule.enter == 0.6
    assert chosen in candidates(spec)


def test_objectives_weigh_wrong_events_against_missed_gestures() -> None:
    low, high = Score(10, 10, 3, 2.0), Score(8, 10, 0, 2.0)  # thresholds
    assert balanced(high) > balanced(low)
    assert most_named(low) > most_named(high)
    assert most_named(high) > most_named(Score(10, 10, 7, 2.0))


def test_the_choice_is_made_on_one_split_and_reported_on_both(tmp_path: Path) -> None:
    net = fitted_net()
    spec = small_spec(net, SIZE, FPS)
    validation = read_index(coloured_index(tmp_path / "a", SHOWN))
    test = replace(read_index(coloured_index(tmp_path / "b", [*SHOWN, "Swiping Left"])), split="test")
    chosen, lines = choose_on_index(net, spec, validation, test)
    assert chosen in candidates(spec)
    assert lines[0] == description(chosen)
    right = "of {0} gestures {0} fired, {0} of them exactly once without other events; 0 wrong events in"
    assert lines[1].startswith("streams of val, used for this choice: " + right.format(4))
    assert lines[2].startswith("streams of test: " + right.format(5))
    assert len(choose_on_index(net, spec, validation, None)[1]) == 2


def test_wrong_events_are_reported_per_minute(tmp_path: Path) -> None:
    net = fitted_net()
    index = read_index(coloured_index(tmp_path, ["Swiping Left", "Thumb Up"], ["Swiping Left", "Swiping Right"]))
    _, lines = choose_on_index(net, small_spec(net, SIZE, FPS), index, None)
    assert "of 2 gestures 1 fired, 1 of them exactly once" in lines[1]
    assert "1 wrong events in 0.1 min" in lines[1]
    assert set(LABELS) >= {"Swiping Left", "Thumb Up"}
