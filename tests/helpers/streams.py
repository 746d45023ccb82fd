"""Messages and recognitions of a generated stream."""

import time

import numpy as np
from fakes import LABELS, ListCamera, ScriptedEngine

from app.events import Events, Message, gesture
from app.meters import Meter, Percentiles, Readings
from models.decoder import GestureEvent
from models.frame import Frame
from models.networks import networks_of
from models.recognition import Recognition, Step
from models.vocabulary import Vocabulary

PROBABILITIES = np.full(len(LABELS), 0.2, np.float32)
READINGS = Readings(30.0, 12.0, Percentiles(3.0, 3.4, 4.1), 0)


class Collected:
    """A sink that keeps what it receives."""

    def __init__(self, steps: bool = False) -> None:
        self.wants_steps = steps
        self.messages: list[Message] = []

    def take(self, message: Message) -> None:
        self.messages.append(message)


def header(vocabulary: Vocabulary | None = None) -> Message:
    collected = Collected()
    Events([collected]).header(networks_of(ScriptedEngine(), vocabulary=vocabulary))
    return collected.messages[0]


def fired(label: str = "Swiping Left", time_s: float = 1.8, frame: int = 55, group: str = "") -> Message:
    return gesture(GestureEvent(label, 0.93, time_s - 0.5, time_s, group=group), frame, "stream")


def summary() -> Message:
    collected = Collected()
    Events([collected]).summary(metered())
    return collected.messages[0]


def metered() -> Meter:
    """A meter that has counted a stream."""
    meter = Meter(ListCamera([], dropped=2))
    for k in range(394):
        meter.see(recognition(time_s=k / 12, duration_ms=3.0 + k / 393))
    meter.frames = 986
    return meter


def step(time_s: float, duration_ms: float = 3.1416, network: str = "stream") -> Step:
    """A step of a fake network."""
    numbers = np.zeros(len(LABELS), np.float32), np.zeros(4, np.float32)
    return Step(network, time_s, np.zeros((8, 8, 3), np.uint8), *numbers, PROBABILITIES, duration_ms)


def recognition(
    steps: int = 1, event: GestureEvent | None = None, time_s: float = 1.8333333, duration_ms: float = 3.1416
) -> Recognition:
    frame = Frame(np.zeros((2, 2, 3), np.uint8), time_s, round(30 * time_s))
    taken = tuple(step(time_s - (steps - 1 - k) / 12, duration_ms) for k in range(steps))
    return Recognition(frame, taken, PROBABILITIES, PROBABILITIES, event, network="stream", deciding=taken)


def until(condition, timeout_s: float = 20.0):
    """Wait for a value from another thread or program; return it."""
    end_s = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < end_s, "it never happened"
        time.sleep(0.005)
    return value
