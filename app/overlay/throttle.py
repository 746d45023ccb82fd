"""Throttle: limits how often an action runs; the last request is never lost."""

from collections.abc import Callable

from PyQt6.QtCore import QElapsedTimer, QObject, Qt, QTimer, pyqtSlot


class Throttle(QObject):
    """Calls an action shortly after a request, but at most once per interval.

    Args:
        action: the action.
        interval_ms: minimum time between two calls.
    """

    def __init__(self, action: Callable[[], None], interval_ms: int) -> None:
        super().__init__()
        self._action = action
        self._interval_ms = interval_ms
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._act)

    @pyqtSlot()
    def request(self) -> None:
        """Request the action. Further requests have no effect until it runs."""
        if self._timer.isActive():
            return
        elapsed_ms = self._since.elapsed() if self._since.isValid() else self._interval_ms
        self._timer.start(max(0, self._interval_ms - elapsed_ms))

    def stop(self) -> None:
        """Cancel a pending request."""
        self._timer.stop()

    def _act(self) -> None:
        self._since.start()
        self._action()
