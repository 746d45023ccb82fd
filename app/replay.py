"""Replay: the last seconds before each event, kept in memory, to review it and to mark it as wrong."""

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from app.recording.recorder import cut
from calibration.take import Kind
from calibration.take_folder import TakeFolder
from common.errors import UserError
from models.clip_fusion import BOTH
from models.decoder import GestureEvent
from models.frame import Image
from models.frame_times import MAX_REPEAT_S
from models.networks import STREAM, Networks
from models.recognition import Recognition, Step

SECONDS = 4.0
N_MOMENTS = 8
"""Number of moments kept; with 240 rows and 12 steps per second each takes about 13 MB."""
MAX_ROWS = 240
MAIN = (STREAM, BOTH)
"""Names of steps to which thresholds are fitted: of the main pass, alone or fused with the clip network."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One step with the image shown to the user."""

    time_s: float
    image: Image
    """uint8 [H, W, 3], RGB, at most `MAX_ROWS` rows."""
    step: Step


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """An event and the seconds before it."""

    event: GestureEvent
    shots: tuple[Shot, ...]
    """The steps of the network that fired it, up to the event."""


class Replay:
    """An observer that keeps the last moments. It writes to disk only when the user marks a moment as wrong.

    Args:
        networks: the networks of the stream.
        recordings: where marked moments are saved.
    """

    def __init__(self, networks: Networks, recordings: TakeFolder) -> None:
        self._recordings, self._spec = recordings, networks.stream.engine.spec
        self._shots: deque[Shot] = deque()
        self._moments: deque[Moment] = deque(maxlen=N_MOMENTS)
        self._lock = threading.Lock()

    def see(self, seen: Recognition) -> None:
        steps = seen.steps
        if steps and self._shots and not 0 <= steps[0].time_s - self._shots[-1].time_s <= MAX_REPEAT_S:
            self._shots.clear()  # the stream started again
        if steps:
            image = _small(seen.frame.image)
            self._shots.extend(Shot(step.time_s, image, step) for step in steps)
            while self._shots[-1].time_s - self._shots[0].time_s >= SECONDS:
                self._shots.popleft()
        if seen.event is not None:
            with self._lock:
                self._moments.appendleft(Moment(seen.event, _steps_of(seen.network, self._shots)))

    @property
    def moments(self) -> tuple[Moment, ...]:
        """The kept moments, newest first. Thread-safe."""
        with self._lock:
            return tuple(self._moments)

    def mark_wrong(self, moment: Moment) -> None:
        """Save a moment as one in which its gesture must not fire; the next `calibration fit` uses it.

        Raises:
            UserError: it fired in a network whose thresholds are not fitted.
            WriteError: it cannot be written.
        """
        steps = [shot.step for shot in moment.shots]
        if (network := steps[-1].network) not in MAIN:
            raise UserError(
                f"this fired in the network '{network}', which has no fitted thresholds; --main-pass-only leaves it out"
            )
        self._recordings.add(cut(Kind.NOT_THIS, moment.event.label, [], steps, self._spec))


def _steps_of(network: str, shots: Iterable[Shot]) -> tuple[Shot, ...]:
    """The steps of the network that fired, one per time. A shared step replaces the main pass's of its time."""
    networks = MAIN if network in MAIN else (network,)
    return tuple({shot.time_s: shot for shot in shots if shot.step.network in networks}.values())


def _small(image: Image) -> Image:
    """The image, scaled down to at most `MAX_ROWS` rows."""
    rows, columns = image.shape[:2]
    if rows <= MAX_ROWS:
        return image
    size = (max(1, round(columns * MAX_ROWS / rows)), MAX_ROWS)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
