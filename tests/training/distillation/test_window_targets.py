"""What is right for a window: the gesture that it shows whole, else also none."""

import numpy as np
import pytest

from training.distillation.training_streams import FilmedScene, TrainingStream
from training.distillation.window_targets import WindowContent, window_target
from training.jester import LABELS

UP, SHAKE, OTHER = (LABELS.index(label) for label in ("Thumb Up", "Shaking Hand", "Doing other things"))
IDLE_CLASSES = {LABELS.index("No gesture"), OTHER}


def shown(steps: int, label: int, *made: range) -> FilmedScene:
    pictures = np.zeros((steps, 2, 2, 3), np.uint8)
    return FilmedScene(pictures, pictures, (label,), 0.5, made)


STREAM = TrainingStream(
    (shown(60, OTHER), shown(40, UP, range(10, 30)), shown(60, OTHER), shown(40, SHAKE, range(20))), 200
)
"""A thumb from step 70 to 90, a hand that shakes from 160 to 180."""


@pytest.mark.parametrize(
    ("end", "shows", "right"),
    [
        (40, WindowContent.NOTHING, IDLE_CLASSES),
        (69, WindowContent.NOTHING, IDLE_CLASSES),
        (75, WindowContent.PART, {UP, *IDLE_CLASSES}),
        (88, WindowContent.GESTURE, {UP}),
        (93, WindowContent.GESTURE, {UP}),
        (99, WindowContent.PART, {UP, *IDLE_CLASSES}),
        (130, WindowContent.NOTHING, IDLE_CLASSES),
        (179, WindowContent.GESTURE, {SHAKE}),
    ],
)
def test_only_what_is_whole_and_just_over_must_be_named(end: int, shows: WindowContent, right: set[int]) -> None:
    answer = window_target(STREAM, end, 22 / 12)
    assert answer.shows == shows
    assert set(np.flatnonzero(answer.right)) == right


def test_a_window_of_two_gestures_may_be_called_either() -> None:
    stream = TrainingStream((shown(20, UP, range(20)), shown(20, SHAKE, range(20))), 40)
    answer = window_target(stream, 32, 22 / 12)
    assert answer.shows == WindowContent.PART
    assert set(np.flatnonzero(answer.right)) == {UP, SHAKE, *IDLE_CLASSES}
