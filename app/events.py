"""The events of a stream as JSON objects (`"v": 1`), sent to any number of sinks. Only this module makes them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from threading import Lock
from typing import Any, Protocol

from app.meters import Meter
from common.errors import UserError
from models.decoder import GestureEvent
from models.networks import Networks
from models.recognition import Recognition
from models.region import Region

FORMAT_VERSION = 1

Message = dict[str, Any]
"""One JSON object, with the version as `v` and the kind as `type`: header, gesture, step, control or summary."""


class Sink(Protocol):
    """Receives messages: a file, a broker, the connected clients."""

    @property
    def wants_steps(self) -> bool:
        """Whether it wants the messages of every step now; if no sink does, they are not made."""
        ...

    def take(self, message: Message) -> None:
        """Receive one message. The loop waits for this call, so it must not block."""
        ...


class Events:
    """An observer that sends the events of one stream to all sinks, in the same order. Thread-safe."""

    def __init__(self, sinks: Sequence[Sink] = ()) -> None:
        self._sinks = sinks
        self._lock = Lock()
        self._begun = False
        self._armed: bool | None = None

    def header(self, networks: Networks, framing: str | list[float] | None = None) -> None:
        """Send the first message: model, networks, labels and, if one was chosen, the framing."""
        first, vocabulary = networks.stream, networks.stream.vocabulary
        header = message(
            "header",
            labels=networks.labels,
            model=first.engine.spec.name,
            engine=first.engine.name,
            rate_hz=first.engine.spec.rate_hz,
            networks=networks.names,
            temperature={network.name: network.head.temperature for network in networks},
            decoding={name: asdict(decoding) for name, decoding in networks.decodings.items()},
            **({"groups": {group.name: list(group.labels) for group in vocabulary.groups}} if vocabulary else {}),
        )
        self._send(header if framing is None else header | {"framing": framing})
        self._begun = True
        if self._armed is not None:
            self.arm(self._armed)

    def see(self, seen: Recognition) -> None:
        """Send the steps of a frame to the sinks that want them, and the gesture that fired on it, if any."""
        if tracers := [sink for sink in self._sinks if sink.wants_steps]:
            with self._lock:
                for step in steps(seen):
                    for sink in tracers:
                        sink.take(step)
        if seen.event:
            self._send(gesture(seen.event, seen.frame.index, seen.network))

    def arm(self, armed: bool) -> None:
        """Send whether control is armed; a call before the header is sent after it."""
        self._armed = armed
        if self._begun:
            with suppress(BrokenPipeError, UserError):  # the next message raises it again
                self._send(message("control", armed=armed))

    def summary(self, meter: Meter) -> None:
        """Send the last message: the numbers of the stream's meter."""
        times = {name: round(getattr(meter.step_ms, name), 3) for name in ("p50", "p95", "p99")}
        self._send(message("summary", frames=meter.frames, steps=meter.steps, dropped=meter.dropped, step_ms=times))

    def _send(self, sent: Message) -> None:
        with self._lock:
            for sink in self._sinks:
                sink.take(sent)


def message(kind: str, **fields: Any) -> Message:
    """A message of a kind, with these fields."""
    return {"v": FORMAT_VERSION, "type": kind, **fields}


def gesture(event: GestureEvent, frame: int, network: str) -> Message:
    """The message that a gesture fired on a frame, from the output of a network."""
    return message(
        "gesture",
        label=event.label,
        **({"group": event.group} if event.group else {}),
        score=round(event.score, 4),
        began_s=round(event.began_s, 3),
        fired_s=round(event.fired_s, 3),
        frame=frame,
        network=network,
    )


def fired_name(gesture: Message) -> str:
    """The group of a gesture message, or its label if there are no groups."""
    name: str = gesture["group" if "group" in gesture else "label"]
    return name


def steps(seen: Recognition) -> Iterator[Message]:
    """The messages of the networks' steps on a frame; `decides` marks the step that decided at its time."""
    for step in seen.steps:
        sent = message(
            "step",
            frame=seen.frame.index,
            time_s=round(step.time_s, 3),
            probs=[round(float(p), 5) for p in step.probabilities],
            step_ms=round(step.duration_ms, 3),
            network=step.network,
            decides=any(step is each for each in seen.deciding),
        )
        yield sent if seen.region is None else sent | {"region": rounded(seen.region)}


def rounded(region: Region) -> list[float]:
    """A region as left, top, width and height, as fractions of the frame."""
    return [round(value, 4) for value in (region.left, region.top, region.width, region.height)]


def to_line(message: Message) -> str:
    """A message as one line of JSON, without the newline."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
