"""What happens in a stream, as JSON objects (`"v": 1`): made here and nowhere else, told to any number of sinks."""

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
"""One JSON object, with its version as `v` and its kind as `type`: header, gesture, step, control or summary."""


class Sink(Protocol):
    """Somewhere that messages go: a file, a broker, whoever is connected."""

    @property
    def wants_steps(self) -> bool:
        """Whether it wants every step of the networks now; where no sink does, their messages are not made."""
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

    def header(self, networks: Networks, framing: str | list[float] | None = None) -> None:
        """The first message: what the rest was made with; the framing is named where one was chosen."""
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
        self._tell(header if framing is None else header | {"framing": framing})
        self._begun = True
        if self._armed is not None:
            self.arm(self._armed)

    def see(self, seen: Recognition) -> None:
        """Tell the steps of a frame to the sinks that want them, and the gesture that fired on it, if one did."""
        if tracers := [sink for sink in self._sinks if sink.wants_steps]:
            with self._telling:
                for step in steps(seen):
                    for sink in tracers:
                        sink.take(step)
        if seen.event:
            self._tell(gesture(seen.event, seen.frame.index, seen.network))

    def arm(self, armed: bool) -> None:
        """Tell that gestures act on the desktop from here on, or no longer do; after the header at the earliest."""
        self._armed = armed
        if self._begun:
            with suppress(BrokenPipeError, UserError):  # whoever tells the next message hears of it
                self._tell(message("control", armed=armed))

    def summary(self, meter: Meter) -> None:
        """The last message: what the meter of the stream counted."""
        times = {name: round(getattr(meter.step_ms, name), 3) for name in ("p50", "p95", "p99")}
        self._tell(message("summary", frames=meter.frames, steps=meter.steps, dropped=meter.dropped, step_ms=times))

    def _tell(self, told: Message) -> None:
        with self._telling:
            for sink in self._sinks:
                sink.take(told)


def message(kind: str, **fields: Any) -> Message:
    """A message of some kind."""
    return {"v": FORMAT_VERSION, "type": kind, **fields}


def gesture(event: GestureEvent, frame: int, network: str) -> Message:
    """The message that a gesture fired on a frame, in the answer of a network."""
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
    """What fired, of a gesture's message: the group, or the label where there are no groups."""
    name: str = gesture["group" if "group" in gesture else "label"]
    return name


def steps(seen: Recognition) -> Iterator[Message]:
    """The messages of the networks' steps on a frame; `decides` marks the one that decided at its time."""
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
    """A region as left, top, width and height in shares of the picture."""
    return [round(value, 4) for value in (region.left, region.top, region.width, region.height)]


def to_line(told: Message) -> str:
    """A message as one line of JSON, without its end of line."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
