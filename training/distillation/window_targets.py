"""The correct labels of a window of a stream.

A gesture alone is correct if the window shows all of it and it has just ended. If the window shows part of a gesture,
the idle labels are correct, too.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.distillation.clip_batches import RATE_HZ
from training.distillation.targets import IDLE_CLASSES
from training.distillation.training_streams import TrainingStream
from training.jester import LABELS

MIN_VISIBLE_SHARE = 0.05
"""A gesture of which a window shows less is ignored."""
COMPLETE_SHARE = 0.8
"""Share of a gesture from which a window shows all of it."""
DONE_SHARE = 0.9
"""Share of a gesture after which it may be named."""
NAMING_TAIL_S = 5 / 12
"""Time after a gesture's end within which it is to be named."""


class WindowContent(IntEnum):
    """What a window shows."""

    NOTHING = 0
    PART = 1
    """Part of a gesture, several gestures, or one that ended earlier."""
    GESTURE = 2


class WindowTarget(NamedTuple):
    """The content of a window and its correct labels."""

    content: WindowContent
    correct: NDArray[np.bool_]
    """[labels]."""


def window_target(stream: TrainingStream, end: int, seconds: float) -> WindowTarget:
    """The target of the window of a length in seconds that ends with a step."""
    begin = end + 1 - round(seconds * RATE_HZ)
    visible = []
    for gesture, labels in _gestures(stream):
        share = (min(end + 1, gesture.stop) - max(begin, gesture.start)) / max(1, len(gesture))
        if share > MIN_VISIBLE_SHARE:
            visible.append((share, gesture, labels))
    correct = np.zeros(len(LABELS), bool)
    for _, _, labels in visible:
        correct[list(labels)] = True
    if len(visible) == 1 and _has_just_ended(*visible[0][:2], end):
        return WindowTarget(WindowContent.GESTURE, correct)
    correct[IDLE_CLASSES] = True
    return WindowTarget(WindowContent.PART if visible else WindowContent.NOTHING, correct)


def _has_just_ended(share: float, gesture: range, end: int) -> bool:
    is_done = (end + 1 - gesture.start) / max(1, len(gesture)) >= DONE_SHARE
    return share >= COMPLETE_SHARE and is_done and end - gesture.stop <= NAMING_TAIL_S * RATE_HZ


def _gestures(stream: TrainingStream) -> list[tuple[range, tuple[int, ...]]]:
    """The steps and labels of each gesture in a stream."""
    found, first = [], 0
    for scene in stream.scenes:
        found += [(range(first + steps.start, first + steps.stop), scene.labels) for steps in scene.gestures]
        first += len(scene.pictures)
    return found
