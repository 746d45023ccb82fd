"""Clips in which a cut-out hand performs a gesture in front of a real room."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from models.frame import Image
from training.distillation.matting import SKIN
from training.stills.actor import Actor
from training.stills.album import Album
from training.stills.hand_cutout import HandCutout
from training.stills.moves import MOVES, STROKES
from training.synthetic.camera import PinholeCamera
from training.synthetic.cones import Reals
from training.synthetic.drawn_clip import Event, Format, living
from training.synthetic.gestures import REST, Script, script
from training.synthetic.keyframes import follow
from training.synthetic.sensor import Sensor
from training.synthetic.shift import shifted

LABELS = tuple(MOVES)
"""The labels that stills can perform."""
_CONTRAST = 1.5
"""Exponent of the conversion to linear light; below 2, since stills have more contrast than webcam frames."""
_FORMAT = Format()
_MARGIN = 1.15
"""Size of the room picture relative to the frame: the margin allows for the sway of the person."""


@dataclass(frozen=True, slots=True, eq=False)
class CutoutClip:
    """A clip; its frames are rendered on demand."""

    seed: int
    format: Format
    script: Script
    lead_s: float
    """Seconds before the hand leaves its rest position."""
    duration_s: float
    actor: Actor
    room: Reals
    """[H, W, 3] linear RGB, H and W larger than the picture by _MARGIN."""
    sensor: Sensor
    events: tuple[Event, ...]

    def __len__(self) -> int:
        return round(self.duration_s * self.format.fps)

    def frames(self) -> Iterator[Image]:
        """Render the frames in order, uint8 [H, W, 3] RGB."""
        rng = np.random.default_rng((self.seed, 2))
        meant = follow(self.script.keys, np.linspace(*self.script.spans_s[0], 9))
        shows_palm = bool(meant.axes[:, 2, 2].mean() <= 0)
        for k in range(len(self)):
            yield self.sensor.expose(self._light(k / self.format.fps, shows_palm), k / self.format.fps, rng)

    def _light(self, time_s: float, shows_palm: bool) -> Reals:
        """The picture before the camera model, [H, W, 3] linear RGB."""
        behind = self._behind(time_s)
        opened = np.arange(self.format.moments) / self.format.moments * self.format.shutter / self.format.fps
        path = living(follow(self.script.keys, time_s - self.lead_s + opened), time_s + opened, self.seed)
        if path.at[:, 1].min() >= REST.at[1] - 0.02:
            return behind
        layer = self.actor.layer(path, shows_palm)
        if self.script.mirrored:
            layer = np.ascontiguousarray(layer[:, ::-1])
        return np.asarray(layer[..., :3] + behind * (1 - layer[..., 3:]), np.float32)

    def _behind(self, time_s: float) -> Reals:
        height, width = self.format.height, self.format.width
        sway = 0.012 * height * np.sin(0.9 * time_s + self.seed), 0.006 * height * np.sin(1.7 * time_s)
        moved = shifted(self.room, *sway)
        top, left = ((a - b) // 2 for a, b in zip(moved.shape, (height, width), strict=False))
        return moved[top : top + height, left : left + width]


def generate(album: Album, label: str, seed: int, fmt: Format = _FORMAT, times: int = 1) -> CutoutClip:
    """Generate one clip of one gesture: about three seconds, the gesture at a random time.

    Args:
        album: the source of hands and rooms.
        label: one of LABELS.
        seed: the same seed gives the same bytes.
        fmt: size, rate and shutter.
        times: repetitions of the gesture.

    Raises:
        DataError: the album has no usable hand or room, or a picture in it cannot be read.
    """
    rng = np.random.default_rng((seed, LABELS.index(label), 77))
    performance = script(label, rng, strokes=STROKES, times=times)
    duration_s = max(3.0, performance.duration_s + 0.2)
    lead_s = float(rng.uniform(0, 1) * (duration_s - performance.duration_s))
    move = MOVES[label]
    camera = PinholeCamera(fmt.height, fmt.width, float(rng.uniform(1.1, 1.4)))
    hand = _tinted(album.hand(move.hand, rng), _skin(rng))
    bend = 1.2 if move.by_thumb else 0.8
    actor = Actor(hand, camera, float(rng.uniform(-0.45, -0.1)), bend, move.by_thumb)
    events = tuple(Event(label, lead_s + start_s, lead_s + end_s) for start_s, end_s in performance.spans_s)
    room = _room(album, fmt, rng)
    return CutoutClip(seed, fmt, performance, lead_s, duration_s, actor, room, Sensor.sample(rng), events)


def _skin(rng: np.random.Generator) -> Reals:
    """Sample a skin colour and its lighting, linear RGB."""
    colour = SKIN[rng.integers(len(SKIN) - 1)] / 255 * rng.normal(1, (0.04, 0.03, 0.04))
    return np.asarray(colour**2 * rng.uniform(0.8, 1.25), np.float32)


def _tinted(hand: HandCutout, skin: Reals) -> HandCutout:
    """The hand with another skin colour, premultiplied linear colour: one factor per channel."""
    linear = hand.sprite[..., :3] ** _CONTRAST
    tint = skin / np.average(linear.reshape(-1, 3), 0, hand.sprite[..., 3].ravel())

    def tinted(sprite: Reals) -> Reals:
        colour = np.clip(sprite[..., :3] ** _CONTRAST * tint, 0, 1)
        return np.dstack([colour * sprite[..., 3:], sprite[..., 3:]]).astype(np.float32)

    return replace(hand, sprite=tinted(hand.sprite), forearm=tinted(hand.forearm))


def _room(album: Album, fmt: Format, rng: np.random.Generator) -> Reals:
    """A random crop of a random room, possibly mirrored, with other brightness and blur, linear RGB."""
    picture = album.room(rng)
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
    height, width = round(fmt.height * _MARGIN), round(fmt.width * _MARGIN)
    zoom = max(height / picture.shape[0], width / picture.shape[1]) * rng.uniform(1.0, 1.9)
    spare = zoom * np.array(picture.shape[1::-1]) - (width, height)
    left, top = rng.uniform((0.2, 0.1), (0.8, 0.7)) * spare
    where = np.array([[zoom, 0, -left], [0, zoom, -top]])
    shown = cv2.warpAffine(np.ascontiguousarray(picture), where, (width, height), borderMode=cv2.BORDER_REPLICATE)
    blurred = cv2.GaussianBlur(shown, (0, 0), float(rng.uniform(0.002, 0.012)) * fmt.height)
    light = rng.uniform(0.6, 1.2) * rng.normal(1, (0.05, 0.02, 0.05))
    return np.asarray((blurred.astype(np.float32) / 255) ** 2 * light, np.float32)
