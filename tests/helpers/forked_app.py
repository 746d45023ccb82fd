"""Runs a command of this project in a process forked from one that has imported it already.

Importing the app takes longer than most of these runs. Tests of the start itself, of signals and of pipes start
`main.py` with a new Python instead.
"""

import atexit
import functools
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[2]
MODULES = {"main.py": "main", "calibration": "calibration.__main__"}
"""The modules whose `main` is called, by the words after `python`, without `-m`."""


def run(
    command: str, *arguments: object, env: Mapping[str, str] | None = None, timeout: float = 60
) -> "subprocess.CompletedProcess[str]":
    """Run `main.py` or a package with these arguments from the root of the repository.

    Args:
        command: a key of `MODULES`.
        env: its environment; None for that of the tests.
        timeout: seconds, after which it is killed.

    Raises:
        subprocess.TimeoutExpired: it did not end in time.
    """
    words, environment = [str(word) for word in arguments], dict(os.environ if env is None else env)
    if not hasattr(os, "fork"):
        start = [str(ROOT / command)] if command.endswith(".py") else ["-m", command]
        line = [sys.executable, "-W", "error", *start, *words]
        return subprocess.run(
            line, check=False, capture_output=True, text=True, timeout=timeout, env=environment, cwd=ROOT
        )
    with tempfile.TemporaryDirectory() as folder:
        out, err = (str(Path(folder, name)) for name in ("out", "err"))
        status = _server().run([MODULES[command], words, environment, out, err], timeout)
        return subprocess.CompletedProcess([command, *words], status, Path(out).read_text(), Path(err).read_text())


class _Server:
    """The process that is forked; it reads a request a line, and writes the child's process id, then its status."""

    def __init__(self) -> None:
        line = [sys.executable, "-W", "error", __file__]
        self._process = subprocess.Popen(
            line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        atexit.register(self._process.communicate)

    def run(self, request: list[Any], timeout: float) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([*request, timeout]) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@functools.cache
def _server() -> _Server:
    return _Server()
