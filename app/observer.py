"""Observer: the interface of objects that receive every recognition."""

from typing import Protocol

from models.recognition import Recognition


class Observer(Protocol):
    """Receives the recognitions of a stream: a window, a recorder, desktop control, the events."""

    def see(self, seen: Recognition) -> None:
        """Receive the recognition of one frame. The loop waits for this call."""
        ...
