"""Study how a stream network and a clip network decide together, on recordings that neither was trained on.

    python -m training.fusion STREAM.onnx CLIP.onnx --data ../shared/data [--clips runs/row_held]

The clip network looks at the last seconds of the stream while the stream network is not sure that nobody gestures. A
fused answer is the mean of both networks' logits, each divided by its temperature. Every row is one way of doing that,
read by the stream network's own rule: gestures fired, of how many, and wrong events, by group of recordings; then the
share of steps at which the clip network was asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from tqdm import tqdm

from calibration.take import Floats
from models.engines.clip_engine import ClipEngine
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.frame import Image
from models.softmax import softmax
from models.spec import NO_GESTURE_LABELS, Decoding, ModelSpec
from models.window import ClipWindow
from training.evaluation.stream_metrics import Truth
from training.evaluation.takes import Take
from training.judge import Score, events, score

LENGTHS_S = (16 / 6, 11 / 6, 4 / 3, 1.0, 2 / 3)
"""Of the windows that are tried."""
CLOSER = 0.65
"""Side of the closer square that is tried, in shorter sides of the picture, about its middle; the other is 1."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the clip network is shown."""

    length_s: float
    closer: bool = False


LOOKS = tuple(Look(length_s, closer) for closer in (False, True) for length_s in LENGTHS_S)


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What both networks answer along one recording, at every step."""

    group: str
    truths: tuple[Truth, ...]
    stream: Floats
    """[2, T, labels], logits of the stream network: of the whole square, and of the closer one."""
    clip: Floats
    """[looks, T, labels], logits of the clip network."""


@dataclass(frozen=True, slots=True)
class Fusion:
    """One way of deciding together."""

    looks: tuple[Look, ...] = ()
    """Whose logits are averaged; none is the stream network alone."""
    weight: float = 0.5
    """Of the clip network's logits; the stream network's is the rest."""
    temperature: float = 1.0
    """Of the clip network."""
    asked_below: float = 0.9
    """The clip network is asked while the stream network's smoothed probability of no gesture is below this."""
    every: int = 1
    """Steps between two answers of the clip network; the last one stands between them."""
    closer: bool = False
    """Whether the stream network sees the closer square."""
    decoding: Decoding | None = None
    """How the fused answer is read; None is the stream network's own way."""


@dataclass(slots=True)
class Result:
    """What a fusion made of all recordings."""

    groups: dict[str, Score] = field(default_factory=dict)
    asked: int = 0
    steps: int = 0

    @property
    def total(self) -> Score:
        """Over all groups."""
        return sum(self.groups.values(), Score())


def closer_takes(takes: Sequence[Take], size: int) -> list[Take]:
    """The middle of larger pictures, `size` pixels wide."""
    found = []
    for one in takes:
        first = (one.pictures.shape[1] - size) // 2
        middle = slice(first, first + size)
        found.append(replace(one, pictures=one.pictures[:, middle, middle]))
    return found


def stream_logits(engine: OnnxRuntimeEngine, pictures: Image) -> Floats:
    """The stream network's logits [T, labels] along pictures [T, H, W, 3]."""
    state, answers = engine.start(), []
    for picture in pictures:
        output, state = engine.step(np.ascontiguousarray(picture[None]), state)
        answers.append(output.logits[0])
    return np.stack(answers)


def clip_logits(engine: ClipEngine, pictures: Image, rate_hz: float, lengths_s: Sequence[float] = LENGTHS_S) -> Floats:
    """The clip network's logits [lengths, T, labels] at every step, of windows of each length."""
    window = ClipWindow(engine.spec.picture_shape, max(lengths_s), rate_hz)
    answers = []
    for step, picture in enumerate(pictures):
        window.append(picture, step / rate_hz)
        clips = [window.cut(length_s, engine.spec.pictures) for length_s in lengths_s]
        answers.append([engine.look(clip).logits[0] for clip in clips])
    return np.stack(answers, 1)


def answers_of(
    stream: OnnxRuntimeEngine, clip: ClipEngine, takes: Sequence[Take], closer: Sequence[Take]
) -> list[Answers]:
    """What both networks answer along all recordings, which are given whole and closer."""
    rate_hz, found = stream.spec.rate_hz, []
    for whole, near in tqdm(list(zip(takes, closer, strict=True)), "recordings", disable=None, leave=False):
        both = (whole.pictures, near.pictures)
        found.append(
            Answers(
                whole.group,
                whole.truths,
                np.stack([stream_logits(stream, pictures) for pictures in both]),
                np.concatenate([clip_logits(clip, pictures, rate_hz) for pictures in both]),
            )
        )
    return found


def fused(answers: Answers, fusion: Fusion, spec: ModelSpec) -> tuple[Floats, int]:
    """The fused probabilities [T, labels], and at how many steps the clip network was asked."""
    stream = answers.stream[int(fusion.closer)] / spec.temperature
    if not fusion.looks:
        return softmax(stream), 0
    quiet = smoothed(softmax(stream), spec)[:, [spec.labels.index(label) for label in NO_GESTURE_LABELS]].sum(1)
    clip = answers.clip[[LOOKS.index(look) for look in fusion.looks]].mean(0) / fusion.temperature
    logits, awake, asked = stream.copy(), 0, 0
    for step in range(len(stream)):
        if quiet[step] >= fusion.asked_below:
            awake = 0
            continue
        if awake % fusion.every == 0:
            newest = clip[step]
            asked += 1
        awake += 1
        logits[step] += fusion.weight * (newest - stream[step])
    return softmax(logits), asked


def smoothed(probabilities: Floats, spec: ModelSpec) -> Floats:
    """Probabilities [T, labels] as the decoder smooths them."""
    if spec.decoding.smooth_s == 0:
        return probabilities
    weight = 1 - np.exp(-1 / (spec.rate_hz * spec.decoding.smooth_s))
    rows = [probabilities[0]]
    for row in probabilities[1:]:
        rows.append(rows[-1] + weight * (row - rows[-1]))
    return np.stack(rows)


def judged(all_answers: Sequence[Answers], fusion: Fusion, spec: ModelSpec) -> Result:
    """What a fusion fires on all recordings."""
    result, decoding = Result(), fusion.decoding or spec.decoding
    for answers in all_answers:
        probabilities, asked = fused(answers, fusion, spec)
        found = events(probabilities, spec.labels, decoding, spec.rate_hz)
        one = score(found, answers.truths, len(probabilities) / spec.rate_hz)
        result.groups[answers.group] = result.groups.get(answers.group, Score()) + one
        result.asked += asked
        result.steps += len(probabilities)
    return result
