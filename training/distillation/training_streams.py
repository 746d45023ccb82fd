"""Streams to learn from: recordings played one after another before one camera, with rest between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.spec import NO_GESTURE_LABELS
from training.distillation.augment import Optics, develop, draw_camera, frame_up, steady
from training.distillation.matting import Cutout, cut_out, is_matte
from training.jester import mirrored, reversed_in_time
from training.recording_list import FrameCache, Recording

SHARES = {
    "generated": 0.12,
    "cutouts": 0.12,
    "footage": 0.08,
    "keyed": 0.08,
    "plainwall": 0.0,  # keyed, it is the next two
    "plain_sure": 0.12,
    "plain_unsure": 0.05,
    "nvgesture": 0.1,
    "silhouettes": 0.06,
    "driver": 0.04,
    "faces": 0.04,
    "nmadapan": 0.03,
    "ivokersten": 0.02,
    "dun_wlasl": 0.01,
    "xbaro": 0.01,
}
"""How often a source is played, of all scenes; what is left is shared by recordings of the other sources."""
TRUST = {
    "generated": 0.7,
    "cutouts": 0.5,
    "plain_sure": 0.4,
    "plain_unsure": 0.4,
    "nvgesture": 0.7,
    "silhouettes": 0.5,
    "driver": 0.5,
    "faces": 0.5,
    "nmadapan": 0.5,
    "ivokersten": 0.3,
    "xbaro": 0.5,
}
"""How much a source's label counts against the teacher's answer. Where it is not here, it does not: signers' hands do
look like gestures now and then, and a network that only ever hears that they are none forgets the gestures."""
UNSURE = ("plain_unsure",)
"""Sources whose gestures go one way or the other; which, a teacher says."""
NO_ROOM = ("footage", "plainwall")
"""Sources that show hands before a wall and nobody; they are no room behind others."""
SPEEDS = {"silhouettes": (1.4, 2.4), "nvgesture": (0.9, 1.4), "footage": (0.6, 1.8), "keyed": (0.6, 1.8)}
USUAL_SPEED = (0.8, 1.2)
"""How fast recordings are played; silhouettes were recorded slowly."""
FAST_SPEEDS = (1.2, 2.2)
"""A share of the scenes is played faster still, by a factor between these: some people gesture twice as fast as those
whom the teacher was trained on."""
IDLE_FRAMES = 10
"""Frames at the beginning of a recording in which people hardly move yet."""
REST_S = (-0.75, 1.5)
"""How long a scene rests at either end; below 0, not at all: some gestures follow close on one another."""


@dataclass(frozen=True, slots=True, eq=False)
class PlayedScene:
    """A recording played once, from rest to rest."""

    recording: Recording
    frames: NDArray[np.int64]
    """The frame at each step."""
    label: str
    made: tuple[range, ...]
    """The steps of each time the gesture is made."""
    speed: float
    """How many times faster than usual it is played."""
    behind: Recording | None
    """What is seen behind a matte."""


@dataclass(frozen=True, slots=True, eq=False)
class FilmedScene:
    """A scene as it was filmed, and what is known of it."""

    pictures: Image
    """uint8 [T, H, W, 3]."""
    looked_at: Image
    """The same as a teacher sees it, uint8 [T, side, side, 3]."""
    labels: tuple[int, ...]
    """What it may be: one label, or both directions of a gesture where a recording does not tell which."""
    trust: float
    """How sure that is, 0..1."""
    made: tuple[range, ...]
    """The steps of each time the gesture is made; none if it is none."""
    speed: float = 1.0
    """How many times faster than usual it is played."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingStream:
    """A piece of continuous video: the scenes it is made of, one after another."""

    scenes: tuple[FilmedScene, ...]
    steps: int

    @property
    def pictures(self) -> Image:
        """uint8 [T, H, W, 3]."""
        return np.concatenate([scene.pictures for scene in self.scenes])[: self.steps]

    @property
    def looked_at(self) -> Image:
        """The same as a teacher sees it, uint8 [T, side, side, 3]."""
        return np.concatenate([scene.looked_at for scene in self.scenes])[: self.steps]

    def at(self, step: int) -> tuple[FilmedScene, int]:
        """The scene of a step, and which step of the scene it is."""
        for scene in self.scenes:
            if step < len(scene.pictures):
                return scene, step
            step -= len(scene.pictures)
        raise IndexError(f"step {step} past the end of the stream")


