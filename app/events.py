"""What happens in a stream, as JSON objects (`"v": 1`): made here and nowhere else, told to any number of sinks."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from threading import Lock
from typing import Any, Protocol

from app.meters import Percentiles
from models.decoder import GestureEvent
from models.errors import UserError
from models.recognizer import Recognition
from models.region import Region
from models.spec import ModelSpec

FORMAT_VERSION = 1

Message = dict[str, Any]
"""One JSON object, with its version as `v` and its kind as `type`: header, gesture, step, control or summary."""


class Sink(Protocol):
    """Somewhere that messages go: a file, a broker, whoever is connected."""

    @property
    def steps(self) -> bool:
        """Whether it wants every step of the network now; they are not even made where nobody does."""
        ...

    def take(self, message: Message) -> None:
        """Take one message. The line from the camera waits for this call, so it must not wait for anybody."""
        ...


class Events:
    """Tells what happens in one stream to every sink, in the same words and the same order. Any thread may tell."""

    def __init__(self, sinks: Sequence[Sink] = ()) -> None:
        self._sinks = sinks
        self._telling = Lock()
        self._begun = False
        self._armed: bool | None = None

    def header(self, spec: ModelSpec, engine: str, framing: str | list[float] | None = None) -> None:
        """The first message: what the rest was made with; the framing is told where one was chosen."""
        told = message("header", labels=spec.labels, model=spec.name, engine=engine, rate_hz=spec.rate_hz)
        self._tell(told if framing is None else told | {"framing": framing})
        self._begun = True
        if self._armed is not None:
            self.arm(self._armed)

    def see(self, seen: Recognition, step_ms: float) -> None:
        """Tell the steps of a frame to those who want them, and the gesture that fired on it, if one did."""
        if tracers := [sink for sink in self._sinks if sink.steps]:
            with self._telling:
                for step in steps(seen, step_ms):
                    for sink in tracers:
                        sink.take(step)
        if seen.event:
            self._tell(gesture(seen.event, seen.frame.index))

    def arm(self, armed: bool) -> None:
        """Tell that gestures act on the desktop from here on, or no longer do; after the header at the earliest."""
        self._armed = armed
        if self._begun:
            with suppress(BrokenPipeError, UserError):  # whoever tells the next message hears of it
                self._tell(message("control", armed=armed))

    def summary(self, frames: int, steps: int, dropped: int, step_ms: Percentiles) -> None:
        """The last message; `step_ms` is of the engine's recent steps."""
        times = {name: round(getattr(step_ms, name), 3) for name in ("p50", "p95", "p99")}
        self._tell(message("summary", frames=frames, steps=steps, dropped=dropped, step_ms=times))

    def _tell(self, told: Message) -> None:
        with self._telling:
            for sink in self._sinks:
                sink.take(told)


def message(kind: str, **fields: Any) -> Message:
    """A message of some kind."""
    return {"v": FORMAT_VERSION, "type": kind, **fields}


def gesture(event: GestureEvent, frame: int) -> Message:
    """The message that a gesture fired on a frame."""
    return message(
        "gesture",
        label=event.label,
        score=round(event.score, 4),
        began_s=round(event.began_s, 3),
        fired_s=round(event.fired_s, 3),
        frame=frame,
    )


def steps(seen: Recognition, step_ms: float) -> Iterator[Message]:
    """The messages of the network's steps on a frame."""
    for step in seen.steps:
        probabilities = [round(float(p), 5) for p in step.probabilities]
        time_s = round(step.time_s, 3)
        told = message("step", frame=seen.frame.index, time_s=time_s, probs=probabilities, step_ms=round(step_ms, 3))
        yield told if seen.region is None else told | {"region": rounded(seen.region)}


def rounded(region: Region) -> list[float]:
    """A region as left, top, width and height in shares of the picture."""
    return [round(value, 4) for value in (region.left, region.top, region.width, region.height)]


def to_line(told: Message) -> str:
    """A message as one line of JSON, without its end of line."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
