"""Study how a stream network and a clip network decide together, on recordings that neither was trained on.

    python -m training.fusion STREAM.onnx CLIP.onnx --data ../shared/data [--clips runs/row_held]

The clip network looks at the last seconds of the stream while the stream network is not sure that nobody gestures. A
fused answer is the mean of both networks' probabilities, each at its temperature. The fast pass is left out.

The first table tells what each window of the clip network names by itself: a gesture is named when its label is the
likeliest on average from its middle until a second after its end. In the second table every row is a way of deciding
together: gestures fired, of how many, and wrong events, by group of recordings, and the share of steps at which the
clip network was asked.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from common.arguments import CommandParser
from common.arrays import Floats
from common.command import command
from models.decoder import Decoder, GestureEvent
from models.engines.clip_engine import ClipEngine
from models.engines.clip_onnxruntime import OnnxRuntimeClipEngine
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.errors import ModelFileError
from models.frame import Image
from models.softmax import softmax
from models.spec import NO_GESTURE_LABELS, ModelSpec
from models.window import ClipWindow
from training.errors import DataError
from training.evaluation.judging_takes import all_takes, listed_takes
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_metrics import GRACE_S, Truth, gestures_of
from training.evaluation.stream_score import Score, score

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
class FusionRule:
    """One way of deciding together."""

    looks: tuple[Look, ...] = ()
    """Whose logits are averaged; none is the stream network alone."""
    weight: float = 0.5
    """Of the clip network's answer; the stream network's is the rest."""
    temperature: float = 0.5
    """Of the clip network."""
    asked_below: float = 0.8
    """The clip network is asked while the stream network's smoothed probability of no gesture is below this."""
    every: int = 1
    """Steps between two answers of the clip network; the last one stands between them."""
    closer: bool = False
    """Whether the stream network sees the closer square."""
    of_logits: bool = False
    """Whether the mean is of the networks' logits instead of their probabilities."""
    enter: float = 0.5
    """Smoothed probability at which a fused answer fires; it may fire again below half of it."""


LONG, MIDDLE, SHORT = LOOKS[:3]
FUSIONS = {
    "stream network": FusionRule(),
    "2.67 s": FusionRule((LONG,)),
    "1.83 s": FusionRule((MIDDLE,)),
    "1.33 s": FusionRule((SHORT,)),
    "2.67 and 1.83 s": FusionRule((LONG, MIDDLE)),
    "2.67 and 1.33 s": FusionRule((LONG, SHORT)),
    "1.83 s, closer": FusionRule((Look(MIDDLE.length_s, closer=True),)),
    "2.67 and 1.83 s, whole and closer": FusionRule(
        tuple(Look(one.length_s, near) for one in LOOKS[:2] for near in (False, True))
    ),
    "1.83 s, weight 0.3": FusionRule((MIDDLE,), 0.3),
    "1.83 s, weight 0.7": FusionRule((MIDDLE,), 0.7),
    "1.83 s, temperature 0.8": FusionRule((MIDDLE,), temperature=0.8),
    "1.83 s, asked below 0.9": FusionRule((MIDDLE,), asked_below=0.9),
    "1.83 s, at every second step": FusionRule((MIDDLE,), every=2),
    "1.83 s, enter 0.55": FusionRule((MIDDLE,), enter=0.55),
    "1.83 s, mean of logits, enter 0.5": FusionRule((MIDDLE,), of_logits=True),
    "1.83 s, mean of logits, enter 0.6": FusionRule((MIDDLE,), of_logits=True, enter=0.6),
}
"""What is tried."""


@dataclass(slots=True)
class FusionResult:
    """What a fusion made of all recordings."""

    groups: dict[str, Score] = field(default_factory=dict)
    asked: int = 0
    steps: int = 0

    @property
    def total(self) -> Score:
        """Over all groups."""
        return sum(self.groups.values(), Score())


def closer_takes(takes: Sequence[LabelledStream], size: int) -> list[LabelledStream]:
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
        answers.append([engine.run(clip).logits[0] for clip in clips])
    return np.stack(answers, 1)


