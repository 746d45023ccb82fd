"""StreamState: the past of a stream, passed from step to step; each state is used once."""

from typing import Any

from models.errors import SpentStateError


class StreamState:
    """The state of a stream between two steps, owned by an engine.

    `step` takes a state and returns the next one. An engine may reuse the memory of a state that was stepped from, so
    stepping from it again raises an error.
    """

    __slots__ = ("_past", "_spent", "steps")

    def __init__(self, past: Any, steps: int = 0) -> None:
        self._past = past
        self._spent = False
        self.steps = steps
        """How many steps lie behind this state."""

    def take(self) -> Any:
        """Return the engine's record of the past, once.

        Raises:
            SpentStateError: the state was stepped from before.
        """
        if self._spent:
            raise SpentStateError(
                f"this state (after {self.steps} steps) was stepped from already; use the one that step() returned"
            )
        self._spent = True
        return self._past
