"""CPU use of the running app: the share of one core for each part, and the time from capture to event.

    python -m benchmarks.app_cpu                          without a window
    xvfb-run -a python -m benchmarks.app_cpu --window     with one, on a screen in memory
    python -m benchmarks.app_cpu --still --cameras 4      four cameras, and no movement

main.py runs on the bundled clip, scaled to a webcam's 640x480 at 30 frames per second, with the timing of a camera. The
clip has a gesture most of the time; `--still` repeats its first picture with camera noise. Decoding of the clip is
listed separately, since a camera does not need it. Shares are CPU seconds per second of the stream; load of the machine
adds noise to them. Dropped frames are listed, too.
"""

import os
import signal
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import cv2
import numpy as np

import app.camera.opencv
import main as program
import models.recognizer
from app.camera.live import LiveCamera
from app.demo_clip import DEMO
from app.events import Events
from app.meters import Meter, Percentiles
from app.replay import Replay
from benchmarks.machine import machine_line
from common.arguments import CommandParser, number, positive
from common.command import command
from common.video import video_pictures
from models.clip_network import ClipStream
from models.decoder import Decoder
from models.frame import Frame, Image
from models.framing.auto import AutoFraming
from models.network import NetworkStream
from models.recognition import Recognition
from models.recognizer import Recognizer

SIZE, FPS = (640, 480), 30.0
WARM_UP_S = 2.0
"""Seconds of the stream before the measurement."""

Snapshot = dict[str, float]
"""CPU seconds by part, by thread and of the process."""


class AppCosts:
    """Measures main.py's pipeline: CPU seconds by part, and the latency of each frame with a step."""

    def __init__(self) -> None:
        self._parts: dict[str, float] = defaultdict(float)
        self._captured_s: dict[int, float] = {}
        self._seeing = threading.local()
        self.snapshots: list[tuple[float, Snapshot]] = []
        """The stream's time and the CPU seconds, at the end of the warm-up and at the newest frame."""
        self.latency_ms: list[float] = []
        """By the clock, from a frame's capture until every observer has its step."""
        self.painted = 0
        """Pictures that were painted on the window since the warm-up."""
        self.computing_ms: list[float] = []
        """The CPU time of the same, in the pipeline's thread."""

    def timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with its CPU time added to a part."""

        def call(*args: Any, **kwargs: Any) -> Any:
            began_s = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                self._parts[part] += time.thread_time() - began_s

        return call

    def keep(self, camera: LiveCamera, frame: Frame, keep: Callable[[LiveCamera, Frame], None]) -> None:
        """Record the time of a frame; replaces `LiveCamera._keep`."""
        self._captured_s[id(frame.image)] = time.perf_counter()
        keep(camera, frame)

    def see(self, recognizer: Recognizer, frame: Frame, see: Callable[..., Recognition]) -> Recognition:
        """Record when work on a frame began; replaces `Recognizer.see`."""
        self._seeing.began_s = time.thread_time()
        return see(recognizer, frame)

    def report(self, events: Events, seen: Recognition, report: Callable[..., None]) -> None:
        """Record when every observer has a frame; replaces `Events.see`."""
        report(events, seen)
        captured_s = self._captured_s.pop(id(seen.frame.image))
        if seen.frame.time_s < WARM_UP_S:
            return
        if seen.steps:
            self.latency_ms.append(1000 * (time.perf_counter() - captured_s))
            self.computing_ms.append(1000 * (time.thread_time() - self._seeing.began_s))
        snapshot = self._snapshot()
        if not self.snapshots or self.snapshots[0][1].keys() <= snapshot.keys():  # else a thread is over already
            self.snapshots[1:] = [(seen.frame.time_s, snapshot)]

    def _counting(self) -> Any:
        """Count painted pictures; on a busy machine some are replaced before they are painted."""
        from app.overlay import picture

        scale = picture.scale_into

        def count(*args: Any) -> None:
            scale(*args)
            self.painted += bool(self.snapshots)

        return mock.patch.object(picture, "scale_into", count)

    def _snapshot(self) -> Snapshot:
        threads = {thread.name: _cpu_seconds(thread) for thread in threading.enumerate()}
        return {**self._parts, **threads, "whole process": time.process_time()}

    def shares(self) -> Snapshot:
        """CPU seconds per second of the stream."""
        (from_s, before), (to_s, after) = self.snapshots[0], self.snapshots[-1]
        return {name: (spent - before.get(name, 0.0)) / (to_s - from_s) for name, spent in after.items()}

    def watch(self, window: bool) -> ExitStack:
        """Install the measurement until the stack is closed."""
        parts: list[tuple[str, object, str]] = [
            ("colour order", app.camera.opencv, "to_rgb"),
            ("scaling", models.recognizer, "to_picture"),
            ("stream network", NetworkStream, "step"),
            ("clip network", ClipStream, "step"),
            ("framing", AutoFraming, "region"),
            ("decoder", Decoder, "update"),
            ("memory of moments", Replay, "see"),
            ("readings", Meter, "see"),
        ]
        stack = ExitStack()
        for part, owner, name in parts:
            stack.enter_context(mock.patch.object(owner, name, self.timed(part, getattr(owner, name))))
        for owner, name, watch in ((LiveCamera, "_keep", self.keep), (Recognizer, "see", self.see)):
            stack.enter_context(mock.patch.object(owner, name, _around(watch, getattr(owner, name))))
        report = self.timed("events", Events.see)
        stack.enter_context(mock.patch.object(Events, "see", _around(self.report, report)))
        if window:
            stack.enter_context(_closing_window())
            stack.enter_context(self._counting())
        return stack


def _around(watch: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """A method that calls the measurement with the original method."""
    return lambda *args: watch(*args, function)


def without_hint() -> None:
    """Let the window open as at later starts, without the first-run list of gestures."""
    from PyQt6.QtCore import QSettings

    from app.overlay.main_window import HINT_SEEN
    from app.overlay.session import NAME

    QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, NAME, NAME).setValue(HINT_SEEN, True)


def _closing_window() -> Any:
    """Close the window at the end of the stream; normally it stays open."""
    from app.overlay.bridge import Bridge

    def interrupt(bridge: Bridge) -> None:
        del bridge
        os.kill(os.getpid(), signal.SIGINT)

    return mock.patch.object(Bridge, "end", interrupt)


def _cpu_seconds(thread: threading.Thread) -> float:
    assert thread.ident is not None
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))


def write_film(path: Path, seconds: float, still: bool) -> None:
    """The bundled clip in a loop, or its first picture with noise, at a webcam's size."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), FPS, SIZE)  # type: ignore[attr-defined]
    for _, image in zip(range(round(seconds * FPS)), _still_for_ever() if still else _clip_for_ever(), strict=False):
        writer.write(image)
    writer.release()


