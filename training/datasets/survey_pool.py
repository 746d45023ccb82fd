"""Checks the clips of a data set in several processes, with a progress bar."""

import multiprocessing
import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

import cv2
from tqdm import tqdm

from training.datasets.base import Clip
from training.datasets.survey import Broken, Job, examine
from training.errors import DataError

CHUNK = 8
"""Clips per task of a process."""


def examine_all(jobs: Mapping[str, Job], processes: int) -> Iterator[Clip | Broken]:
    """Check every clip, in order.

    Raises:
        WriteError: a decoded picture cannot be written.
        DataError: a process was killed.
    """
    with tqdm(total=len(jobs), unit="clip", disable=None) as bar:  # None: no bar without a terminal
        for result in _results(list(jobs.values()), processes):
            bar.update()
            yield result


def _results(jobs: list[Job], processes: int) -> Iterator[Clip | Broken]:
    if processes == 1:
        yield from map(examine, jobs)
        return
    context = multiprocessing.get_context("spawn")  # OpenCV's threads do not survive a fork
    pool = ProcessPoolExecutor(processes, context, cv2.setNumThreads, (0,))
    try:
        with _interrupts_ignored():  # the workers inherit this: only the parent handles Ctrl-C
            results = pool.map(examine, jobs, chunksize=CHUNK)
        yield from results
    except BrokenProcessPool as error:
        raise DataError(
            "a process that checked clips was killed (out of memory?); run again with fewer --processes"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