def answers_of(
    stream: OnnxRuntimeEngine, clip: ClipEngine, takes: Sequence[LabelledStream], closer: Sequence[LabelledStream]
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


def fused(answers: Answers, fusion: FusionRule, spec: ModelSpec) -> tuple[Floats, NDArray[np.bool_]]:
    """The fused probabilities [T, labels], and at which steps [T] the clip network was asked."""
    stream = answers.stream[int(fusion.closer)] / spec.temperature
    asked = np.zeros(len(stream), bool)
    if not fusion.looks:
        return softmax(stream), asked
    quiet = smoothed(softmax(stream), spec)[:, [spec.labels.index(label) for label in NO_GESTURE_LABELS]].sum(1)
    clip = answers.clip[[LOOKS.index(look) for look in fusion.looks]].mean(0) / fusion.temperature
    alone = softmax(stream)
    probabilities, awake = alone.copy(), 0
    for step in range(len(stream)):
        if quiet[step] >= fusion.asked_below:
            awake = 0
            continue
        if awake % fusion.every == 0:
            newest, asked[step] = clip[step], True
        awake += 1
        if fusion.of_logits:
            probabilities[step] = softmax(stream[step] + fusion.weight * (newest - stream[step]))
        else:
            probabilities[step] += fusion.weight * (softmax(newest) - alone[step])
    return probabilities, asked


def fired(answers: Answers, fusion: FusionRule, spec: ModelSpec) -> tuple[list[GestureEvent], int]:
    """The gestures that a fusion fires, and at how many steps the clip network was asked."""
    probabilities, asked = fused(answers, fusion, spec)
    decoding = spec.decoding
    if fusion.looks:
        decoding = replace(decoding, rule=replace(decoding.rule, enter=fusion.enter, exit=fusion.enter / 2))
    decoder = Decoder(spec.labels, decoding)
    events = [decoder.update(row, step / spec.rate_hz) for step, row in enumerate(probabilities)]
    found = [event for event in events if event]
    return found, int(asked.sum())


def smoothed(probabilities: Floats, spec: ModelSpec) -> Floats:
    """Probabilities [T, labels] as the decoder smooths them."""
    if spec.decoding.smooth_s == 0:
        return probabilities
    weight = 1 - np.exp(-1 / (spec.rate_hz * spec.decoding.smooth_s))
    rows = [probabilities[0]]
    for row in probabilities[1:]:
        rows.append(rows[-1] + weight * (row - rows[-1]))
    return np.stack(rows)


def judged(all_answers: Sequence[Answers], fusion: FusionRule, spec: ModelSpec) -> FusionResult:
    """What a fusion fires on all recordings."""
    result = FusionResult()
    for answers in all_answers:
        found, asked = fired(answers, fusion, spec)
        steps = answers.stream.shape[1]
        one = score(found, answers.truths, steps / spec.rate_hz)
        result.groups[answers.group] = result.groups.get(answers.group, Score()) + one
        result.asked += asked
        result.steps += steps
    return result


def named(answers: Answers, logits: Floats, spec: ModelSpec) -> tuple[int, int]:
    """How many gestures of a recording some logits [T, labels] name on average, and of how many."""
    probabilities, gestures = softmax(logits), gestures_of(answers.truths)
    right = 0
    for gesture in gestures:
        first = min(int(spec.rate_hz * (gesture.start_s + gesture.end_s) / 2), len(logits) - 1)
        last = max(first + 1, int(spec.rate_hz * (gesture.end_s + GRACE_S)))
        right += spec.labels[int(probabilities[first:last].mean(0).argmax())] == gesture.label
    return right, len(gestures)


def windows_table(all_answers: Sequence[Answers], spec: ModelSpec) -> Iterator[str]:
    """Markdown: what each look names by itself, by group."""
    groups = list(dict.fromkeys(answers.group for answers in all_answers))
    yield f"| seconds, closer | {' | '.join(groups)} |"
    yield "|---" * (1 + len(groups)) + "|"
    for k, look in enumerate(LOOKS):
        cells = []
        for group in groups:
            counts = [named(answers, answers.clip[k], spec) for answers in all_answers if answers.group == group]
            cells.append(f"{sum(right for right, _ in counts)} of {sum(there for _, there in counts)}")
        yield f"| {look.length_s:.2f}{', closer' if look.closer else ''} | {' | '.join(cells)} |"


def fusions_table(all_answers: Sequence[Answers], fusions: dict[str, FusionRule], spec: ModelSpec) -> Iterator[str]:
    """Markdown: what each fusion fires, by group and in all."""
    for number, (name, fusion) in enumerate(fusions.items()):
        result = judged(all_answers, fusion, spec)
        if number == 0:
            yield f"| | {' | '.join(result.groups)} | all | wrong a minute | asked |"
            yield "|---" * (4 + len(result.groups)) + "|"
        total = result.total
        cells = [f"{s.named} of {s.total}, {s.wrong} wrong" for s in (*result.groups.values(), total)]
        cells += [f"{total.wrong / total.minutes:.1f}", f"{result.asked / result.steps:.0%}"]
        yield f"| {name} | {' | '.join(cells)} |"


@command("fusion")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = CommandParser(prog="python -m training.fusion", description="How two networks decide together.")
    parser.add_argument("stream", type=Path, help="the stream network's .onnx")
    parser.add_argument("clip", type=Path, help="the clip network's .onnx")
    parser.add_argument("--data", type=Path, help="folder with clips.csv, jester_val/ and streams/")
    parser.add_argument("--clips", type=Path, action="append", default=[], help="folder of made clips; repeatable")
    given = parser.parse_args(arguments)
    stream, clip = OnnxRuntimeEngine(given.stream), OnnxRuntimeClipEngine(given.clip)
    spec = stream.spec
    if clip.spec.labels != spec.labels or clip.spec.picture_shape != spec.picture_shape[1:]:
        raise ModelFileError(
            f"{given.clip} and {given.stream} have other labels or pictures; give two that belong together"
        )
    size = round(spec.height / CLOSER)
    both = [_takes(given.data, given.clips, one) for one in (spec, replace(spec, height=size, width=size))]
    answers = answers_of(stream, clip, both[0], closer_takes(both[1], spec.height))
    print("\n".join([*windows_table(answers, spec), "", *fusions_table(answers, FUSIONS, spec)]))
    return 0


def _takes(data: Path | None, folders: Sequence[Path], spec: ModelSpec) -> list[LabelledStream]:
    made = [take for folder in folders for take in listed_takes(folder, spec)]
    found = [*(all_takes(data, spec) if data else []), *made]
    if not found:
        raise DataError("no recordings: give --data, --clips, or both")
    return found


if __name__ == "__main__":
    sys.exit(main())
