"""Opening the outputs of a run."""

from collections.abc import Callable, Iterable, Sequence

from app.events import Sink
from app.observer import Observer
from app.outputs.kind import OpenedOutput, Output, RunFacts
from app.signals import defer_signals
from app.worker import Worker


class Outputs:
    """All outputs of a run, open until closed.

    Args:
        wanted: their settings.
        run: what they may have to know.

    Raises:
        UserError: one of them cannot be opened; those before it are closed again.
    """

    def __init__(self, wanted: Iterable[Output], run: RunFacts) -> None:
        self._opened: list[OpenedOutput] = []
        try:
            for output in wanted:
                self._opened.append(output.open(run))
        except BaseException:
            self.close()
            raise

    @property
    def sinks(self) -> list[Sink]:
        """Where messages go."""
        return [output.sink for output in self._opened]

    @property
    def observers(self) -> list[Observer]:
        """What sees every recognition."""
        return [output.observer for output in self._opened if output.observer]

    def describe(self, source: str, mirror: bool) -> None:
        """Tell what became known after they were opened: the source's name, and whether to show a mirror."""
        for output in self._opened:
            if output.describe:
                output.describe(source, mirror)

    def close(self) -> None:
        """Close all of them at once, so that none waits for another; Ctrl-C and SIGTERM make it short.

        Raises:
            UserError: a file could not be written to its end.
            BrokenPipeError: nobody reads standard output any more.
            KeyboardInterrupt: Ctrl-C came meanwhile.
        """
        opened, self._opened = self._opened, []
        with defer_signals():
            errors = close_all([output.close for output in opened])
        if errors:
            raise errors[0]


def close_all(closing: Sequence[Callable[[], None]]) -> list[BaseException]:
    """Close everything at the same time; what went wrong."""
    errors: list[BaseException] = []
    workers = [Worker(close, on_end=lambda: None, on_error=errors.append) for close in closing]
    for worker in workers:
        worker.start()
    for worker in workers:
        while not worker.join(0.1):
            pass
    return errors
