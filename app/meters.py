"""Meters: how fast the camera and the network really are, measured while they run."""

import time
from collections import deque
from dataclasses import dataclass

import numpy as np

from models.engines.base import Engine, Output, PassingEngine
from models.frame import Image
from models.state import StreamState


@dataclass(frozen=True, slots=True)
class Percentiles:
    """The middle and the slow end of a set of durations, in milliseconds."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, durations_ms: "deque[float] | list[float]") -> "Percentiles":
        """The percentiles of some durations; zeros where there are none."""
        if not durations_ms:
            return cls(0.0, 0.0, 0.0)
        p50, p95, p99 = np.percentile(np.fromiter(durations_ms, np.float64), (50, 95, 99))
        return cls(float(p50), float(p95), float(p99))


@dataclass(frozen=True, slots=True)
class Readings:
    """What the meters show at one moment."""

    camera_hz: float
    """Frames a second that the camera really delivers, dropped ones counted."""
    step_hz: float
    """Network steps a second of the stream."""
    step_ms: Percentiles
    """Duration of the network's recent steps."""
    dropped: int
    """Frames that a newer one replaced before they were looked at."""


class RateMeter:
    """Events a second over the last few seconds, on the stream's own clock."""

    def __init__(self, window_s: float = 2.0) -> None:
        self._window_s = window_s
        self._counts: deque[tuple[float, int]] = deque()

    def note(self, time_s: float, total: int) -> None:
        """Note that `total` events had happened by `time_s`."""
        if self._counts and time_s < self._counts[-1][0]:
            self._counts.clear()  # the stream started anew
        self._counts.append((time_s, total))
        while time_s - self._counts[0][0] > self._window_s:
            self._counts.popleft()

    @property
    def hz(self) -> float:
        """Events a second; 0 until two were noted."""
        if len(self._counts) < 2:
            return 0.0
        (first_s, first), (last_s, last) = self._counts[0], self._counts[-1]
        return (last - first) / (last_s - first_s) if last_s > first_s else 0.0


class StepTimes:
    """How many steps one stream has had, and how long the recent ones took."""

    def __init__(self, remember: int = 10_000) -> None:
        self.durations_ms: deque[float] = deque(maxlen=remember)
        self.steps = 0

    def note(self, duration_ms: float, steps: int = 1) -> None:
        """Note so many steps that took so long together."""
        self.durations_ms.append(duration_ms)
        self.steps += steps


class TimedEngine(PassingEngine, StepTimes):
    """An engine that remembers how long its recent steps took."""

    def __init__(self, engine: Engine) -> None:
        PassingEngine.__init__(self, engine)
        StepTimes.__init__(self)

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Step the inner engine and note how long it took."""
        began = time.perf_counter()
        answer = super().step(picture, state)
        self.note(1000 * (time.perf_counter() - began))
        return answer


class AddedEngine(TimedEngine):
    """An engine whose steps are part of another one's: what they take is added to that one's newest.

    Args:
        engine: the engine.
        times: of the other one, which steps first.
    """

    def __init__(self, engine: Engine, times: StepTimes) -> None:
        super().__init__(engine)
        self._times = times

    def note(self, duration_ms: float, steps: int = 1) -> None:  # noqa: ARG002
        """Note that the other one's newest step took so much longer."""
        self._times.durations_ms[-1] += duration_ms
