"""Opens the outputs of a run."""

from collections.abc import Callable, Iterable, Sequence

from app.events import Sink
from app.observer import Observer
from app.outputs.kind import OpenedOutput, OutputSettings, RunFacts
from app.signals import defer_signals
from app.worker import Worker
from common.errors import UserError
from common.log import log


class Outputs:
    """All outputs of a run, open until closed.

    Args:
        wanted: the settings of the outputs to open.
        run: the sources and the gestures of the run.

    Raises:
        UserError: one of them cannot be opened; those before it are closed again.
    """

    def __init__(self, wanted: Iterable[OutputSettings], run: RunFacts) -> None:
        self._opened: list[OpenedOutput] = []
        self._undelivered: list[Callable[[], str]] = []
        try:
            for output in wanted:
                self._opened.append(output.open(run))
        except BaseException:
            self.close()
            raise

    @property
    def sinks(self) -> list[Sink]:
        """The sinks of all outputs."""
        return [output.sink for output in self._opened]

    @property
    def observers(self) -> list[Observer]:
        """The observers of those outputs that have one."""
        return [output.observer for output in self._opened if output.observer]

    def describe(self, source: str, mirror: bool) -> None:
        """Set the source's name and whether pictures are mirrored; known only after the outputs are opened."""
        for output in self._opened:
            if output.describe:
                output.describe(source, mirror)

    def close(self) -> None:
        """Close all outputs at the same time, so that none waits for another; Ctrl-C and SIGTERM shorten the wait.

        Raises:
            UserError: a file could not be written to its end.
            BrokenPipeError: the reader of standard output has closed it.
            KeyboardInterrupt: Ctrl-C was pressed while closing.
        """
        opened, self._opened = self._opened, []
        self._undelivered = [output.undelivered for output in opened if output.undelivered]
        with defer_signals():
            errors = close_all([output.close for output in opened])
        if errors:
            raise errors[0]

    def check_delivery(self, error: type[BaseException] | None, *_: object) -> None:
        """Check, after closing, that each output delivered something; for `ExitStack.push`.

        Args:
            error: why the run ends early; Ctrl-C stays the reason, and what was not delivered is logged.

        Raises:
            UserError: a receiver was never reached.
        """
        if reasons := [reason for undelivered in self._undelivered if (reason := undelivered())]:
            if error is None:
                raise UserError("; ".join(reasons))
            if error is KeyboardInterrupt:
                log.warning("%s", "; ".join(reasons))


def close_all(closing: Sequence[Callable[[], None]]) -> list[BaseException]:
    """Call all functions at the same time; return the errors."""
    errors: list[BaseException] = []
    workers = [Worker(close, on_end=lambda: None, on_error=errors.append) for close in closing]
    for worker in workers:
        worker.start()
    for worker in workers:
        while not worker.join(0.1):
            pass
    return errors
