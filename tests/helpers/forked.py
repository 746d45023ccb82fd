"""Runs a command of this project in a process forked from one that has imported its modules already.

The imports take longer than most runs. Tests of the start, of signals and of pipes start a new Python instead.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from app.shutdown import leave

START = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
FORKSERVER = multiprocessing.get_context(START)
if START == "forkserver":
    FORKSERVER.set_forkserver_preload(["pytest", "main", "calibration.__main__", "torch", "training.train"])


def run(
    module: str, *arguments: object, env: Mapping[str, str] | None = None, timeout: float = 120
) -> "subprocess.CompletedProcess[str]":
    """Call a module's `main` in a separate process, with warnings as errors; as `subprocess.run` for its command.

    Args:
        module: such as `main`, for `main.py`.
        arguments: of the command line.
        env: environment variables; None for those of this process.
        timeout: seconds.

    Raises:
        subprocess.TimeoutExpired: the process did not end in time; it is killed.
    """
    words, environment = list(map(str, arguments)), dict(os.environ if env is None else env)
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = FORKSERVER.Process(target=_call, args=(module, words, environment, os.getcwd(), out, err))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired([module, *words], timeout, err.read_text())
        return subprocess.CompletedProcess([module, *words], process.exitcode, out.read_text(), err.read_text())


def _call(module: str, arguments: list[str], environment: dict[str, str], folder: str, out: Path, err: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for stream, path in ((sys.stdout, out), (sys.stderr, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), stream.fileno())
    warnings.simplefilter("error")
    sys.argv = [module, *arguments]
    leave(import_module(module).main(arguments))
