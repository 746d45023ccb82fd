"""What a window of a stream may be called: the gesture that it shows whole and that is just over, else also none."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.distillation.clip_batches import RATE_HZ
from training.distillation.targets import IDLE_CLASSES
from training.distillation.training_streams import TrainingStream
from training.jester import LABELS

MIN_VISIBLE_SHARE = 0.05
"""Share of a gesture that a window shows at least for it to count."""
COMPLETE_SHARE = 0.8
"""Share of a gesture from which a window shows all of it."""
DONE_SHARE = 0.9
"""Share of a gesture that must have been made before it may be named."""
NAMING_TAIL_S = 5 / 12
"""How long after a gesture's end it is to be named."""


class WindowContent(IntEnum):
    """What a window shows."""

    NOTHING = 0
    PART = 1
    """Part of a gesture, several gestures, or one that ended a while ago."""
    GESTURE = 2


class WindowTarget(NamedTuple):
    """What a window shows, and which labels are right."""

    shows: WindowContent
    right: NDArray[np.bool_]
    """[labels]."""


def window_target(stream: TrainingStream, end: int, seconds: float) -> WindowTarget:
    """What is right for the window of so many seconds that ends with a step of a stream."""
    begin = end + 1 - round(seconds * RATE_HZ)
    seen = []
    for made, labels in _gestures(stream):
        share = (min(end + 1, made.stop) - max(begin, made.start)) / max(1, len(made))
        if share > MIN_VISIBLE_SHARE:
            seen.append((share, made, labels))
    right = np.zeros(len(LABELS), bool)
    for _, _, labels in seen:
        right[list(labels)] = True
    if len(seen) == 1 and _is_just_over(*seen[0][:2], end):
        return WindowTarget(WindowContent.GESTURE, right)
    right[IDLE_CLASSES] = True
    return WindowTarget(WindowContent.PART if seen else WindowContent.NOTHING, right)


def _is_just_over(share: float, made: range, end: int) -> bool:
    is_over = (end + 1 - made.start) / max(1, len(made)) >= DONE_SHARE
    return share >= COMPLETE_SHARE and is_over and end - made.stop <= NAMING_TAIL_S * RATE_HZ


def _gestures(stream: TrainingStream) -> list[tuple[range, tuple[int, ...]]]:
    """The steps of each gesture in a stream, and what it may be called."""
    found, first = [], 0
    for scene in stream.scenes:
        found += [(range(first + made.start, first + made.stop), scene.labels) for made in scene.made]
        first += len(scene.pictures)
    return found
