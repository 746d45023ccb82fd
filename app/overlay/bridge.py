"""Bridge: from the worker's thread to the window's. Newest wins, but no event is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from PyQt6.QtCore import QObject, pyqtSignal

from app.meters import Meter
from app.overlay.view import News
from app.recording.prompt import Prompt
from models.recognition import Recognition


class Bridge(QObject):
    """Collects what the worker tells until the window takes it. Any thread may call it; no call waits for painting."""

    changed = pyqtSignal()
    """There is news; not repeated until the news is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.meter: Meter | None = None
        """Of the stream that is shown; its readings are shown with each frame."""
        self._lock = Lock()
        self._news = News()
        self._told = False

    def see(self, seen: Recognition) -> None:
        """Show what was recognised, instead of anything not yet painted."""
        with self._change() as news:
            news.seen, news.readings = seen, self.meter.readings if self.meter else None
            if seen.event is not None:
                news.events.append(seen.event)

    def say(self, text: str) -> None:
        """Show a status message, such as that the camera vanished; an empty one clears it."""
        with self._change() as news:
            news.message = text

    def guide(self, prompt: Prompt) -> None:
        """Show what to do now, instead of what was to be done before."""
        with self._change() as news:
            news.prompt = prompt

    def arm(self, armed: bool) -> None:
        """Show whether gestures act on the desktop now."""
        with self._change() as news:
            news.armed = armed

    def end(self) -> None:
        """Say that the source is over; the last picture stays."""
        with self._change() as news:
            news.ended = True

    def fail(self, error: BaseException) -> None:
        """Close the window and let `run` raise this error; the first one counts."""
        with self._change() as news:
            news.error = news.error or error

    def take(self) -> News:
        """Everything told since the last time."""
        with self._lock:
            news, self._news, self._told = self._news, News(), False
        return news

    @contextmanager
    def _change(self) -> Iterator[News]:
        with self._lock:
            yield self._news
            first, self._told = not self._told, True
        if first:
            self.changed.emit()
