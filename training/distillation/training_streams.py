"""Training streams: successive scenes made of recordings, seen by one camera, with rests between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.spec import NO_GESTURE_LABELS
from training.distillation.camera_augmentation import CameraModel, apply_appearance, sample_camera, teacher_camera, warp
from training.distillation.matting import Cutout, is_matte, sample_cutout
from training.jester import mirrored, reversed_in_time
from training.recording_list import FrameCache, Recording

SHARES = {
    "generated": 0.12,
    "cutouts": 0.12,
    "footage": 0.08,
    "keyed": 0.08,
    "plainwall": 0.0,  # used keyed, as the next two
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
"""Probability of each source, per scene; recordings of other sources share the rest equally."""
LABEL_WEIGHT = {
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
"""Weight of a source's label relative to the teacher's output, 0..1; 0 for sources not listed. Hands of signers, for
example, sometimes resemble gestures, and a network trained on these as idle only forgets the gestures."""
AMBIGUOUS_SOURCES = ("plain_unsure",)
"""Sources whose gestures may have either direction; the teacher decides."""
NOT_BACKGROUNDS = ("footage", "plainwall")
"""Sources that show hands in front of a wall; they are not used as backgrounds."""
SPEEDS = {"silhouettes": (1.4, 2.4), "nvgesture": (0.9, 1.4), "footage": (0.6, 1.8), "keyed": (0.6, 1.8)}
DEFAULT_SPEEDS = (0.8, 1.2)
"""Range of the playback speed; silhouettes were recorded slowly."""
FAST_SPEEDS = (1.2, 2.2)
"""Range of an additional factor for a share of the scenes: some people gesture twice as fast as those in the teacher's
training data."""
IDLE_FRAMES = 10
"""Frames at the beginning of a recording with little movement."""
REST_S = (-0.75, 1.5)
"""Range of the rest at either end of a scene; below 0 is none, since some gestures follow immediately."""


@dataclass(frozen=True, slots=True, eq=False)
class PlayedScene:
    """The plan of a scene: a recording played once, with rests."""

    recording: Recording
    frames: NDArray[np.int64]
    """The frame at each step."""
    label: str
    gestures: tuple[range, ...]
    """The steps of each repetition of the gesture."""
    speed: float
    """Playback speed; 1 is normal."""
    behind: Recording | None
    """The background of a matte."""


@dataclass(frozen=True, slots=True, eq=False)
class FilmedScene:
    """The pictures of a scene, and its labels."""

    pictures: Image
    """uint8 [T, H, W, 3]."""
    teacher_pictures: Image
    """The same through the teacher's camera, uint8 [T, side, side, 3]."""
    labels: tuple[int, ...]
    """One label, or both directions of a gesture if the direction is unknown."""
    label_weight: float
    """Weight of the labels relative to the teacher's output, 0..1."""
    gestures: tuple[range, ...]
    """The steps of each repetition of the gesture; empty for an idle label."""
    speed: float = 1.0
    """Playback speed; 1 is normal."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingStream:
    """A stream of successive scenes."""

    scenes: tuple[FilmedScene, ...]
    steps: int

    @property
    def pictures(self) -> Image:
        """uint8 [T, H, W, 3]."""
        return np.concatenate([scene.pictures for scene in self.scenes])[: self.steps]

    @property
    def teacher_pictures(self) -> Image:
        """The same through the teacher's camera, uint8 [T, side, side, 3]."""
        return np.concatenate([scene.teacher_pictures for scene in self.scenes])[: self.steps]

    def at(self, step: int) -> tuple[FilmedScene, int]:
        """The scene of a step, and the step within the scene."""
        for scene in self.scenes:
            if step < len(scene.pictures):
                return scene, step
            step -= len(scene.pictures)
        raise IndexError(f"step {step} is beyond the end of the stream")