def _still_for_ever() -> Iterator[Image]:
    first, random = next(_clip_for_ever()), np.random.default_rng(0)
    while True:
        yield np.clip(first + random.normal(0, 2, first.shape), 0, 255).astype(np.uint8)


def _clip_for_ever() -> Iterator[Image]:
    while True:
        image = None
        for image in video_pictures(DEMO):
            if image is not None:
                yield cv2.resize(image, SIZE).astype("uint8", copy=False)
        if image is None:
            raise SystemExit(f"{DEMO} cannot be read")


@command("app_cpu")
def main(arguments: list[str] | None = None) -> int:
    """Run the app and print its costs."""
    parser = CommandParser(prog="python -m benchmarks.app_cpu", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=number(float, 1), default=20.0, help=f"of the stream, after {WARM_UP_S:g} s")
    parser.add_argument("--window", action="store_true", help="with the window")
    parser.add_argument("--still", action="store_true", help="a picture without movement")
    parser.add_argument("--cameras", type=positive, default=1, help="how many")
    parser.add_argument("--model", help="another model file than the shipped one")
    parser.add_argument("--networks", choices=("stream", "both", "auto"), default="auto", help="as main.py --networks")
    given = parser.parse_args(arguments)
    costs = AppCosts()
    with tempfile.TemporaryDirectory() as folder, costs.watch(given.window):
        os.environ["XDG_CONFIG_HOME"] = folder  # the window's place is not to be remembered
        if given.window:
            without_hint()
        film = Path(folder) / "film.avi"
        write_film(film, given.seconds + WARM_UP_S, given.still)
        line = ["--realtime", "--events", os.devnull, "--networks", given.networks]
        for camera in range(given.cameras):
            feed = film.with_name(f"camera{camera}.avi")
            feed.hardlink_to(film)
            line += ["--camera", str(feed)]
        line += [] if given.window else ["--headless"]
        line += ["--model", given.model] if given.model else []
        status = program.main(line)
    if status not in (0, 130) or len(costs.snapshots) < 2 or not costs.latency_ms:
        print("too few frames to measure; give more --seconds", file=sys.stderr)
        return 2
    print(table(costs, given.window, given.cameras))
    return 0


def table(costs: AppCosts, window: bool, cameras: int) -> str:
    """Shares as Markdown, then the way of a frame, then the machine. Several cameras have one thread each."""
    shares = costs.shares()
    line = shares.pop("recognition" if window else "MainThread", 0.0)
    film = sum(shares.pop(name) for name in list(shares) if name.startswith("frames of")) - shares["colour order"]
    painting = shares.pop("MainThread", 0.0)
    whole = shares.pop("whole process")
    inside = sum(share for name, share in shares.items() if name != "colour order")
    rest = {"rest of the pipeline": line - inside, "painting": painting} if cameras == 1 else {}
    rows = {**shares, **rest, "**sum without decoding**": whole - film}
    lines = [f"| {'with' if window else 'without'} a window | % of one core |", "|---|---|"]
    lines += [f"| {name} | {100 * share:.2f} |" for name, share in {**rows, "decoding the film": film}.items()]
    computing = {"computing": costs.computing_ms} if cameras == 1 else {}
    for name, spent in {"by the clock": costs.latency_ms, **computing}.items():
        times = Percentiles.of(spent)
        lines.append(f"\ncapture to event, {name}: p50 {times.p50:.2f}, p95 {times.p95:.2f}, p99 {times.p99:.2f} ms")
    lines.append(f"\n{len(costs.latency_ms)} steps, {costs.painted} pictures painted; " + machine_line())
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
