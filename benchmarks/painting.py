"""The effect of the window on recognition: the time of each step with and without painting.

    python -m benchmarks.painting                            on this desktop
    QT_QPA_PLATFORM=offscreen python -m benchmarks.painting  without one

One process, one stream at the camera's rate. Periods in which the window paints every frame alternate with periods in
which it does not, so that load of the machine affects both alike.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PyQt6.QtCore import QSettings

from app.meters import Meter, Percentiles, step_durations_ms
from app.overlay.application import run
from app.overlay.bridge import Bridge
from app.overlay.main_window import HINT_SEEN
from app.overlay.session import NAME
from app.overlay.view import ViewOptions
from common.arguments import CommandParser, number, positive
from common.command import command
from models.engines import Engine, load_engine
from models.frame import Frame, Image
from models.networks import networks_of
from models.recognizer import Recognizer
from models.shipped import SHIPPED_MODEL


@dataclass
class Tally:
    """The measurements in the periods of one kind."""

    step_ms: list[float] = field(default_factory=list)
    see_ms: list[float] = field(default_factory=list)
    """Time for a frame: scaling, step, decoding."""
    wall_s: float = 0.0
    cpu_s: float = 0.0

    def row(self, name: str) -> str:
        """One line of the table."""
        step, see = Percentiles.of(self.step_ms), Percentiles.of(self.see_ms)
        numbers = (*(f"{value:8.2f}" for part in (step, see) for value in (part.p50, part.p95, part.p99)),)
        return f"{name:10}{len(self.step_ms):7}{''.join(numbers)}{100 * self.cpu_s / self.wall_s:8.0f} %"


class NothingDropped:
    """A generated camera with a frame whenever one is due."""

    dropped = 0


class Done(Exception):  # noqa: N818
    """Raised to close the window after the measurement."""


@command("painting")
def main(arguments: list[str] | None = None) -> int:
    """Measure and print a table."""
    given = parser().parse_args(arguments)
    engine = load_engine(given.model)
    tallies = {"no window": Tally(), "window": Tally()}
    stopped = threading.Event()

    def work(bridge: Bridge) -> None:
        try:
            measure(engine, bridge, tallies, given, stopped)
            bridge.fail(Done())
        except BaseException as error:
            bridge.fail(error)

    with tempfile.TemporaryDirectory() as folder:
        without_hint(folder)
        options = ViewOptions(engine.spec.labels, engine.spec.name, engine.name, "a drawn room", mirror=True)
        try:
            run(
                options,
                lambda bridge: threading.Thread(target=work, args=(bridge,)).start(),
                stopped.set,
                lambda _paused: None,
            )
        except Done:
            print_table(tallies, engine, given)
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = CommandParser(
        prog="python -m benchmarks.painting",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--model", type=Path, default=SHIPPED_MODEL)
    parser.add_argument("--camera", default="640x480", help="size of the pictures (default: %(default)s)")
    parser.add_argument("--camera-hz", type=number(float, 1), default=30.0)
    parser.add_argument("--stretch", type=number(float, 0.1), default=4.0, help="seconds each (default: %(default)s)")
    parser.add_argument("--rounds", type=positive, default=8, help="periods of each kind (default: %(default)s)")
    return parser


def without_hint(folder: str) -> None:
    """Use a temporary settings folder, in which the first-run hint was shown."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
    settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, NAME, NAME)
    settings.setValue(HINT_SEEN, True)


def measure(
    engine: Engine, bridge: Bridge, tallies: dict[str, Tally], given: argparse.Namespace, stopped: threading.Event
) -> None:
    """Run periods of both kinds alternately."""
    frames = paced(pictures(given.camera), given.camera_hz)
    recognizer, meter = Recognizer(networks_of(engine)), Meter(NothingDropped())
    bridge.meter = meter
    stretch(recognizer, meter, frames, Tally(), bridge, given.stretch)  # warms up the network and the window
    for _ in range(given.rounds):
        for name, tally in tallies.items():
            if stopped.is_set():
                return
            stretch(recognizer, meter, frames, tally, bridge if name == "window" else None, given.stretch)


def stretch(
    recognizer: Recognizer,
    meter: Meter,
    frames: Iterator[Frame],
    tally: Tally,
    bridge: Bridge | None,
    seconds: float,
) -> None:
    """Recognise for some seconds, with painting if there is a bridge."""
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    for frame in frames:
        began_s = time.perf_counter()
        seen = recognizer.see(frame)
        if seen.steps:
            tally.see_ms.append(1000 * (time.perf_counter() - began_s))
            tally.step_ms += step_durations_ms(seen)
        meter.see(seen)
        if bridge is not None:
            bridge.see(seen)
        if time.perf_counter() - wall_s >= seconds:
            break
    tally.wall_s += time.perf_counter() - wall_s
    tally.cpu_s += time.process_time() - cpu_s


def pictures(size: str) -> list[Image]:
    """A few pictures with texture that moves."""
    columns, rows = map(int, size.split("x"))
    rng = np.random.default_rng(0)
    texture = rng.integers(0, 256, (rows, columns, 3), dtype=np.uint8)
    return [np.roll(texture, 8 * k, axis=1) for k in range(8)]


def paced(images: list[Image], rate_hz: float) -> Iterator[Frame]:
    """Yield endless frames at a camera's rate."""
    began_s = time.perf_counter()
    index = 0
    while True:
        index = max(index + 1, int((time.perf_counter() - began_s) * rate_hz))
        time.sleep(max(0.0, began_s + index / rate_hz - time.perf_counter()))
        yield Frame(images[index % len(images)], index / rate_hz, index)


def print_table(tallies: dict[str, Tally], engine: Engine, given: argparse.Namespace) -> None:
    """Print what was measured."""
    print(f"{engine.spec.name}, {engine.name}, camera {given.camera} at {given.camera_hz:g} Hz; milliseconds")
    print(f"{'':10}{'':7}{'step':>8}{'':16}{'frame':>8}{'':16}{'CPU of':>8}")
    print(f"{'':10}{'steps':>7}{''.join(f'{name:>8}' for name in ('p50', 'p95', 'p99') * 2)}{'a core':>8}")
    for name, tally in tallies.items():
        print(tally.row(name))


if __name__ == "__main__":
    sys.exit(main())
