"""Replay: the last seconds before each gesture, kept in memory, to see why it fired and to say that it was wrong."""

import threading
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from app.recording.recorder import cut
from calibration.take import Kind
from calibration.take_folder import TakeFolder
from common.errors import UserError
from models.decoder import GestureEvent
from models.frame import Image
from models.frame_times import LONGEST_REPEAT_S
from models.networks import STREAM, Networks
from models.recognition import Recognition, Step

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
    step: Step


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A gesture and the seconds before it."""

    event: GestureEvent
    shots: tuple[Shot, ...]
    """What the network saw that fired it, up to then."""


class Replay:
    """An observer that remembers. It writes nothing to disk until somebody marks a moment as wrong.

    Args:
        networks: that step the stream.
        recordings: where moments go that were marked.
    """

    def __init__(self, networks: Networks, recordings: TakeFolder) -> None:
        self._recordings, self._spec = recordings, networks.stream.engine.spec
        self._shots: deque[Shot] = deque()
        self._moments: deque[Moment] = deque(maxlen=REMEMBERED)
        self._lock = threading.Lock()

    def see(self, seen: Recognition) -> None:
        """Take in one frame."""
        steps = seen.steps
        if steps and self._shots and not 0 <= steps[0].time_s - self._shots[-1].time_s <= LONGEST_REPEAT_S:
            self._shots.clear()  # the stream began anew
        if steps:
            image = _small(seen.frame.image)
            self._shots.extend(Shot(step.time_s, image, step) for step in steps)
            while self._shots[-1].time_s - self._shots[0].time_s >= SECONDS:
                self._shots.popleft()
        if seen.event is not None:
            shots = tuple(shot for shot in self._shots if shot.step.network == seen.network)
            with self._lock:
                self._moments.appendleft(Moment(seen.event, shots))

    @property
    def moments(self) -> tuple[Moment, ...]:
        """What is remembered, newest first. Any thread may ask."""
        with self._lock:
            return tuple(self._moments)

    def mark_wrong(self, moment: Moment) -> None:
        """Save a moment as one that its gesture must not fire in; the next fit heeds it.

        Raises:
            UserError: it fired in a network whose thresholds are not fitted.
            WriteError: it cannot be written.
        """
        steps = [shot.step for shot in moment.shots]
        if (network := steps[-1].network) != STREAM:
            raise UserError(
                f"this fired in the network '{network}', whose thresholds are not fitted; --calm leaves it out"
            )
        self._recordings.add(cut(Kind.NOT_THIS, moment.event.label, [], steps, self._spec))


def _small(image: Image) -> Image:
    """The picture with at most `ROWS` rows."""
    rows, columns = image.shape[:2]
    if rows <= ROWS:
        return image
    size = (max(1, round(columns * ROWS / rows)), ROWS)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
