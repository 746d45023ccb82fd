"""Recognizer: one stream of frames through one engine, to probabilities and gestures."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.decoder import Decoder, GestureEvent, Probabilities
from models.engines.base import Engine
from models.errors import ModelFileError
from models.frame import Frame, Image
from models.preprocess import to_picture
from models.softmax import softmax
from models.spec import NO_GESTURE_LABELS, ModelSpec
from models.tempo import Tempo

ASLEEP = 0.95
"""From this probability of no gesture on, nobody is looked at in haste."""
LONGEST_REPEAT_S = 1.0
"""A frame may stand in for missing ones this long; after a longer gap the stream starts anew."""


Logits = NDArray[np.float32]
"""float32 [labels], a network's answer before temperature and softmax."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of the network."""

    time_s: float
    """The frame's time; the steps of a repeated frame lie evenly between the frame before and it."""
    probabilities: Probabilities
    """float32 [labels], 0..1."""


@dataclass(frozen=True, slots=True, eq=False)
class Recognition:
    """What was understood when a frame was seen."""

    frame: Frame
    steps: tuple[Step, ...]
    """The steps on this frame: none between two steps, two or more when the camera is slow."""
    probabilities: Probabilities
    """float32 [labels], of the newest step."""
    smoothed: Probabilities
    """float32 [labels], as the decoder smooths them."""
    event: GestureEvent | None
    """The gesture that fired on this frame, if one did."""
    lasting: str | None = None
    """The gesture that fired last and is not over yet."""


def is_gap(before_s: float, time_s: float) -> bool:
    """Whether a frame is no successor of the one before: too late, or earlier. Nothing is before the first."""
    return before_s > -math.inf and not 0 <= time_s - before_s <= LONGEST_REPEAT_S


class StepGrid:
    """Which frames the network steps on: the camera's times, resampled to the model's rate.

    A step is due every 1 / rate seconds, and the frame nearest to it takes it. A camera slower than the model
    repeats frames, so that a second of movement is always the same number of steps. Frames that were dropped are not
    made up for: they were dropped because the network was late, and would make it later still.
    """

    def __init__(self, rate_hz: float) -> None:
        self._interval_s = 1 / rate_hz
        self.reset()

    def reset(self) -> None:
        """Start anew: the next frame is due."""
        self._next_s = -math.inf
        self._seen_s = -math.inf

    def broken(self, time_s: float) -> bool:
        """Whether the stream has a gap before `time_s`, or runs backwards."""
        return is_gap(self._seen_s, time_s)

    def due(self, time_s: float, after_dropped: bool = False) -> int:
        """How many steps to take on the frame of this time.

        Args:
            time_s: the frame's time.
            after_dropped: whether frames between the last one and this were dropped.
        """
        if self._next_s == -math.inf:
            self._next_s = time_s
        self._seen_s = time_s
        early_s = time_s + self._interval_s / 4
        steps = max(0, math.floor((early_s - self._next_s) / self._interval_s) + 1)
        if after_dropped and steps > 1:
            self._next_s = time_s + self._interval_s
            return 1
        self._next_s += steps * self._interval_s
        return steps


class Reader:
    """What one stream's logits mean, frame by frame: probabilities, and the gestures in them.

    Args:
        spec: of the network that answers.
    """

    def __init__(self, spec: ModelSpec) -> None:
        self._labels, self._temperature = len(spec.labels), np.float32(spec.temperature)
        self._decoder = Decoder(spec.labels, spec.decoding)
        self.reset()

    def reset(self) -> None:
        """Forget the stream, as if new."""
        self._decoder.reset()
        self._stepped_s = -math.inf
        self._probabilities = np.zeros(self._labels, np.float32)

    def read(self, frame: Frame, answers: Iterable[Logits], steps: int) -> Recognition:
        """Take the answers of the steps up to a frame, until a gesture fires; a frame carries one at the most.

        Args:
            frame: the newest.
            answers: logits [labels] of each step; no more of them are asked for than are read.
            steps: how many there are.
        """
        taken, event = [], None
        for time_s, logits in zip(self._times(frame.time_s, steps), answers, strict=False):
            taken.append(Step(time_s, softmax(logits, self._temperature)))
            if event := self._decoder.update(taken[-1].probabilities, time_s):
                break
        if taken:
            self._probabilities = taken[-1].probabilities
        decoder = self._decoder
        return Recognition(frame, tuple(taken), self._probabilities, decoder.smoothed, event, lasting=decoder.lasting)

    def _times(self, time_s: float, steps: int) -> list[float]:
        """Spread steps on a repeated frame evenly between the step before and the frame's own time."""
        if steps == 0:
            return []
        before_s, self._stepped_s = self._stepped_s, time_s
        if steps == 1:
            return [time_s]
        return [before_s + (time_s - before_s) * (k + 1) / steps for k in range(steps)]


