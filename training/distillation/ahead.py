"""Lessons made ahead of the one that is learnt: by a thread, or by processes, each with a teacher of its own."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from training.errors import DataError

Taken = TypeVar("Taken")
"""A lesson of any kind."""

_makers: list[Callable[[int], Any]] = []
"""The one of this process."""


def lessons_ahead(
    open_maker: Callable[[], Callable[[int], Taken]], numbers: range, workers: int = 0
) -> Generator[Taken, None, None]:
    """The lessons of these numbers, in order, and the next ones are being made meanwhile.

    Args:
        open_maker: makes the maker; in each process, if there are any.
        numbers: of the lessons.
        workers: processes; 0 is a thread of this one.

    Raises:
        DataError: a process died.
    """
    if not numbers:
        return
    executor, make, depth = _executor(open_maker, workers)
    coming: deque[Future[Taken]] = deque()
    try:
        for number in numbers:
            while len(coming) < depth and number + len(coming) in numbers:
                coming.append(executor.submit(make, number + len(coming)))
            yield coming.popleft().result()
    except BrokenProcessPool as error:
        raise DataError("a process that makes lessons died; give fewer --workers, each needs about 1 GB") from error
    finally:
        executor.shutdown(cancel_futures=True)


def _executor(
    open_maker: Callable[[], Callable[[int], Taken]], workers: int
) -> tuple[Executor, Callable[[int], Taken], int]:
    """Who makes lessons, how, and how many are asked for at a time: the one that is learnt next and those after it."""
    if workers == 0:
        return ThreadPoolExecutor(1), open_maker(), 2
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, spawn, _begin, (open_maker,)), _make, 2 * workers


def _begin(open_maker: Callable[[], Callable[[int], Any]]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that learns
    _makers[:] = [open_maker()]


def _make(number: int) -> Any:
    return _makers[0](number)
