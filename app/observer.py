"""Observer: what is called with every frame's recognition."""

from typing import Protocol

from models.recognition import Recognition


class Observer(Protocol):
    """Something that follows a stream: a window, a recorder, what acts on the desktop, a log of events."""

    def see(self, seen: Recognition) -> None:
        """Take what was recognised on one frame. The line from the camera waits for this call."""
        ...
