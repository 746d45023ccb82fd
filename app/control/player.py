"""Player: performs the action of a gesture once, holds it while the gesture lasts, or repeats it."""

import time
from collections.abc import Callable

from app.control.actions import Performed
from app.control.bindings import Binding, Mode
from app.control.limiter import Limiter
from app.control.pressed_keys import PressedKeys

Say = Callable[[str], None]


class Player:
    """Holds or repeats the action of one gesture at most. Not thread-safe.

    Args:
        pressed: sends the events.
        limiter: the rate limit.
        say: called with a message about each action.
        clock: returns the time in seconds.
        pretend: perform only actions that send input (`--dry-run`, whose backend sends none).
    """

    def __init__(
        self,
        pressed: PressedKeys,
        limiter: Limiter,
        say: Say,
        clock: Callable[[], float] = time.monotonic,
        pretend: bool = False,
    ) -> None:
        self._pressed, self._limiter, self._say, self._clock, self._pretend = pressed, limiter, say, clock, pretend
        self._lasting: Binding | None = None
        self._next_s = 0.0

    @property
    def busy(self) -> bool:
        """Whether a gesture is held or repeated."""
        return self._lasting is not None

    def begin(self, binding: Binding) -> None:
        """Perform the action of an event."""
        self.rest()
        if self._do(binding) and binding.mode is not Mode.ONCE:
            self._lasting, self._next_s = binding, self._clock() + 1 / binding.rate_hz

    def update(self, lasting: str | None) -> None:
        """Release a gesture that has ended; repeat one that lasts, if it is due.

        Args:
            lasting: the gesture that lasts now; None if none does.
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
        """Release all keys."""
        self._lasting = None
        if self._pressed.down:
            self._say(f"release {'+'.join(self._pressed.down)}")
            self._pressed.release_all()

    def _do(self, binding: Binding) -> bool:
        """Perform the action unless the rate limit is reached; returns whether it was performed."""
        action = binding.action
        assert isinstance(action, Performed)
        if not self._limiter.allows():
            self._say(f"{binding}: skipped, more actions a second than allowed")
            return False
        self._say(str(binding))
        if binding.mode is Mode.HOLD:
            self._pressed.press(action.keys)
        elif action.input_only or not self._pretend:
            action.perform(self._pressed)
        return True
