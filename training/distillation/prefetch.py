"""Batches made ahead of the one that is learnt: by a thread, or by processes, each with a teacher of its own."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from training.errors import DataError

Made = TypeVar("Made")
"""A batch of any kind."""

_makers: list[Callable[[int], Any]] = []
"""The one of this process."""


def prefetch(
    open_maker: Callable[[], Callable[[int], Made]], numbers: range, workers: int = 0
) -> Generator[Made, None, None]:
    """The iterations of these numbers, in order, and the next ones are being made meanwhile.

    Args:
        open_maker: makes the maker; in each process, if there are any.
        numbers: of the iterations.
        workers: processes; 0 is a thread of this one.

    Raises:
        DataError: a process died.
    """
    if not numbers:
        return
    executor, make, depth = _executor(open_maker, workers)
    coming: deque[Future[Made]] = deque()
    try:
        for number in numbers:
            while len(coming) < depth and number + len(coming) in numbers:
                coming.append(executor.submit(make, number + len(coming)))
            yield coming.popleft().result()
    except BrokenProcessPool as error:
        raise DataError("a process that makes iterations died; give fewer --workers, each needs about 1 GB") from error
    finally:
        executor.shutdown(cancel_futures=True)


def _executor(
    open_maker: Callable[[], Callable[[int], Made]], workers: int
) -> tuple[Executor, Callable[[int], Made], int]:
    """The executor, the function it runs, and the number of batches in progress at a time."""
    if workers == 0:
        return ThreadPoolExecutor(1), open_maker(), 2
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, spawn, _begin, (open_maker,)), _make, 2 * workers


def _begin(open_maker: Callable[[], Callable[[int], Any]]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that learns
    _makers[:] = [open_maker()]


def _make(number: int) -> Any:
    return _makers[0](number)
