"""Many clips looked at by several processes, with a progress bar."""

import multiprocessing
import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import cv2
from tqdm import tqdm

from training.datasets.base import Clip
from training.datasets.survey import Broken, Job, examine
from training.recordings import DataError

CHUNK = 8
"""Clips that a process takes at once."""


def examine_all(jobs: Mapping[str, Job], processes: int) -> Iterator[Clip | Broken]:
    """Look at every clip, in order.

    Raises:
        DataError: a decoded picture cannot be written, or a process was killed.
    """
    bar = tqdm(total=len(jobs), unit="clip", disable=None)  # None: not where no terminal is
    with bar:
        for result in _results(list(jobs.values()), processes):
            bar.update()
            yield result


def _results(jobs: list[Job], processes: int) -> Iterator[Clip | Broken]:
    if processes == 1:
        yield from map(examine, jobs)
        return
    context = multiprocessing.get_context("spawn")  # OpenCV's threads do not survive a fork
    crew = ProcessPoolExecutor(processes, context, _begin)
    try:
        yield from crew.map(examine, jobs, chunksize=CHUNK)
    except BrokenProcessPool as error:
        raise DataError(
            "a process that looked at clips was killed (out of memory?); run it again, with fewer --processes"
        ) from error
    finally:
        crew.shutdown(cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the parent, and the cores to the other processes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(0)
