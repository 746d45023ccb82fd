"""MainAndFastPass: one model run twice over a stream, with its own lags and with divided ones for fast gestures."""

from collections import deque

from models.decoder import GestureEvent
from models.fusion import Decision
from models.network import Network
from models.recognition import Step
from models.repetitions import Repetitions
from models.spec import idle_labels

IDLE_PROBABILITY = 0.95
"""Smoothed probability of no gesture from which the fast pass is not run."""
QUICK_EVENTS, QUICK_S = 3, 4.0
"""The fast pass decides while it fired this often within this time. It may fire on parts of one slow gesture,
but hardly three times in a row."""
MIN_INTERVAL_S = 0.7
"""A gesture that fires again sooner than this is the same one."""


class MainAndFastPass:
    """Decides from the main pass and its repetitions, or from the fast pass while that fires in quick succession.

    Args:
        main: the model with its own lags.
        fast: the same model with divided lags, and the same labels and vocabulary.
    """

    def __init__(self, main: Network, fast: Network) -> None:
        labels = main.head.labels
        self._main, self._fast = main.name, fast.name
        self._decoders = {network.name: network.decoder() for network in (main, fast)}
        self._repetitions = Repetitions(labels)
        self._idle_labels = idle_labels(labels)
        self.reset()

    def reset(self) -> None:
        for decoder in self._decoders.values():
            decoder.reset()
        self._repetitions.reset()
        self._steps: dict[str, Step] = {}
        self._events: dict[str, GestureEvent | None] = {}
        self._quick_s: deque[float] = deque()
        self._last: GestureEvent | None = None
        self._fired_by = self._main

    def wants(self, network: str) -> bool:
        """The fast pass is skipped while the main pass is idle."""
        idle = float(self._decoders[self._main].smoothed[self._idle_labels].sum())
        return network == self._main or idle < IDLE_PROBABILITY

    def note(self, step: Step) -> None:
        """Decode one step of one pass. A step of the main pass may have the name of a fusion."""
        of = self._fast if step.network == self._fast else self._main
        self._steps[of] = step
        self._events[of] = self._decoders[of].update(step.probabilities, step.time_s)

    def decide(self, time_s: float) -> Decision:
        """Choose the pass that decides; return its decision."""
        main, fast = self._decoders.values()
        ran = self._fast in self._steps
        if not ran:
            fast.reset()
        again = self._repetitions.see(bool(self._events[self._main]), main, fast if ran else None, time_s)
        by = self._fast if self._is_quick(time_s) and ran else self._main
        event = self._events[by] or (again if by == self._main else None)
        if event and self._is_too_soon(event, time_s):
            event = None
        if event:
            self._last, self._fired_by = event, by
        decision = self._decision(by, event)
        self._steps, self._events = {}, {}
        return decision

    def _is_too_soon(self, event: GestureEvent, time_s: float) -> bool:
        """Whether an event comes within the rest of the last one: each decoder knows its own events only."""
        if self._last is None:
            return False
        since_s = time_s - self._last.fired_s
        rest_s = min(decoder.rest_s(self._last.name) for decoder in self._decoders.values())
        return since_s < rest_s or (event.name == self._last.name and since_s < MIN_INTERVAL_S)

    def _decision(self, by: str, event: GestureEvent | None) -> Decision:
        """The decision of one pass with the event; a gesture lasts as long as in the pass that fired it."""
        decoder = self._decoders[by]
        lasting = self._decoders[self._fired_by].lasting
        return Decision(self._steps[by], decoder.smoothed, event, lasting)

    def _is_quick(self, time_s: float) -> bool:
        """Whether the fast pass fires so often that it decides."""
        if self._events.get(self._fast):
            self._quick_s.append(time_s)
        while self._quick_s and time_s - self._quick_s[0] > QUICK_S:
            self._quick_s.popleft()
        return len(self._quick_s) >= QUICK_EVENTS
