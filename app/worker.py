"""Worker: a job in a separate thread, with callbacks for its end and its error."""

import threading
from collections.abc import Callable


class Worker:
    """Runs a job in a daemon thread and reports how it ended.

    Args:
        job: the function to run.
        on_end: called in the thread when the job has returned.
        on_error: called in the thread with the error that ended it.
    """

    def __init__(
        self, job: Callable[[], None], on_end: Callable[[], None], on_error: Callable[[BaseException], None]
    ) -> None:
        self._job, self._on_end, self._on_error = job, on_end, on_error
        self._thread = threading.Thread(target=self._work, name="recognition", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; return whether it came in time."""
        if self._thread.ident is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            self._job()
        except BaseException as error:  # on_error passes every error to the waiting thread
            self._on_error(error)
        else:
            self._on_end()
