"""Streams made of an index's clips in random order, with pauses between them."""

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
    """The parameters of the streams."""

    clips: int = 20
    """Clips per stream; each stream starts from an empty state."""
    quiet_s: float = 2.0
    """Pause before each clip, which shows its first picture, and after the last, which shows its last."""
    seed: int = 0
    """Of the order."""


def montages(
    clips: Sequence[tuple[Clip, str]], spec: ModelSpec, montage: Montage, broken: list[str]
) -> Iterator[LabelledStream]:
    """The streams of labelled clips, made lazily; the ids of clips that cannot be read are appended to `broken`."""
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
    """A clip's pictures at the rate and size of a model, uint8 [T, H, W, 3]."""
    frames = read_frames(clip, steps_of(clip.frames, clip.fps, spec.rate_hz))
    return np.stack([to_picture(frame, spec.height, spec.width) for frame in frames])