class Playlist:
    """Recordings to draw streams from.

    Args:
        recordings: what may be played.
        cache: where their pictures are.
        labels: the network's labels.
        size: side of a picture in pixels.
        looked_at: side of a teacher's picture in pixels.
        rate_hz: steps a second.
        faster: share of the scenes that are played faster, 0..1.
    """

    def __init__(
        self,
        recordings: Sequence[Recording],
        cache: FrameCache,
        labels: tuple[str, ...],
        size: int,
        looked_at: int,
        rate_hz: float,
        faster: float = 0.5,
    ) -> None:
        self._recordings = list(recordings)
        self._cache = cache
        self._labels = labels
        self._size = size
        self._looked_at = looked_at
        self._rate_hz = rate_hz
        self._faster = faster
        self._rooms = [r for r in self._recordings if not is_matte(r) and r.source not in NO_ROOM]
        self._odds = _odds(self._recordings)

    def draw(self, rng: np.random.Generator, steps: int) -> TrainingStream:
        """Draw a stream of so many steps."""
        camera = draw_camera(rng)
        cameras = camera, steady(camera, rng)
        scenes: list[FilmedScene] = []
        while (length := sum(len(scene.pictures) for scene in scenes)) < steps:
            scenes.append(self._show(self._draw_scene(rng), cameras, rng, length))
        return TrainingStream(tuple(scenes), steps)

    def _draw_scene(self, rng: np.random.Generator) -> PlayedScene:
        recording = self._recordings[int(rng.choice(len(self._recordings), p=self._odds))]
        low, high = SPEEDS.get(recording.source, USUAL_SPEED)
        speed = float(np.exp(rng.uniform(*np.log(FAST_SPEEDS)))) if rng.random() < self._faster else 1.0
        stride = rng.uniform(low, high) * speed * recording.fps / self._rate_hz
        length, spans = len(self._cache.pictures(recording)), recording.spans
        movement = np.arange(0, length, stride).astype(np.int64)
        backwards = rng.random() < 0.3
        if backwards:
            movement, spans = movement[::-1], tuple((length - end, length - start) for start, end in spans[::-1])
        lead, tail = (self._rest(rng, movement, end) for end in (0, -1))
        return PlayedScene(
            recording,
            np.concatenate([lead, movement, tail]),
            reversed_in_time(recording.label) if backwards else recording.label,
            tuple(range(len(lead) + int(start / stride), len(lead) + round(end / stride)) for start, end in spans),
            speed,
            self._room(rng) if is_matte(recording) and rng.random() < 0.85 else None,
        )

    def _rest(self, rng: np.random.Generator, movement: NDArray[np.int64], end: int) -> NDArray[np.int64]:
        """Stand nearly still at one end of a movement, or not at all: to and fro over its first or last few frames."""
        few = movement[:3] if end == 0 else movement[-3:][::-1]
        sway = np.concatenate([few, few[::-1]])
        steps = int(max(0.0, rng.uniform(*REST_S)) * self._rate_hz)
        rest = np.resize(sway, steps)
        return rest[::-1] if end == 0 else rest

    def _show(
        self, scene: PlayedScene, cameras: tuple[Optics, Optics], rng: np.random.Generator, first_step: int
    ) -> FilmedScene:
        name = mirrored(scene.label) if cameras[0].mirrored else scene.label
        names = (name, reversed_in_time(name)) if scene.recording.source in UNSURE else (name,)
        pictures, looked_at = zip(*self._film(scene, cameras, rng, first_step), strict=True)
        return FilmedScene(
            np.stack(pictures),
            np.stack(looked_at),
            tuple(self._labels.index(each) for each in dict.fromkeys(names)),
            TRUST.get(scene.recording.source, 0.0),
            () if name in NO_GESTURE_LABELS else scene.made,
            scene.speed,
        )

    def _film(
        self, scene: PlayedScene, cameras: tuple[Optics, Optics], rng: np.random.Generator, first_step: int
    ) -> Iterator[tuple[Image, Image]]:
        """Each step's picture by the stream's camera, and by the one that a teacher looks through."""
        camera, still = cameras
        cutout = cut_out(scene.recording, rng) if scene.behind else None
        shots = self._cache.pictures(scene.recording)
        behind = self._cache.pictures(scene.behind) if scene.behind else None
        around = self._around(rng)
        for k, frame in enumerate(scene.frames):
            shot, time_s = shots[frame], (first_step + k) / self._rate_hz
            if cutout is not None and behind is not None:
                shot = self._over(cutout, shot, behind, k)
            seen = develop(camera, frame_up(camera, shot, self._size, time_s, around), rng)
            yield seen, develop(still, frame_up(still, shot, self._looked_at, time_s), rng)

    def _around(self, rng: np.random.Generator) -> Image | None:
        """What is seen beyond a recording's edges: another room, or its reflection."""
        room = self._room(rng) if rng.random() < 0.7 else None
        if room is None:
            return None
        picture = np.asarray(self._cache.pictures(room)[0])
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 4)), np.uint8)

    def _room(self, rng: np.random.Generator) -> Recording | None:
        """Draw what is seen behind a matte, if there is any such recording."""
        return self._rooms[rng.integers(len(self._rooms))] if self._rooms else None

    def _over(self, cutout: Cutout, shot: Image, behind: Image, step: int) -> Image:
        """Lay a matte's shot over the room behind it, which rests: its first moments, to and fro."""
        beat = max(1, min(len(behind), IDLE_FRAMES) - 1)
        return cutout.over(shot, behind[beat - abs(step % (2 * beat) - beat)], step)


def _odds(recordings: Sequence[Recording]) -> NDArray[np.float64]:
    """How likely each recording is to be played next."""
    counts: dict[str, int] = {}
    for recording in recordings:
        counts[recording.source] = counts.get(recording.source, 0) + 1
    others = sum(count for source, count in counts.items() if source not in SHARES)
    rest = 1 - sum(share for source, share in SHARES.items() if source in counts)
    odds = np.array([SHARES[r.source] / counts[r.source] if r.source in SHARES else rest / others for r in recordings])
    return odds / odds.sum()