class Look:
    """One engine's view of a stream: its past, and what its answers mean."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = Reader(engine.spec)
        self.reset()

    def reset(self) -> None:
        """Forget the stream, as if new."""
        self._state = self._engine.start()
        self._reader.reset()

    def see(self, frame: Frame, picture: Image, steps: int) -> Recognition:
        """Take so many steps on a frame's picture, uint8 [1, H, W, 3]."""
        return self._reader.read(frame, self._answers(picture), steps)

    def _answers(self, picture: Image) -> Iterator[Logits]:
        """Step the network on one picture for as long as somebody asks."""
        while True:
            output, self._state = self._engine.step(picture, self._state)
            yield output.logits[0]


class Recognizer:
    """One stream through one engine. Give it every frame; it picks those that the model's rate asks for.

    Args:
        engine: whose probabilities are told.
        hasty: the same model's hasty form, for people who gesture faster than it expects (`Tempo`).

    Raises:
        ModelFileError: the hasty form is of another model.
    """

    def __init__(self, engine: Engine, hasty: Engine | None = None) -> None:
        self._spec = engine.spec
        if hasty and _seen_by(hasty.spec) != _seen_by(engine.spec):
            raise ModelFileError(
                f"{hasty.spec.name} is no hasty form of {engine.spec.name}: other labels, size or rate; make it anew "
                "with `python -m calibration.hasty`"
            )
        self._grid = StepGrid(engine.spec.rate_hz)
        self._look = Look(engine)
        self._hasty = Look(hasty) if hasty else None
        self._tempo = Tempo(engine.spec.labels)
        self._idle_labels = [k for k, label in enumerate(engine.spec.labels) if label in NO_GESTURE_LABELS]
        self._asleep = False
        self._seen_index = -1
        self._shape: tuple[int, ...] | None = None

    def reset(self) -> None:
        """Forget the stream, as if new."""
        self._grid.reset()
        self._look.reset()
        if self._hasty:
            self._hasty.reset()
        self._tempo.reset()
        self._asleep = False
        self._seen_index = -1
        self._shape = None

    def see(self, frame: Frame) -> Recognition:
        """Take one frame; step the network as often as its time asks for. Another size or a gap begins a new stream."""
        if self._grid.broken(frame.time_s) or self._shape not in (None, frame.image.shape):
            self.reset()
        self._shape = frame.image.shape
        after_dropped = frame.index > self._seen_index + 1 and self._seen_index >= 0
        self._seen_index = frame.index
        steps = self._grid.due(frame.time_s, after_dropped)
        picture = to_picture(frame.image, self._spec.height, self._spec.width)[None] if steps else _NONE
        seen = self._look.see(frame, picture, steps)
        return self._tempo.settle(seen, self._see_hasty(seen, picture, steps)) if self._hasty else seen

    def _see_hasty(self, seen: Recognition, picture: Image, steps: int) -> Recognition | None:
        """Look in haste, too; not while the usual look is sure that nobody gestures, which is most of a day."""
        assert self._hasty
        slept, self._asleep = self._asleep, bool(seen.smoothed[self._idle_labels].sum() >= ASLEEP)
        if self._asleep:
            return None
        if slept:
            self._hasty.reset()
        return self._hasty.see(seen.frame, picture, steps)


_NONE = np.zeros((1, 0, 0, 3), np.uint8)
"""The picture of a frame on which no step is due."""


def _seen_by(spec: ModelSpec) -> tuple[object, ...]:
    return spec.labels, spec.height, spec.width, spec.rate_hz
