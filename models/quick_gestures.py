"""QuickGestures: gestures that a short window sees, and the fused answer of longer ones confirms."""

from dataclasses import replace

from models.clip_spec import QuickWindow
from models.decoder import Decoder, GestureEvent, Probabilities


class QuickGestures:
    """Adds the gestures of a short window to those of the fused answer.

    Parts of a slow gesture look like gestures to it, so one counts only where the fused answer, smoothed, gives its
    label some probability as well. A gesture that lasts for the fused answer is counted each time that it is made.

    Args:
        labels: of the short window's probabilities.
        settings: how it is read.
    """

    def __init__(self, labels: tuple[str, ...], settings: QuickWindow) -> None:
        self._labels, self._settings = labels, settings
        self._decoder = Decoder(labels, settings.decoding)
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self._decoder.reset()
        self._last: GestureEvent | None = None
        self._fired_last = False

    def settle(
        self, event: GestureEvent | None, fused: Decoder, shown: Probabilities | None, time_s: float, awake: bool
    ) -> tuple[GestureEvent | None, str | None]:
        """The gesture that counts at a step, and the one that fired last and is not over yet.

        Args:
            event: what the fused answer fired.
            fused: its decoder; its labels begin with those of the short window.
            shown: the short window's probabilities, float32 [labels]; None at steps at which it was not asked.
            time_s: the step's time.
            awake: whether the clip network may be asked at all.
        """
        if not awake:
            self._decoder.reset()
        quick = self._decoder.update(shown, time_s) if shown is not None else None
        fired_quick = False
        if not event and quick and fused.smoothed[self._labels.index(quick.label)] >= self._settings.confirmed:
            event, fired_quick = replace(quick, again=fused.lasting == quick.label), True
        if event and self._last and self._last.label == event.label:
            event = event if time_s - self._last.fired_s >= self._settings.same_s else None
        if event:
            self._last, self._fired_last = event, fired_quick
        if self._fired_last and not (self._last and self._last.again):
            return event, self._decoder.lasting
        return event, fused.lasting
