"""Streams made of an index's clips: one after another, in random order, with quiet between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.frame import Image
from models.preprocess import to_picture
from models.spec import ModelSpec
from training.datasets.base import BrokenClipError, Clip, read_frames
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_metrics import Truth
from training.recording_list import steps_of


@dataclass(frozen=True, slots=True)
class Montage:
    """How the streams are made."""

    clips: int = 20
    """Clips a stream; each stream begins with an empty past."""
    quiet_s: float = 2.0
    """How long each clip's first picture stands still before it moves, and the stream's last picture, in seconds."""
    seed: int = 0
    """Of the order."""


def montages(
    clips: Sequence[tuple[Clip, str]], spec: ModelSpec, montage: Montage, broken: list[str]
) -> Iterator[LabelledStream]:
    """The streams of labelled clips, made when asked for; the ids of clips that cannot be read are added to a list."""
    order = np.random.default_rng(montage.seed).permutation(len(clips))
    quiet = round(montage.quiet_s * spec.rate_hz)
    for first in range(0, len(order), montage.clips):
        pictures: list[Image] = []
        truths: list[Truth] = []
        for clip, label in (clips[k] for k in order[first : first + montage.clips]):
            try:
                moving = _moving(clip, spec)
            except BrokenClipError:
                broken.append(clip.id)
                continue
            pictures += [np.repeat(moving[:1], quiet, axis=0), moving]
            end = sum(map(len, pictures))
            truths.append(Truth(label, (end - len(moving)) / spec.rate_hz, end / spec.rate_hz))
        if pictures:
            pictures.append(np.repeat(pictures[-1][-1:], quiet, axis=0))
            yield LabelledStream("montage", np.concatenate(pictures), tuple(truths))


def _moving(clip: Clip, spec: ModelSpec) -> Image:
    """A clip's pictures at a model's rate, uint8 [T, H, W, 3]."""
    frames = read_frames(clip, steps_of(clip.frames, clip.fps, spec.rate_hz))
    return np.stack([to_picture(frame, spec.height, spec.width) for frame in frames])
