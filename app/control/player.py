"""Player: plays what gestures are bound to: once, as long as one lasts, or again and again."""

import time
from collections.abc import Callable

from app.control.actions import Move, Press, Run, Scroll, Type
from app.control.bindings import Binding, Mode
from app.control.grip import Grip
from app.control.limiter import Limiter

Say = Callable[[str], None]


class Player:
    """Holds at most one gesture's keys, or repeats at most one gesture's action. Used by one thread.

    Args:
        grip: what presses.
        limiter: allows each action.
        say: hears each action in words.
        clock: tells the time, in seconds.
        pretend: whether to start no programs either.
    """

    def __init__(
        self,
        grip: Grip,
        limiter: Limiter,
        say: Say,
        clock: Callable[[], float] = time.monotonic,
        pretend: bool = False,
    ) -> None:
        self._grip, self._limiter, self._say, self._clock, self._pretend = grip, limiter, say, clock, pretend
        self._lasting: Binding | None = None
        self._next_s = 0.0

    @property
    def busy(self) -> bool:
        """Whether a gesture's end is waited for."""
        return self._lasting is not None

    def begin(self, binding: Binding) -> None:
        """Do what a gesture asks for when it fires."""
        self.rest()
        if self._do(binding) and binding.mode is not Mode.ONCE:
            self._lasting, self._next_s = binding, self._clock() + 1 / binding.rate_hz

    def go_on(self, lasting: str | None) -> None:
        """Let go of what no longer lasts; repeat what does and is due.

        Args:
            lasting: the gesture that lasts now.
        """
        binding = self._lasting
        if binding is None:
            return
        if binding.gesture != lasting:
            self.rest()
        elif binding.mode is Mode.REPEAT and self._clock() >= self._next_s:
            self._next_s += 1 / binding.rate_hz
            self._do(binding)

    def rest(self) -> None:
        """Let go of everything."""
        self._lasting = None
        if self._grip.down:
            self._say(f"let go of {'+'.join(self._grip.down)}")
            self._grip.let_go()

    def _do(self, binding: Binding) -> bool:
        """Act, unless too much was done already."""
        action = binding.action
        assert isinstance(action, Press | Type | Move | Scroll | Run)
        if not self._limiter.allows():
            self._say(f"{binding}: left out, too much at once")
            return False
        self._say(str(binding))
        if binding.mode is Mode.HOLD:
            self._grip.press(action.keys)
        elif not (self._pretend and isinstance(action, Run)):
            action.perform(self._grip)
        return True
