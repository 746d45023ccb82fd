"""The line: camera to frame to network to gesture, one frame after another."""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from app.camera.base import Camera
from app.events import Events
from app.meters import AddedEngine, Percentiles, RateMeter, Readings, StepTimes, TimedEngine
from models.engines.base import Engine
from models.framing.base import Framing
from models.recognizer import Recognition, Recognizer

RECENT_STEPS = 100
"""How many steps the readings look back on."""
READINGS_EVERY_S = 0.5
"""Readings change no oftener, in seconds of the stream: nobody reads faster, and percentiles cost more than most."""


class Display(Protocol):
    """Something that shows each frame and what was understood in it, such as the window."""

    def show(self, seen: Recognition, readings: Readings) -> None:
        """Show one frame."""
        ...


class Actor(Protocol):
    """Something that gestures drive, such as the desktop. It must not make the line wait."""

    def perform(self, seen: Recognition) -> None:
        """Do what was recognised in one frame."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop before the source does."""

    max_frames: int | None = None
    duration_s: float | None = None
    """Seconds of the stream from its first frame, not of the clock."""

    def reached(self, frames: int, duration_s: float) -> bool:
        """Whether so many frames over so many seconds are enough."""
        enough = self.max_frames is not None and frames >= self.max_frames
        return enough or (self.duration_s is not None and duration_s >= self.duration_s)


class Switches:
    """What other threads may tell a running line."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.pause = threading.Event()

    def set_paused(self, paused: bool) -> None:
        """Pause the line, or let it go on."""
        if paused:
            self.pause.set()
        else:
            self.pause.clear()


def run(
    camera: Camera,
    engine: TimedEngine,
    events: Events | None = None,
    displays: Sequence[Display] = (),
    actors: Sequence[Actor] = (),
    limits: Limits | None = None,
    switches: Switches | None = None,
    hasty: Engine | None = None,
    framing: Framing | None = None,
) -> None:
    """Recognise gestures until the camera ends, a limit is reached, or somebody says stop.

    Events get a header first and a summary last, whatever ends the line. A hasty form of the model looks as well, for
    people who gesture faster than the model expects. The framing chooses what the network sees of each picture.
    """
    events, limits, switches = events or Events(), limits or Limits(), switches or Switches()
    recognizer, meter = (
        Recognizer(engine, AddedEngine(hasty, engine) if hasty else None, framing),
        Meter(camera, engine),
    )
    events.header(engine.spec, engine.name)
    try:
        while not (switches.stop.is_set() or camera.ended):
            if switches.pause.is_set():
                wait_out_pause(camera, switches)
            frame = camera.next(timeout_s=0.2)
            if frame is None:
                continue
            seen = recognizer.see(frame)
            meter.note(seen)
            for actor in actors:
                actor.perform(seen)
            events.see(seen, meter.step_ms)
            if displays:
                readings = meter.readings
                for display in displays:
                    display.show(seen, readings)
            if limits.reached(meter.frames, meter.duration_s):
                break
    finally:
        meter.summarise(events)


def wait_out_pause(camera: Camera, switches: Switches) -> None:
    """Hold the camera until the line may go on, or is to stop."""
    camera.pause(True)
    while switches.pause.is_set() and not switches.stop.wait(0.05):
        pass
    camera.pause(False)


class Meter:
    """Counts and rates of one running line."""

    def __init__(self, camera: Camera, times: StepTimes) -> None:
        self._camera, self._times = camera, times
        self._camera_rate, self._step_rate = RateMeter(), RateMeter()
        self._first_s: float | None = None
        self._readings, self._read_s = Readings(0.0, 0.0, Percentiles(0.0, 0.0, 0.0), 0), -math.inf
        self.frames = 0
        self.duration_s = 0.0
        """Seconds of the stream since its first frame."""

    def note(self, seen: Recognition) -> None:
        """Note a frame that was looked at."""
        self.frames += 1
        self._first_s = seen.frame.time_s if self._first_s is None else self._first_s
        self.duration_s = seen.frame.time_s - self._first_s
        self._camera_rate.note(seen.frame.time_s, seen.frame.index)
        self._step_rate.note(seen.frame.time_s, self._times.steps)

    @property
    def step_ms(self) -> float:
        """Duration of the newest step, in milliseconds."""
        return self._times.durations_ms[-1] if self._times.durations_ms else 0.0

    @property
    def readings(self) -> Readings:
        """What the meters showed at their last change."""
        if abs(self.duration_s - self._read_s) >= READINGS_EVERY_S:  # a stream that starts anew runs backwards
            recent = Percentiles.of(list(islice(reversed(self._times.durations_ms), RECENT_STEPS)))
            self._readings = Readings(self._camera_rate.hz, self._step_rate.hz, recent, self._camera.dropped)
            self._read_s = self.duration_s
        return self._readings

    def summarise(self, events: Events) -> None:
        """Tell the last message of the stream."""
        times = self._times
        events.summary(self.frames, times.steps, self._camera.dropped, Percentiles.of(times.durations_ms))
