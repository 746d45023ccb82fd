"""Bridge: passes recognitions from the worker's thread to the window's: the newest one, and every event."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from PyQt6.QtCore import QObject, pyqtSignal

from app.meters import Meter
from app.overlay.view import ViewUpdate
from app.recording.prompt import Prompt
from models.recognition import Recognition


class Bridge(QObject):
    """An observer that collects updates until the window takes them. Thread-safe; no call waits for painting."""

    changed = pyqtSignal()
    """There is an update; emitted once until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.meter: Meter | None = None
        """Meter of the shown stream; its readings are shown with each frame."""
        self._lock = Lock()
        self._update = ViewUpdate()
        self._notified = False

    def see(self, seen: Recognition) -> None:
        """Show a recognition, instead of one that is not yet painted."""
        with self._change() as update:
            update.seen, update.readings = seen, self.meter.readings if self.meter else None
            if seen.event is not None:
                update.events.append(seen.event)

    def show_message(self, text: str) -> None:
        """Show a status message, such as that the camera disconnected; an empty one clears it."""
        with self._change() as update:
            update.message = text

    def guide(self, prompt: Prompt) -> None:
        """Show a prompt of a guided recording, instead of the last one."""
        with self._change() as update:
            update.prompt = prompt

    def arm(self, armed: bool) -> None:
        """Show whether control is armed."""
        with self._change() as update:
            update.armed = armed

    def hand_over(self, withheld: bool) -> None:
        """Show whether use of mouse or keyboard withholds gestures."""
        with self._change() as update:
            update.handed_over = withheld

    def end(self) -> None:
        """Show that the source has ended; the last picture stays."""
        with self._change() as update:
            update.ended = True

    def fail(self, error: BaseException) -> None:
        """Close the window and let `run` raise this error; the first one counts."""
        with self._change() as update:
            update.error = update.error or error

    def take(self) -> ViewUpdate:
        """The update since the last call."""
        with self._lock:
            update, self._update, self._notified = self._update, ViewUpdate(), False
        return update

    @contextmanager
    def _change(self) -> Iterator[ViewUpdate]:
        with self._lock:
            yield self._update
            first, self._notified = not self._notified, True
        if first:
            self.changed.emit()
