"""Replay: the last seconds before each gesture, kept in memory, to see why it fired and to say that it was wrong."""

import threading
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from app.meters import Readings
from app.recording.recorder import cut
from calibration.recordings import Recordings
from calibration.take import Kind
from calibration.tap import Tap, Tapped
from models.decoder import GestureEvent
from models.frame import Image
from models.recognizer import LONGEST_REPEAT_S, Recognition

SECONDS = 4.0
REMEMBERED = 8
"""Moments kept; at 240 rows and 12 steps a second each takes about 13 MB."""
ROWS = 240


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One step as a person and as the network saw it."""

    time_s: float
    image: Image
    """uint8 [H, W, 3], RGB, at most `ROWS` rows."""
    tapped: Tapped


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A gesture and the seconds before it."""

    event: GestureEvent
    shots: tuple[Shot, ...]


class Replay:
    """A display that remembers. It writes nothing to disk until somebody marks a moment as wrong.

    Args:
        tap: between the recogniser and the model's engine.
        recordings: where moments go that were marked.
    """

    def __init__(self, tap: Tap, recordings: Recordings) -> None:
        self._tap, self._recordings = tap, recordings
        self._shots: deque[Shot] = deque(maxlen=round(SECONDS * tap.spec.rate_hz))
        self._moments: deque[Moment] = deque(maxlen=REMEMBERED)
        self._lock = threading.Lock()

    def show(self, seen: Recognition, readings: Readings) -> None:  # noqa: ARG002 - a Display's method
        """Take in one frame."""
        steps, tapped = seen.steps, self._tap.draw()
        if steps and self._shots and not 0 <= steps[0].time_s - self._shots[-1].time_s <= LONGEST_REPEAT_S:
            self._shots.clear()  # the stream began anew
        if steps:
            image = _small(seen.frame.image)
            self._shots.extend(Shot(s.time_s, image, t) for s, t in zip(steps, tapped, strict=True))
        if seen.event is not None:
            with self._lock:
                self._moments.appendleft(Moment(seen.event, tuple(self._shots)))

    @property
    def moments(self) -> tuple[Moment, ...]:
        """What is remembered, newest first. Any thread may ask."""
        with self._lock:
            return tuple(self._moments)

    def mark_wrong(self, moment: Moment) -> None:
        """Save a moment as one that its gesture must not fire in; the next fit heeds it.

        Raises:
            WriteError: it cannot be written.
        """
        steps = [(shot.time_s, shot.tapped) for shot in moment.shots]
        self._recordings.add(cut(Kind.NOT_THIS, moment.event.label, [], steps, self._tap.spec))


def _small(image: Image) -> Image:
    """The picture with at most `ROWS` rows."""
    rows, columns = image.shape[:2]
    if rows <= ROWS:
        return image
    size = (max(1, round(columns * ROWS / rows)), ROWS)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
