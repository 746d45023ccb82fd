"""Which reading is chosen, and what is told of a network's events."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from coloured import FPS, SIZE, coloured_index, fitted_net
from networks import LABELS, small_net, small_spec

from training.datasets.base import read_index
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_metrics import Truth
from training.evaluation.stream_score import Score
from training.reading import balanced, bearable, choose, read_as_streams, readings, told

SHOWN = ["Swiping Left", "Thumb Up", "No gesture", "Swiping Right", "Thumb Up"]


def test_of_readings_as_good_it_is_the_one_among_the_most_others() -> None:
    """A gesture so clear that whatever fires at all is right: the edge of the grid is not chosen."""
    spec = replace(small_spec(small_net()), labels=("No gesture", "Thumb Up"), rate_hz=12.0)
    logits = np.tile(np.float32([0.0, 0.0]), (60, 1))
    logits[:, 0] = 3
    logits[20:40] = 0, 3
    take = LabelledStream("a", np.zeros((0, 2, 2, 3), np.uint8), (Truth("Thumb Up", 1.5, 3.5),))
    chosen, result = choose([take], [logits], spec, balanced)
    assert result["a"].exact == 1
    assert chosen.decoding.smooth_s == 0.3
    assert chosen.decoding.rule.enter == 0.6
    assert chosen in readings(spec)


def test_a_wrong_event_weighs_as_much_as_a_gesture_missed() -> None:
    eager, shy = Score(10, 10, 3, 2.0), Score(8, 10, 0, 2.0)
    assert balanced(shy) > balanced(eager)
    assert bearable(eager) > bearable(shy)
    assert bearable(shy) > bearable(Score(10, 10, 7, 2.0))


def test_a_network_is_read_on_one_split_and_told_on_both(tmp_path: Path) -> None:
    net = fitted_net()
    spec = small_spec(net, SIZE, FPS)
    validation = read_index(coloured_index(tmp_path / "a", SHOWN))
    test = replace(read_index(coloured_index(tmp_path / "b", [*SHOWN, "Swiping Left"])), split="test")
    chosen, lines = read_as_streams(net, spec, validation, test)
    assert chosen in readings(spec)
    assert lines[0] == told(chosen)
    right = "of {0} gestures {0} fired, {0} of them exactly once and nothing else; 0 wrong events in"
    assert lines[1].startswith("streams of val, on which that was chosen: " + right.format(4))
    assert lines[2].startswith("streams of test: " + right.format(5))
    assert len(read_as_streams(net, spec, validation, None)[1]) == 2


def test_wrong_events_are_told_by_the_minute(tmp_path: Path) -> None:
    net = fitted_net()
    index = read_index(coloured_index(tmp_path, ["Swiping Left", "Thumb Up"], ["Swiping Left", "Swiping Right"]))
    _, lines = read_as_streams(net, small_spec(net, SIZE, FPS), index, None)
    assert "of 2 gestures 1 fired, 1 of them exactly once" in lines[1]
    assert "1 wrong events in 0.1 min" in lines[1]
    assert set(LABELS) >= {"Swiping Left", "Thumb Up"}
