"""Makes batches in the background: in a thread, or in processes that each have a teacher."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from training.errors import DataError

Batch = TypeVar("Batch")

_makers: list[Callable[[int], Any]] = []
"""The maker of this process."""


def prefetch(
    open_maker: Callable[[], Callable[[int], Batch]], numbers: range, workers: int = 0
) -> Generator[Batch, None, None]:
    """The batches of these numbers, in order; the next ones are made while one is used.

    Args:
        open_maker: returns the function that makes the batch of a number; called in each process.
        numbers: of the batches.
        workers: processes; 0 uses a thread of this one.

    Raises:
        DataError: a process died.
    """
    if not numbers:
        return
    executor, make, depth = _executor(open_maker, workers)
    pending: deque[Future[Batch]] = deque()
    try:
        for number in numbers:
            while len(pending) < depth and number + len(pending) in numbers:
                pending.append(executor.submit(make, number + len(pending)))
            yield pending.popleft().result()
    except BrokenProcessPool as error:
        raise DataError("a process that makes batches died; give fewer --workers, each needs about 1 GB") from error
    finally:
        executor.shutdown(cancel_futures=True)


def _executor(
    open_maker: Callable[[], Callable[[int], Batch]], workers: int
) -> tuple[Executor, Callable[[int], Batch], int]:
    """The executor, the function it runs, and the number of batches in progress."""
    if workers == 0:
        return ThreadPoolExecutor(1), open_maker(), 2
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, spawn, _begin, (open_maker,)), _make, 2 * workers


def _begin(open_maker: Callable[[], Callable[[int], Any]]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only the training process handles Ctrl-C
    _makers[:] = [open_maker()]


def _make(number: int) -> Any:
    return _makers[0](number)
