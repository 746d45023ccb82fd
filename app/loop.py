"""The loop: reads frames, runs the recogniser, and calls the observers."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from app.camera.base import Camera
from app.events import Events
from app.meters import Meter
from app.observer import Observer
from app.slowness import SlownessLog
from models.recognizer import Recognizer


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop before the source ends."""

    max_frames: int | None = None
    duration_s: float | None = None
    """Seconds of stream time from the first frame, not of wall-clock time."""

    def reached(self, frames: int, duration_s: float) -> bool:
        """Whether a number of frames or a duration reaches a limit."""
        enough = self.max_frames is not None and frames >= self.max_frames
        return enough or (self.duration_s is not None and duration_s >= self.duration_s)


class Switches:
    """Switches by which other threads stop or pause a running loop."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.pause = threading.Event()

    def set_paused(self, paused: bool) -> None:
        """Pause the loop, or resume it."""
        if paused:
            self.pause.set()
        else:
            self.pause.clear()


def run(
    camera: Camera,
    recognizer: Recognizer,
    events: Events | None = None,
    observers: Sequence[Observer] = (),
    limits: Limits | None = None,
    switches: Switches | None = None,
    meter: Meter | None = None,
    alone: bool = True,
) -> None:
    """Recognise gestures until the camera ends, a limit is reached, or `switches.stop` is set.

    `alone`: no other camera's stream runs, so the log about a slow machine does not suggest fewer cameras.

    The meter, the events and the observers are called in this order with every recognition. A header event comes first
    and a summary last, even if an error ends the loop.
    """
    events, limits, switches = events or Events(), limits or Limits(), switches or Switches()
    meter = meter or Meter.of_steps(camera, recognizer.spec.rate_hz)
    slowness = SlownessLog(camera.name, recognizer.networks.names, alone)
    followers: list[Observer] = [meter, events, *observers]
    events.header(recognizer.networks, recognizer.framing)
    try:
        while not (switches.stop.is_set() or camera.ended):
            if switches.pause.is_set():
                wait_out_pause(camera, switches)
            frame = camera.next(timeout_s=0.2)
            if frame is None:
                continue
            seen = recognizer.see(frame)
            for observer in followers:
                observer.see(seen)
            slowness.note(meter.readings.too_slow)
            if limits.reached(meter.frames, meter.duration_s):
                break
    finally:
        events.summary(meter)


def wait_out_pause(camera: Camera, switches: Switches) -> None:
    """Pause the camera until the loop is resumed or stopped."""
    camera.pause(True)
    while switches.pause.is_set() and not switches.stop.wait(0.05):
        pass
    camera.pause(False)
