"""Memory use, measured in a new process."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.runners import Runner

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
STEPS = 20


def peak_mb(open_runner: Callable[[], Runner]) -> float | None:
    """The rise of a fresh process's peak memory by loading and 20 steps, in MB; None except on Linux.

    Args:
        open_runner: sent to that process, so it must be picklable.
    """
    if not STATUS.is_file():
        return None
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(_grown_mb, open_runner).result()


def _grown_mb(open_runner: Callable[[], Runner]) -> float:
    before = _resident_mb("VmRSS")
    CLEAR.write_text("5")  # forget the peak so far: that of importing
    runner = open_runner()
    for _ in range(STEPS):
        runner.step()
    return _resident_mb("VmHWM") - before


def _resident_mb(field: str) -> float:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024 / 1e6
