"""Messages and recognitions of a made-up stream."""

import time

import numpy as np
from fakes import LABELS, ScriptedEngine

from app.events import Events, Message, gesture
from app.meters import Percentiles, Readings
from models.decoder import GestureEvent
from models.frame import Frame
from models.recognizer import Recognition, Step

PROBABILITIES = np.full(len(LABELS), 0.2, np.float32)
READINGS = Readings(30.0, 12.0, Percentiles(3.0, 3.4, 4.1), 0)


class Collected:
    """A sink that keeps what it is told."""

    def __init__(self, steps: bool = False) -> None:
        self.steps = steps
        self.messages: list[Message] = []

    def take(self, message: Message) -> None:
        self.messages.append(message)


def header() -> Message:
    collected, engine = Collected(), ScriptedEngine()
    Events([collected]).header(engine.spec, engine.name)
    return collected.messages[0]


def fired(label: str = "Swiping Left", time_s: float = 1.8, frame: int = 55) -> Message:
    return gesture(GestureEvent(label, 0.93, time_s - 0.5, time_s), frame)


def summary() -> Message:
    collected = Collected()
    Events([collected]).summary(986, 394, 2, Percentiles(3.0, 3.4, 4.1))
    return collected.messages[0]


def recognition(steps: int = 1, event: GestureEvent | None = None, time_s: float = 1.8333333) -> Recognition:
    frame = Frame(np.zeros((2, 2, 3), np.uint8), time_s, round(30 * time_s))
    taken = tuple(Step(frame.time_s, PROBABILITIES) for _ in range(steps))
    return Recognition(frame, taken, PROBABILITIES, PROBABILITIES, event)


def until(condition, timeout_s: float = 20.0):
    """Wait for something that another thread or program does; its value."""
    end_s = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < end_s, "it never happened"
        time.sleep(0.005)
    return value
