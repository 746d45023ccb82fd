"""The grid search for temperature and thresholds, and its report."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from coloured import FPS, SIZE, coloured_index, fitted_net
from networks import LABELS, small_net, small_spec

from training.datasets.base import read_index
from training.decoding_search import (
    choose_decoding,
    choose_on_index,
    decoding_grid,
    decoding_text,
    most_named,
    named_minus_wrong,
)
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_metrics import Truth
from training.evaluation.stream_score import Score

SHOWN = ["Swiping Left", "Thumb Up", "No gesture", "Swiping Right", "Thumb Up"]


def test_among_equally_good_points_the_medoid_is_chosen() -> None:
    """Every point of the grid that fires names the gesture: none at the edge of the grid is chosen."""
    spec = replace(small_spec(small_net()), labels=("No gesture", "Thumb Up"), rate_hz=12.0)
    logits = np.tile(np.float32([0.0, 0.0]), (60, 1))
    logits[:, 0] = 3
    logits[20:40] = 0, 3
    take = LabelledStream("a", np.zeros((0, 2, 2, 3), np.uint8), (Truth("Thumb Up", 1.5, 3.5),))
    chosen, result = choose_decoding([take], [logits], spec, named_minus_wrong)
    assert result["a"].exact == 1
    assert chosen.decoding.smooth_s == 0.3
    assert chosen.decoding.rule.enter == 0.6
    assert chosen in decoding_grid(spec)


def test_a_wrong_event_costs_as_much_as_a_missed_gesture() -> None:
    eager, shy = Score(10, 10, 3, 2.0), Score(8, 10, 0, 2.0)
    assert named_minus_wrong(shy) > named_minus_wrong(eager)
    assert most_named(eager) > most_named(shy)
    assert most_named(shy) > most_named(Score(10, 10, 7, 2.0))


def test_the_decoding_is_chosen_on_one_split_and_reported_on_both(tmp_path: Path) -> None:
    net = fitted_net()
    spec = small_spec(net, SIZE, FPS)
    validation = read_index(coloured_index(tmp_path / "a", SHOWN))
    test = replace(read_index(coloured_index(tmp_path / "b", [*SHOWN, "Swiping Left"])), split="test")
    chosen, lines = choose_on_index(net, spec, validation, test)
    assert chosen in decoding_grid(spec)
    assert lines[0] == decoding_text(chosen)
    right = "of {0} gestures {0} fired, {0} of them exactly once and nothing else; 0 wrong events in"
    assert lines[1].startswith("streams of val, on which that was chosen: " + right.format(4))
    assert lines[2].startswith("streams of test: " + right.format(5))
    assert len(choose_on_index(net, spec, validation, None)[1]) == 2


def test_wrong_events_are_reported_per_minute(tmp_path: Path) -> None:
    net = fitted_net()
    index = read_index(coloured_index(tmp_path, ["Swiping Left", "Thumb Up"], ["Swiping Left", "Swiping Right"]))
    _, lines = choose_on_index(net, small_spec(net, SIZE, FPS), index, None)
    assert "of 2 gestures 1 fired, 1 of them exactly once" in lines[1]
    assert "1 wrong events in 0.1 min" in lines[1]
    assert set(LABELS) >= {"Swiping Left", "Thumb Up"}
