"""Meters: rates and durations of the camera and the network, measured while they run."""

import math
from collections import deque
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Protocol

import numpy as np

from app.rate_meter import RateMeter
from app.slowness import FRAMES_PER_STEP, Slowness
from models.recognition import Recognition

REMEMBERED_STEPS = 10_000
RECENT_STEPS = 100
"""Number of newest steps in the readings."""
READINGS_EVERY_S = 0.5
"""Interval of new readings, in seconds of stream time: computing percentiles is expensive."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Percentiles of a set of durations, in milliseconds."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, durations_ms: "deque[float] | list[float]") -> "Percentiles":
        """The percentiles of durations; zeros if there are none."""
        if not durations_ms:
            return cls(0.0, 0.0, 0.0)
        p50, p95, p99 = np.percentile(np.fromiter(durations_ms, np.float64), (50, 95, 99))
        return cls(float(p50), float(p95), float(p99))


@dataclass(frozen=True, slots=True)
class Readings:
    """The values of the meters at one time."""

    camera_hz: float
    """Measured frame rate of the camera, dropped frames included."""
    step_hz: float
    """Measured steps per second."""
    step_ms: Percentiles
    """Duration of the recent steps."""
    dropped: int
    """Number of frames that a newer one replaced before they were read."""
    too_slow: bool = False
    """Whether too few of the needed frames are read."""


class Dropping(Protocol):
    """A source of frames that counts dropped ones, such as a camera."""

    @property
    def dropped(self) -> int:
        """Number of frames that a newer one replaced before they were read."""
        ...


class Meter:
    """An observer that counts the frames and steps of one stream and measures their rates.

    Args:
        camera: the source of the frames.
        needed_hz: the rate of frames that is needed, if the camera offers more.
    """

    @classmethod
    def of_steps(cls, camera: Dropping, step_hz: float) -> "Meter":
        """For a stream network that takes this number of steps per second."""
        return cls(camera, FRAMES_PER_STEP * step_hz)

    def __init__(self, camera: Dropping, needed_hz: float = math.inf) -> None:
        self._camera = camera
        self._slowness = Slowness(needed_hz)
        self._camera_rate, self._step_rate = RateMeter(), RateMeter()
        self._durations_ms: deque[float] = deque(maxlen=REMEMBERED_STEPS)
        self._first_s: float | None = None
        self._read_s = -math.inf
        self.frames = self.steps = 0
        self.duration_s = 0.0
        """Seconds of the stream since its first frame."""
        self.readings = Readings(0.0, 0.0, Percentiles.of([]), 0)
        """The current values; updated every `READINGS_EVERY_S`."""

    def see(self, seen: Recognition) -> None:
        """Count one frame and its steps."""
        time_s = seen.frame.time_s
        self.frames += 1
        self._first_s = time_s if self._first_s is None else self._first_s
        self.duration_s = time_s - self._first_s
        durations_ms = step_durations_ms(seen)
        self._durations_ms.extend(durations_ms)
        self.steps += len(durations_ms)
        self._camera_rate.note(time_s, seen.frame.index)
        self._step_rate.note(time_s, self.steps)
        self._slowness.note(time_s, self.frames, self.dropped)
        if abs(self.duration_s - self._read_s) >= READINGS_EVERY_S:  # a stream that starts again runs backwards
            self._read_s = self.duration_s
            recent = Percentiles.of(list(islice(reversed(self._durations_ms), RECENT_STEPS)))
            self.readings = Readings(
                self._camera_rate.hz, self._step_rate.hz, recent, self.dropped, self._slowness.too_slow
            )

    @property
    def dropped(self) -> int:
        """Number of frames that a newer one replaced before they were read."""
        return self._camera.dropped

    @property
    def step_ms(self) -> Percentiles:
        """Durations of the stream's steps, of the newest `REMEMBERED_STEPS`."""
        return Percentiles.of(self._durations_ms)


def step_durations_ms(seen: Recognition) -> list[float]:
    """Duration of each step on a frame, in milliseconds, summed over the networks that stepped at the same time."""
    by_time = groupby(seen.steps, key=lambda step: step.time_s)
    return [sum(step.duration_ms for step in steps) for _, steps in by_time]