class StreamSampler:
    """Samples training streams.

    Args:
        recordings: the recordings to use.
        cache: reads their pictures.
        labels: the network's labels.
        size: side of a picture in pixels.
        teacher_side: side of a teacher's picture in pixels.
        rate_hz: steps per second.
        faster: share of the scenes that are played faster, 0..1.
    """

    def __init__(
        self,
        recordings: Sequence[Recording],
        cache: FrameCache,
        labels: tuple[str, ...],
        size: int,
        teacher_side: int,
        rate_hz: float,
        faster: float = 0.5,
    ) -> None:
        self._recordings = list(recordings)
        self._cache = cache
        self._labels = labels
        self._size = size
        self._teacher_side = teacher_side
        self._rate_hz = rate_hz
        self._faster = faster
        self._rooms = [r for r in self._recordings if not is_matte(r) and r.source not in NOT_BACKGROUNDS]
        self._odds = _odds(self._recordings)

    def draw(self, rng: np.random.Generator, steps: int) -> TrainingStream:
        """A random stream with a number of steps."""
        camera = sample_camera(rng)
        cameras = camera, teacher_camera(camera, rng)
        scenes: list[FilmedScene] = []
        while (length := sum(len(scene.pictures) for scene in scenes)) < steps:
            scenes.append(self._film(self._draw_scene(rng), cameras, rng, length))
        return TrainingStream(tuple(scenes), steps)

    def _draw_scene(self, rng: np.random.Generator) -> PlayedScene:
        recording = self._recordings[int(rng.choice(len(self._recordings), p=self._odds))]
        low, high = SPEEDS.get(recording.source, DEFAULT_SPEEDS)
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
        """A rest of random length at one end of a movement: its first or last three frames, to and fro."""
        frames = movement[:3] if end == 0 else movement[-3:][::-1]
        sway = np.concatenate([frames, frames[::-1]])
        steps = int(max(0.0, rng.uniform(*REST_S)) * self._rate_hz)
        rest = np.resize(sway, steps)
        return rest[::-1] if end == 0 else rest

    def _film(
        self, scene: PlayedScene, cameras: tuple[CameraModel, CameraModel], rng: np.random.Generator, first_step: int
    ) -> FilmedScene:
        name = mirrored(scene.label) if cameras[0].mirrored else scene.label
        names = (name, reversed_in_time(name)) if scene.recording.source in AMBIGUOUS_SOURCES else (name,)
        pictures, teacher_pictures = zip(*self._pictures(scene, cameras, rng, first_step), strict=True)
        return FilmedScene(
            np.stack(pictures),
            np.stack(teacher_pictures),
            tuple(self._labels.index(each) for each in dict.fromkeys(names)),
            LABEL_WEIGHT.get(scene.recording.source, 0.0),
            () if name in NO_GESTURE_LABELS else scene.gestures,
            scene.speed,
        )

    def _pictures(
        self, scene: PlayedScene, cameras: tuple[CameraModel, CameraModel], rng: np.random.Generator, first_step: int
    ) -> Iterator[tuple[Image, Image]]:
        """Each step's picture through the stream's camera, and through the teacher's."""
        camera, still = cameras
        cutout = sample_cutout(scene.recording, rng) if scene.behind else None
        shots = self._cache.pictures(scene.recording)
        behind = self._cache.pictures(scene.behind) if scene.behind else None
        around = self._around(rng)
        for k, frame in enumerate(scene.frames):
            shot, time_s = shots[frame], (first_step + k) / self._rate_hz
            if cutout is not None and behind is not None:
                shot = self._over(cutout, shot, behind, k)
            picture = apply_appearance(camera, warp(camera, shot, self._size, time_s, around), rng)
            yield picture, apply_appearance(still, warp(still, shot, self._teacher_side, time_s), rng)

    def _around(self, rng: np.random.Generator) -> Image | None:
        """A blurred picture of another recording to show beyond the edges; None reflects the recording."""
        room = self._room(rng) if rng.random() < 0.7 else None
        if room is None:
            return None
        picture = np.asarray(self._cache.pictures(room)[0])
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 4)), np.uint8)

    def _room(self, rng: np.random.Generator) -> Recording | None:
        """A random recording for the background, if there is one."""
        return self._rooms[rng.integers(len(self._rooms))] if self._rooms else None

    def _over(self, cutout: Cutout, shot: Image, behind: Image, step: int) -> Image:
        """Composite a matte's shot over the first frames of the background, played to and fro."""
        beat = max(1, min(len(behind), IDLE_FRAMES) - 1)
        return cutout.over(shot, behind[beat - abs(step % (2 * beat) - beat)], step)


def _odds(recordings: Sequence[Recording]) -> NDArray[np.float64]:
    """The probability of each recording, [recordings]."""
    counts: dict[str, int] = {}
    for recording in recordings:
        counts[recording.source] = counts.get(recording.source, 0) + 1
    others = sum(count for source, count in counts.items() if source not in SHARES)
    rest = 1 - sum(share for source, share in SHARES.items() if source in counts)
    odds = np.array([SHARES[r.source] / counts[r.source] if r.source in SHARES else rest / others for r in recordings])
    return odds / odds.sum()
