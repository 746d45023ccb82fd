"""Pipeline: the parts of the run of one camera, ready to start."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.camera.base import Camera
from app.events import Events
from app.loop import Limits, Switches, run
from app.meters import Meter
from app.observer import Observer
from models.recognizer import Recognizer


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The arguments of `app.loop.run`."""

    camera: Camera
    recognizer: Recognizer
    events: Events
    observers: Sequence[Observer]
    limits: Limits
    meter: Meter
    switches: Switches = field(default_factory=Switches)

    def run(self, *observers: Observer) -> None:
        """Run until the end; further observers are called after the pipeline's own."""
        every = [*self.observers, *observers]
        run(self.camera, self.recognizer, self.events, every, self.limits, self.switches, self.meter)
