"""Recognise hand gestures in front of a camera: `python main.py --camera 0`.

Reads the command line, builds the pieces and runs them. The only file that knows every room.
"""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

from app import doctor
from app.camera import Camera, open_camera
from app.camera.devices import list_devices
from app.command_line import parser
from app.events import STDOUT, JsonLines
from app.loop import Limits, Switches, run
from app.meters import TimedEngine
from app.worker import Worker
from models.engines import load_engine
from models.errors import UserError

HERE = Path(__file__).resolve().parent
MODEL = HERE / "models" / "weights" / "mstnet_small.onnx"
DEMO = HERE / "app" / "demo" / "demo.mp4"

log = logging.getLogger("mstnet")


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    given = parser().parse_args(arguments)
    logging.basicConfig(level=given.log_level.upper(), format="mstnet: %(message)s", stream=sys.stderr)
    try:
        if given.list_cameras:
            return print_cameras()
        if given.doctor:
            return doctor.examine(given.model or MODEL)
        recognise(given)
    except UserError as error:
        log.error("%s", error)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read standard output has enough. Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def recognise(given: argparse.Namespace) -> None:
    """Build the line from camera to gesture and run it, with a window or without."""
    with ExitStack() as stack:
        engine = TimedEngine(stack.enter_context(closing(load_engine(given.model or MODEL, given.engine))))
        logs = [stack.enter_context(closing(JsonLines(file, steps))) for file, steps in wanted_logs(given)]
        limits = Limits(given.max_frames, given.duration)
        if given.headless:
            camera = stack.enter_context(closing(opened(given, realtime=given.realtime, say=log.info)))
            run_headless(camera, engine, logs, limits)
        else:
            run_in_window(given, engine, logs, limits)


def run_headless(camera: Camera, engine: TimedEngine, logs: list[JsonLines], limits: Limits) -> None:
    """Run in this thread until the source ends or a signal comes; then Ctrl-C is handed on."""
    switches = Switches()
    with stopping_on_signals(switches) as received:
        run(camera, engine, logs, limits=limits, switches=switches)
    if signal.SIGINT in received:
        raise KeyboardInterrupt


def run_in_window(given: argparse.Namespace, engine: TimedEngine, logs: list[JsonLines], limits: Limits) -> None:
    """Run in a thread of its own while the window shows what happens."""
    from app.overlay import application
    from app.overlay.bridge import Bridge
    from app.overlay.view import ViewOptions

    switches = Switches()
    workers: list[Worker] = []
    with ExitStack() as stack:
        bridges: list[Bridge] = []
        camera = stack.enter_context(
            closing(opened(given, realtime=True, say=lambda text: [b.say(text) for b in bridges]))
        )
        options = ViewOptions(...)

        def start(bridge: Bridge) -> None:
            bridges.append(bridge)
            job = partial(run, camera, engine, logs, [bridge], limits, switches)
            workers.append(Worker(job, on_end=bridge.end, on_error=bridge.fail))
            workers[0].start()

        application.run(options, start, switches.stop.set, switches.set_paused)


def opened(given: argparse.Namespace, realtime: bool, say) -> Camera:
    source = str(DEMO) if given.demo else given.camera
    return open_camera(source, realtime=realtime, flip=given.flip_input, fps=given.fps, on_status=say)


def wanted_logs(given: argparse.Namespace) -> Iterator[tuple[str, bool]]:
    """The files to write and whether each is a trace; headless without any writes events to standard output."""
    if given.events or (given.headless and not given.trace):
        yield given.events or STDOUT, False
    if given.trace:
        yield given.trace, True


@contextmanager
def stopping_on_signals(switches: Switches) -> Iterator[list[int]]:
    """While this lasts, Ctrl-C and SIGTERM end the line in good order; yields the signals that came."""
    received: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        received.append(number)
        switches.stop.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def print_cameras() -> int:
    """Print the cameras there are, one a line."""
    devices = list_devices()
    for device in devices:
        print(device)
    if not devices:
        log.warning("no camera found. Plug one in, or try --demo, or --camera with a file or a URL.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
