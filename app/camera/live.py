"""LiveCamera: the newest frame of a source that delivers in real time, read on a thread."""

import atexit
import threading
from collections.abc import Callable, Generator
from contextlib import closing

from app.camera.gap_report import GapReport
from app.shutdown import join
from models.frame import Frame

CLOSE_TIMEOUT_S, SHUTDOWN_CLOSE_TIMEOUT_S = 2.0, 0.5
"""How long `close` waits for the thread, which a driver may keep busy: usually, and once a shutdown is requested."""
NO_FRAME_WARNING_S = 3.0
"""Time without a frame after which a status message is sent."""

Feed = Callable[[threading.Event], Generator[Frame, None, None]]
"""Yields frames as they come, and ends shortly after the event is set."""


class LiveCamera:
    """Keeps only the newest frame of a feed, so that a slow reader does not fall behind; counts dropped frames."""

    def __init__(
        self, name: str, feed: Feed, live: bool = True, every: bool = False, gap: GapReport | None = None
    ) -> None:
        """Start reading if the source is live; any other source starts with the first `next`.

        Args:
            name: its name in messages.
            feed: the source of frames; it runs in the thread. `next` raises the errors of the feed.
            live: whether its frames show the present.
            every: keep each frame until it is read, instead of the newest.
            gap: reports that no frame has come for `NO_FRAME_WARNING_S`, and that one comes again.
        """
        self.name = name
        self.live = live
        self._feed = feed
        self._dropped = 0
        self._newest: Frame | None = None
        self._error: Exception | None = None
        self._over = False
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._held = False
        self._every, self._gap = every, gap
        self._silent_s, self._reported = 0.0, False
        self._thread = threading.Thread(target=self._run, name=f"frames of {name}", daemon=True)
        atexit.register(self.close)  # a thread that is still reading while Python shuts down would abort the process
        if live:
            self._thread.start()

    @property
    def ended(self) -> bool:
        with self._changed:
            return self._over and self._newest is None and self._error is None

    @property
    def dropped(self) -> int:
        return self._dropped

    def next(self, timeout_s: float) -> Frame | None:
        """Wait for a frame that was not returned before, and return the newest; None if none came in time."""
        if self._thread.ident is None and not self._stop.is_set():
            self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not None or self._over, timeout_s)
            frame, self._newest = self._newest, None
            self._changed.notify_all()
            if frame is None and self._error is not None:
                error, self._error = self._error, None
                raise error
        self._note_silence(frame is None and not self.ended, timeout_s)
        return frame

    def pause(self, paused: bool) -> None:
        """Hold a file at its position; a live camera continues, but its unread frames do not count as dropped."""
        with self._changed:
            self._held = paused
            self._changed.notify_all()

    def close(self) -> None:
        atexit.unregister(self.close)
        self._stop.set()
        self.pause(False)
        if self._thread.is_alive():
            join(self._thread, CLOSE_TIMEOUT_S, SHUTDOWN_CLOSE_TIMEOUT_S)
        with self._changed:
            self._over, self._newest, self._error = True, None, None

    def _note_silence(self, silent: bool, waited_s: float) -> None:
        """Report once that no frame comes, and once when one comes again."""
        self._silent_s = self._silent_s + waited_s if silent else 0.0
        before, self._reported = self._reported, self._silent_s >= NO_FRAME_WARNING_S
        if self._gap is None or before == self._reported:
            return
        if self._reported:
            self._gap.begin(f"{self.name} sends no pictures; waiting for it")
        else:
            self._gap.end()

    def _run(self) -> None:
        try:
            with closing(self._feed(self._stop)) as frames:
                for frame in frames:
                    if self._stop.is_set():
                        return
                    self._keep(frame)
        except Exception as error:
            self._error = error
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()

    def _keep(self, frame: Frame) -> None:
        with self._changed:
            if self._every:
                self._changed.wait_for(lambda: self._newest is None or self._stop.is_set())
            self._dropped += self._newest is not None and not self._held
            self._newest = frame
            self._changed.notify_all()
            if not self.live:
                self._changed.wait_for(lambda: not self._held or self._stop.is_set())
