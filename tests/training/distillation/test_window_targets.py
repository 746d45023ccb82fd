"""The correct labels of a window: a complete gesture alone, else the idle labels as well."""

import numpy as np
import pytest

from training.distillation.training_streams import FilmedScene, TrainingStream
from training.distillation.window_targets import WindowContent, window_target
from training.jester import LABELS

UP, SHAKE, OTHER = (LABELS.index(label) for label in ("Thumb Up", "Shaking Hand", "Doing other things"))
IDLE_CLASSES = {LABELS.index("No gesture"), OTHER}


def scene(steps: int, label: int, *gestures: range) -> FilmedScene:
    pictures = np.zeros((steps, 2, 2, 3), np.uint8)
    return FilmedScene(pictures, pictures, (label,), 0.5, gestures)


STREAM = TrainingStream(
    (scene(60, OTHER), scene(40, UP, range(10, 30)), scene(60, OTHER), scene(40, SHAKE, range(20))), 200
)
"""Thumb Up at steps 70 to 90, Shaking Hand at 160 to 180."""


@pytest.mark.parametrize(
    ("end", "content", "correct"),
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
def test_only_a_complete_gesture_that_just_ended_excludes_idle(
    end: int, content: WindowContent, correct: set[int]
) -> None:
    target = window_target(STREAM, end, 22 / 12)
    assert target.content == content
    assert set(np.flatnonzero(target.correct)) == correct


def test_both_gestures_of_a_window_are_correct() -> None:
    stream = TrainingStream((scene(20, UP, range(20)), scene(20, SHAKE, range(20))), 40)
    target = window_target(stream, 32, 22 / 12)
    assert target.content == WindowContent.PART
    assert set(np.flatnonzero(target.correct)) == {UP, SHAKE, *IDLE_CLASSES}
