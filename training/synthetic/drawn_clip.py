"""Generated recordings with labels, of one gesture or of several in sequence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from training.jester import LABELS
from training.synthetic.camera import PinholeCamera
from training.synthetic.gestures import REST, Script, script
from training.synthetic.keyframes import HandPath, KeyFrame, follow
from training.synthetic.scene import Scene
from training.synthetic.sensor import Sensor


@dataclass(frozen=True, slots=True)
class Event:
    """A gesture that is performed, with its times in seconds."""

    label: str
    start_s: float
    """When the gesture itself starts, after the hand has come up."""
    end_s: float
    """When the gesture itself ends, before the hand leaves."""


@dataclass(frozen=True, slots=True)
class Format:
    """Image size, frame rate and shutter of a recording."""

    height: int = 112
    width: int = 150
    fps: float = 12.0
    moments: int = 4
    """Number of renderings averaged into one frame, over the time that the shutter is open."""
    shutter: float = 0.45
    """Share of the time between two frames during which it is open."""


class LabelledClip(Protocol):
    """A clip that can be written as a video with labels."""

    @property
    def format(self) -> Format:
        """Size and frame rate."""

    @property
    def events(self) -> tuple[Event, ...]:
        """Its gestures."""

    def frames(self) -> Iterator[Image]:
        """The frames in order, uint8 [H, W, 3] RGB."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawnClip:
    """A generated clip; its frames are rendered on demand."""

    seed: int
    format: Format
    scene: Scene
    sensor: Sensor
    keys: tuple[KeyFrame, ...]
    """The motion of the moving hand, as a right hand."""
    duration_s: float
    events: tuple[Event, ...]

    def __len__(self) -> int:
        return round(self.duration_s * self.format.fps)

    def path(self, times_s: NDArray[np.float64]) -> HandPath:
        """The moving hand, as a right hand, with slight random motion."""
        return living(follow(self.keys, times_s), times_s, self.seed)

    def frames(self) -> Iterator[Image]:
        """Render the frames in order, uint8 [H, W, 3] RGB."""
        rng = np.random.default_rng((self.seed, 2))
        for k in range(len(self)):
            yield self._frame(k / self.format.fps, rng)

    def _frame(self, time_s: float, rng: np.random.Generator) -> Image:
        opened = np.arange(self.format.moments) / self.format.moments * self.format.shutter / self.format.fps
        unit = self.format.height
        sway = (0.006 * unit * np.sin(0.9 * time_s + self.seed), 0.004 * unit * np.sin(1.7 * time_s))
        picture = self.scene.picture(self.path(time_s + opened), sway)
        return self.sensor.expose(picture, time_s, rng)


def living(path: HandPath, times_s: NDArray[np.float64], seed: int) -> HandPath:
    """Add slight pseudo-random motion, as a real hand has."""
    phases = np.random.default_rng((seed, 1)).uniform(0, 2 * np.pi, (2, 3))
    waves = np.sin(times_s[:, None] * (4.1, 5.3, 3.3) + phases[0]) + 0.6 * np.sin(
        times_s[:, None] * (9.7, 8.3, 11.1) + phases[1]
    )
    return replace(path, at=path.at + np.float32(0.0018 * waves))


def generate(
    label: str, seed: int, fmt: Format = Format(), duration_s: float | None = None, times: int = 1
) -> DrawnClip:
    """Generate one recording of one gesture, like those of Jester: about three seconds, the gesture at a random time.

    Args:
        label: one of LABELS.
        seed: the same seed gives the same bytes.
        fmt: size, rate and shutter.
        duration_s: length; default: three seconds, or more if the gesture needs it.
        times: repetitions of the gesture.
    """
    rng = np.random.default_rng((seed, LABELS.index(label)))
    performance = script(label, rng, times=times)
    length = duration_s or max(3.0, performance.duration_s + 0.2)
    lead = float(rng.uniform(0, 1) * max(length - performance.duration_s, 0))
    return _record(seed, fmt, rng, [(label, performance, lead)], length, performance.mirrored)


def stream(
    labels: Sequence[str],
    seed: int,
    fmt: Format = Format(),
    idle_s: tuple[float, float] = (0.8, 2.0),
    left_hand: bool | None = None,
) -> DrawnClip:
    """Generate one continuous recording: idle, the first gesture, idle, the second, ..., idle.

    Args:
        labels: the gestures in order, all with one hand.
        seed: the same seed gives the same bytes.
        fmt: size, rate and shutter.
        idle_s: the shortest and longest pause.
        left_hand: which hand moves; random by default.
    """
    rng = np.random.default_rng((seed, len(LABELS)))
    left = bool(rng.random() < 0.3) if left_hand is None else left_hand
    performances = [(label, script(label, rng, left), float(rng.uniform(*idle_s))) for label in labels]
    length = sum(lead + performance.duration_s for _, performance, lead in performances) + float(rng.uniform(*idle_s))
    return _record(seed, fmt, rng, performances, length, left)


def _record(
    seed: int,
    fmt: Format,
    rng: np.random.Generator,
    performances: Sequence[tuple[str, Script, float]],
    duration_s: float,
    mirrored: bool,
) -> DrawnClip:
    """Place performances one after another in a new scene, each after its pause."""
    keys, events, now = [REST], [], 0.0
    for label, performance, lead in performances:
        began = now + lead
        keys += [replace(REST, after_s=lead), *performance.keys[1:]]
        events += [Event(label, began + start_s, began + end_s) for start_s, end_s in performance.spans_s]
        now = began + performance.duration_s
    scene = Scene.sample(rng, PinholeCamera(fmt.height, fmt.width, float(rng.uniform(1.1, 1.4))), mirrored)
    return DrawnClip(seed, fmt, scene, Sensor.sample(rng), tuple(keys), duration_s, tuple(events))
