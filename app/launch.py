"""`make run`: starts `main.py` with options for the camera and display of this machine.

Without a camera the bundled clip plays; without a display the events are printed. A command line that names a source,
or requests something else than recognition, is passed on unchanged.
"""

# ruff: noqa: E402
import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C in the first imports ends the process without a traceback

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from app import dependencies

dependencies.require()

from app.camera.devices import CameraDevice, list_devices
from app.combinations import QUESTIONS, option_of

dependencies.loaded()

MAIN = Path(__file__).resolve().parent.parent / "main.py"
SOURCES = ("--camera", "--demo")
REPORTS = (*map(option_of, QUESTIONS), "--version", "--help", "-h")
"""Options that print a report and end: they need neither a camera nor a display."""


def arguments_for(
    words: Sequence[str], cameras: Sequence[CameraDevice], environment: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """The command line for `main.py`, and notes for the user.

    Args:
        words: the user's command line.
        cameras: the cameras of this machine.
        environment: the environment variables, which name the display.
    """
    arguments = list(words)
    notes: list[str] = []
    given = {word.split("=")[0] for word in words}
    if not given.isdisjoint(REPORTS):
        return arguments, notes
    if given.isdisjoint(SOURCES):
        if cameras:
            arguments += ["--camera", str(cameras[0].index)]
        else:
            arguments.append("--demo")
            notes.append("No camera is attached: playing the demo clip.")
    if "--headless" not in words and not _has_display(environment):
        arguments.append("--headless")
        notes.append("There is no display: printing the events.")
    return arguments, notes


def _has_display(environment: Mapping[str, str]) -> bool:
    if sys.platform != "linux":
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def main() -> None:
    """Replace this process by `main.py`."""
    arguments, notes = arguments_for(sys.argv[1:], list_devices(), os.environ)
    for note in notes:
        print(note, file=sys.stderr)
    os.execv(sys.executable, [sys.executable, str(MAIN), *arguments])


if __name__ == "__main__":
    main()
