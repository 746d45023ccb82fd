"""Throttle: asked often, it acts at most so often; the last request is never forgotten."""

from collections.abc import Callable

from PyQt6.QtCore import QElapsedTimer, QObject, Qt, QTimer, pyqtSlot


class Throttle(QObject):
    """Calls an action soon after a request, but never two times within the interval."""

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
        """Ask for the action. Further requests until it runs change nothing."""
        if self._timer.isActive():
            return
        elapsed_ms = self._since.elapsed() if self._since.isValid() else self._interval_ms
        self._timer.start(max(0, self._interval_ms - elapsed_ms))

    def stop(self) -> None:
        """Forget a request that did not run yet."""
        self._timer.stop()

    def _act(self) -> None:
        self._since.start()
        self._action()
