"""QuickGestures: gestures that a short window sees, and the fused answer of longer ones confirms."""

from dataclasses import replace

import numpy as np

from models.clip_spec import QuickWindow
from models.decoder import Decoder, GestureEvent, Probabilities
from models.vocabulary import Vocabulary


class QuickGestures:
    """Adds the gestures of a short window to those of the fused answer.

    Parts of a slow gesture look like gestures to it, so one counts only where the fused answer, smoothed, gives its
    label some probability as well. A gesture that lasts for the fused answer is counted each time that it is made.

    Args:
        labels: of the fused answer; those of the short window come first.
        settings: how it is read.
        vocabulary: which labels decide together; None for each label by itself.
    """

    def __init__(self, labels: tuple[str, ...], settings: QuickWindow, vocabulary: Vocabulary | None = None) -> None:
        self._labels, self._settings = labels, settings
        self._decoder = Decoder(labels, settings.decoding, vocabulary)
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self._decoder.reset()
        self._last: GestureEvent | None = None
        self._fired_last = False

    def decide(
        self, event: GestureEvent | None, fused: Decoder, shown: Probabilities | None, time_s: float, awake: bool
    ) -> tuple[GestureEvent | None, str | None]:
        """The gesture that counts at a step, and the one that fired last and is not over yet.

        Args:
            event: what the fused answer fired.
            fused: its decoder.
            shown: the short window's probabilities, float32 [labels]; None at steps at which it was not asked.
            time_s: the step's time.
            awake: whether the clip network may be asked at all.
        """
        if not awake:
            self._decoder.reset()
        quick = self._decoder.update(self._padded(shown), time_s) if shown is not None else None
        fired_quick = False
        if not event and quick and fused.probability_of(quick.name) >= self._settings.confirmed:
            event, fired_quick = replace(quick, again=fused.lasting == quick.name), True
        if event and self._last and self._last.name == event.name:
            event = event if time_s - self._last.fired_s >= self._settings.same_s else None
        if event:
            self._last, self._fired_last = event, fired_quick
        if self._fired_last and not (self._last and self._last.again):
            return event, self._decoder.lasting
        return event, fused.lasting

    def _padded(self, shown: Probabilities) -> Probabilities:
        """The short window's probabilities, with zeros for labels that it does not know, float32 [labels]."""
        padded = np.zeros(len(self._labels), np.float32)
        padded[: len(shown)] = shown
        return padded
