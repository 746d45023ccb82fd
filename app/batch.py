"""Many cameras in a batch: on each tick of one clock, the newest frame of each goes through the network at once.

The clock has the model's rate and a thread of its own, which does the work for all of them. It never waits: a camera
that has nothing new is left to `BatchRecognizer`, one that hangs has nothing new.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.camera.base import Camera
from app.events import Events
from app.loop import Limits, Switches
from app.meters import Meter
from app.worker import Worker
from models.batch_recognizer import BatchRecognizer
from models.errors import CameraError
from models.frame import Frame
from models.recognition import Recognition

PATIENCE_S = 5.0
"""How long `close` waits for the tick that is under way."""


@dataclass(eq=False)
class Seat:
    """One camera's place in the batch."""

    camera: Camera
    events: Events
    limits: Limits
    switches: Switches
    row: int = field(init=False)
    """The batch's, from when it is let in."""
    error: BaseException | None = None
    over: bool = False
    left: threading.Event = field(default_factory=threading.Event)
    """Set when the clock has let go of it."""

    def __post_init__(self) -> None:
        self.meter = Meter(self.camera)

    def next(self) -> Frame | None:
        """The newest frame, if there is one that was not returned before."""
        self.over = self.over or self.switches.stop.is_set() or self.camera.ended
        return None if self.over else self.camera.next(timeout_s=0)

    def see(self, seen: Recognition) -> None:
        """Take what was recognised on one frame."""
        self.meter.see(seen)
        self.events.see(seen)
        self.over = self.limits.reached(self.meter.frames, self.meter.duration_s)

    @contextmanager
    def failing(self) -> Iterator[None]:
        """What goes wrong with this camera, its frames or in telling of them ends this seat and nobody else's."""
        try:
            yield
        except Exception as error:  # it is raised again in the camera's own thread, whatever it is
            self.error, self.over = error, True


class Batch:
    """The cameras that step together.

    Args:
        recognizer: has a row for each; no more than that get in.
    """

    def __init__(self, recognizer: BatchRecognizer) -> None:
        self._recognizer = recognizer
        self._free = list(reversed(range(recognizer.streams)))
        self._seats: list[Seat] = []
        self._changing = threading.Lock()
        self._over = False
        self._error: BaseException | None = None
        self._stop = threading.Event()
        self._clock = Worker(self._run, on_end=self._end, on_error=self._end)

    def start(self) -> None:
        """Begin to tick."""
        self._clock.start()

    def close(self) -> None:
        """Tick no more; whoever is still in ends."""
        self._stop.set()
        self._clock.join(PATIENCE_S)

    def run(self, camera: Camera, events: Events, limits: Limits, switches: Switches) -> None:
        """Run one camera's line: come in, and wait until it is over.

        Raises:
            CameraError: the batch is full or has ended, or the camera cannot deliver any more.
            Exception: what ended the clock, such as a network that breaks.
        """
        seat = Seat(camera, events, limits, switches)
        events.header(self._recognizer.networks, self._recognizer.framing)
        try:
            self._let_in(seat)
            seat.left.wait()
            if seat.error:
                raise seat.error
        finally:
            events.summary(seat.meter)

    def tick(self) -> None:
        """Take the newest frame of every camera, step once, and tell what was understood."""
        with self._changing:
            seats = list(self._seats)
        for seat in seats:
            with seat.failing():
                if frame := seat.next():
                    self._recognizer.show(seat.row, frame)
        for seat, recognition in self._step(seats).items():
            with seat.failing():
                seat.see(recognition)
        for seat in seats:
            if seat.over:
                self._let_go(seat)

    def _step(self, seats: list[Seat]) -> dict[Seat, Recognition]:
        """Step once; what was understood in the frames of those that had one."""
        self._recognizer.step()
        seen = {}
        for seat in seats:
            with seat.failing():
                if not seat.over and (recognition := self._recognizer.read(seat.row)):
                    seen[seat] = recognition
        return seen

    def _let_in(self, seat: Seat) -> None:
        """Give a seat a row, if one is free and the clock goes on."""
        with self._changing:
            if self._over:
                raise self._error or CameraError("the batch has ended")
            if not self._free:
                raise CameraError(f"the batch is full: it has room for {self._recognizer.streams} cameras")
            seat.row = self._free.pop()
            self._seats.append(seat)

    def _let_go(self, seat: Seat) -> None:
        """Free a seat's row for another camera."""
        self._recognizer.reset(seat.row)
        with self._changing:
            self._seats.remove(seat)
            self._free.append(seat.row)
        seat.left.set()

    def _run(self) -> None:
        for _ in ticks(self._recognizer.spec.rate_hz, self._stop):
            self.tick()

    def _end(self, error: BaseException | None = None) -> None:
        """The clock stands still: nobody may wait for it, now or later."""
        with self._changing:
            self._over, self._error = True, error
            seats, self._seats = self._seats, []
        for seat in seats:
            seat.error = seat.error or error
            seat.left.set()


def ticks(rate_hz: float, stop: threading.Event) -> Iterator[None]:
    """The ticks of a clock, until somebody says stop; those that passed while one was being served are left out."""
    next_s = time.monotonic()
    while not stop.wait(max(0.0, next_s - time.monotonic())):
        yield
        next_s = max(next_s + 1 / rate_hz, time.monotonic())
