"""Recognise hand gestures in front of a camera: `python main.py --camera 0`."""

# ruff: noqa: E402
import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C in the first imports ends the process without a traceback

from app import dependencies

dependencies.require()  # before any other import, so that a missing package is reported in one line

import logging

from app.command_line import parse
from app.commands import clip_recording, doctor, guided_recording, list_bindings, list_cameras, many_cameras, one_camera
from app.settings import Question, Settings
from app.shutdown import leave
from app.stderr_handler import StderrHandler
from common.command import output_flushed
from common.errors import UserError
from common.log import log


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return the exit status.

    Args:
        arguments: the command line without the program's name; None for `sys.argv[1:]`.
    """
    try:
        with output_flushed():
            settings = parse(arguments)
            _log_to_stderr(settings.log_level)
            dependencies.loaded()  # from here on, Ctrl-C is caught below
            return run(settings)
    except UserError as error:
        _log_to_stderr()  # the text of --help or --version could not be written
        log.error("%s", error)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0  # the reader of standard output has closed it


def _log_to_stderr(level: str = "info") -> None:
    """Start to log; it does nothing if it was called before."""
    logging.basicConfig(level=level.upper(), format="mstnet: %(message)s", handlers=[StderrHandler()])


def run(settings: Settings) -> int:
    """Print a report, record takes, or recognise gestures; return the exit status."""
    if settings.question is Question.CAMERAS:
        list_cameras.print_cameras()
    elif settings.control and settings.question is Question.BINDINGS:
        list_bindings.print_bindings(settings.control, settings.model)
    elif settings.question is Question.DOCTOR:
        return doctor.examine(settings.model.path)
    elif settings.recording and (settings.recording.clips or settings.recording.work_clips):
        clip_recording.record(settings, settings.recording)
    elif settings.recording:
        guided_recording.record(settings, settings.recording)
    elif len(settings.camera.sources) > 1:
        many_cameras.recognise(settings)
    else:
        one_camera.recognise(settings)
    return 0


if __name__ == "__main__":
    leave(main())
