"""Compare fusions of a stream network and a clip network, on recordings that neither was trained on.

    python -m training.fusion STREAM.onnx CLIP.onnx --data ../shared/data [--clips runs/row_held]

The clip network runs on the last seconds of the stream while the stream network's probability of no gesture is below a
threshold. The fused output is the weighted mean of both networks' probabilities, each at its temperature. The fast pass
is left out, and clips show all of a square, not what moves in it as in the app.

The first table has the gestures that each window of the clip network names without fusion: a gesture is named if its
label has the largest mean probability from its middle until a second after its end. The second table has one row per
fusion: gestures fired, number of gestures, and wrong events, by group of recordings, and the share of steps at which
the clip network ran.
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
from training.evaluation.held_out_streams import listed_streams, test_streams
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_metrics import GRACE_S, Truth, gestures_of
from training.evaluation.stream_score import Score, score

LENGTHS_S = (16 / 6, 11 / 6, 4 / 3, 1.0, 2 / 3)
"""Lengths of the windows to compare, in seconds."""
CLOSER = 0.65
"""Side of the smaller centred square to compare, relative to the shorter side of the picture; the other square is 1."""


@dataclass(frozen=True, slots=True)
class ClipView:
    """The input of the clip network: the length of the window, and which square of the picture."""

    length_s: float
    closer: bool = False


VIEWS = tuple(ClipView(length_s, closer) for closer in (False, True) for length_s in LENGTHS_S)


@dataclass(frozen=True, slots=True, eq=False)
class RecordingLogits:
    """The logits of both networks at every step of one recording."""

    group: str
    truths: tuple[Truth, ...]
    stream: Floats
    """[2, T, labels], of the stream network on the larger and on the smaller square."""
    clip: Floats
    """[views, T, labels], of the clip network."""


@dataclass(frozen=True, slots=True)
class FusionRule:
    """One fusion to compare."""

    views: tuple[ClipView, ...] = ()
    """Views whose logits are averaged; without views the stream network decides alone."""
    weight: float = 0.5
    """Weight of the clip network in the mean."""
    temperature: float = 0.5
    """Temperature of the clip network."""
    run_below: float = 0.8
    """The clip network runs while the stream network's smoothed probability of no gesture is below this."""
    every: int = 1
    """Steps from one run of the clip network to the next; its last output is used in between."""
    closer: bool = False
    """Whether the stream network runs on the smaller square."""
    of_logits: bool = False
    """Whether logits are averaged instead of probabilities."""
    enter: float = 0.5
    """Enter threshold of the fused output; the exit threshold is half of it."""


LONG, MIDDLE, SHORT = VIEWS[:3]
FUSIONS = {
    "stream network": FusionRule(),
    "2.67 s": FusionRule((LONG,)),
    "1.83 s": FusionRule((MIDDLE,)),
    "1.33 s": FusionRule((SHORT,)),
    "2.67 and 1.83 s": FusionRule((LONG, MIDDLE)),
    "2.67 and 1.33 s": FusionRule((LONG, SHORT)),
    "1.83 s, closer": FusionRule((ClipView(MIDDLE.length_s, closer=True),)),
    "2.67 and 1.83 s, whole and closer": FusionRule(
        tuple(ClipView(one.length_s, near) for one in VIEWS[:2] for near in (False, True))
    ),
    "1.83 s, weight 0.3": FusionRule((MIDDLE,), 0.3),
    "1.83 s, weight 0.7": FusionRule((MIDDLE,), 0.7),
    "1.83 s, temperature 0.8": FusionRule((MIDDLE,), temperature=0.8),
    "1.83 s, run below 0.9": FusionRule((MIDDLE,), run_below=0.9),
    "1.83 s, at every second step": FusionRule((MIDDLE,), every=2),
    "1.83 s, enter 0.55": FusionRule((MIDDLE,), enter=0.55),
    "1.83 s, mean of logits, enter 0.5": FusionRule((MIDDLE,), of_logits=True),
    "1.83 s, mean of logits, enter 0.6": FusionRule((MIDDLE,), of_logits=True, enter=0.6),
}
"""The rows of the second table."""


@dataclass(slots=True)
class FusionResult:
    """The score of a fusion on all recordings."""

    groups: dict[str, Score] = field(default_factory=dict)
    clip_steps: int = 0
    steps: int = 0

    @property
    def total(self) -> Score:
        """The sum over all groups."""
        return sum(self.groups.values(), Score())


def cropped_streams(takes: Sequence[LabelledStream], size: int) -> list[LabelledStream]:
    """Crop the middle of the pictures to squares of `size` pixels."""
    found = []
    for one in takes:
        first = (one.pictures.shape[1] - size) // 2
        middle = slice(first, first + size)
        found.append(replace(one, pictures=one.pictures[:, middle, middle]))
    return found


def stream_logits(engine: OnnxRuntimeEngine, pictures: Image) -> Floats:
    """The stream network's logits [T, labels] on pictures [T, H, W, 3]."""
    state, logits = engine.start(), []
    for picture in pictures:
        output, state = engine.step(np.ascontiguousarray(picture[None]), state)
        logits.append(output.logits[0])
    return np.stack(logits)


def clip_logits(engine: ClipEngine, pictures: Image, rate_hz: float, lengths_s: Sequence[float] = LENGTHS_S) -> Floats:
    """The clip network's logits [lengths, T, labels] at every step, on windows of each length."""
    window = ClipWindow(engine.spec.picture_shape, max(lengths_s), rate_hz)
    logits = []
    for step, picture in enumerate(pictures):
        window.append(picture, step / rate_hz)
        clips = [window.cut(length_s, engine.spec.pictures) for length_s in lengths_s]
        logits.append([engine.run(clip).logits[0] for clip in clips])
    return np.stack(logits, 1)


def logits_of(
    stream: OnnxRuntimeEngine, clip: ClipEngine, takes: Sequence[LabelledStream], closer: Sequence[LabelledStream]
) -> list[RecordingLogits]:
    """Run both networks on all recordings, on the larger and on the smaller square."""
    rate_hz, found = stream.spec.rate_hz, []
    for whole, near in tqdm(list(zip(takes, closer, strict=True)), "recordings", disable=None, leave=False):
        both = (whole.pictures, near.pictures)
        found.append(
            RecordingLogits(
                whole.group,
                whole.truths,
                np.stack([stream_logits(stream, pictures) for pictures in both]),
                np.concatenate([clip_logits(clip, pictures, rate_hz) for pictures in both]),
            )
        )
    return found


def fused(recording: RecordingLogits, fusion: FusionRule, spec: ModelSpec) -> tuple[Floats, NDArray[np.bool_]]:
    """The fused probabilities [T, labels], and at which steps [T] the clip network ran."""
    stream = recording.stream[int(fusion.closer)] / spec.temperature
    asked = np.zeros(len(stream), bool)
    if not fusion.views:
        return softmax(stream), asked
    quiet = smoothed(softmax(stream), spec)[:, [spec.labels.index(label) for label in NO_GESTURE_LABELS]].sum(1)
    clip = recording.clip[[VIEWS.index(view) for view in fusion.views]].mean(0) / fusion.temperature
    alone = softmax(stream)
    probabilities, awake = alone.copy(), 0
    for step in range(len(stream)):
        if quiet[step] >= fusion.run_below:
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


def events_of(recording: RecordingLogits, fusion: FusionRule, spec: ModelSpec) -> tuple[list[GestureEvent], int]:
    """The events of a fusion, and the number of steps at which the clip network ran."""
    probabilities, asked = fused(recording, fusion, spec)
    decoding = spec.decoding
    if fusion.views:
        decoding = replace(decoding, rule=replace(decoding.rule, enter=fusion.enter, exit=fusion.enter / 2))
    decoder = Decoder(spec.labels, decoding)
    events = [decoder.update(row, step / spec.rate_hz) for step, row in enumerate(probabilities)]
    found = [event for event in events if event]
    return found, int(asked.sum())


def smoothed(probabilities: Floats, spec: ModelSpec) -> Floats:
    """Smooth probabilities [T, labels] as the decoder does."""
    if spec.decoding.smooth_s == 0:
        return probabilities
    weight = 1 - np.exp(-1 / (spec.rate_hz * spec.decoding.smooth_s))
    rows = [probabilities[0]]
    for row in probabilities[1:]:
        rows.append(rows[-1] + weight * (row - rows[-1]))
    return np.stack(rows)


def evaluate(all_recordings: Sequence[RecordingLogits], fusion: FusionRule, spec: ModelSpec) -> FusionResult:
    """The score of a fusion on all recordings."""
    result = FusionResult()
    for recording in all_recordings:
        found, clip_steps = events_of(recording, fusion, spec)
        steps = recording.stream.shape[1]
        one = score(found, recording.truths, steps / spec.rate_hz)
        result.groups[recording.group] = result.groups.get(recording.group, Score()) + one
        result.clip_steps += clip_steps
        result.steps += steps
    return result


def count_named(recording: RecordingLogits, logits: Floats, spec: ModelSpec) -> tuple[int, int]:
    """The number of gestures of a recording that logits [T, labels] name, and the number of its gestures."""
    probabilities, gestures = softmax(logits), gestures_of(recording.truths)
    right = 0
    for gesture in gestures:
        first = min(int(spec.rate_hz * (gesture.start_s + gesture.end_s) / 2), len(logits) - 1)
        last = max(first + 1, int(spec.rate_hz * (gesture.end_s + GRACE_S)))
        right += spec.labels[int(probabilities[first:last].mean(0).argmax())] == gesture.label
    return right, len(gestures)


def windows_table(all_recordings: Sequence[RecordingLogits], spec: ModelSpec) -> Iterator[str]:
    """Markdown: the gestures that each view names without fusion, by group."""
    groups = list(dict.fromkeys(recording.group for recording in all_recordings))
    yield f"| seconds, closer | {' | '.join(groups)} |"
    yield "|---" * (1 + len(groups)) + "|"
    for k, view in enumerate(VIEWS):
        cells = []
        for group in groups:
            counts = [
                count_named(recording, recording.clip[k], spec)
                for recording in all_recordings
                if recording.group == group
            ]
            cells.append(f"{sum(right for right, _ in counts)} of {sum(there for _, there in counts)}")
        yield f"| {view.length_s:.2f}{', closer' if view.closer else ''} | {' | '.join(cells)} |"


def fusions_table(
    all_recordings: Sequence[RecordingLogits], fusions: dict[str, FusionRule], spec: ModelSpec
) -> Iterator[str]:
    """Markdown: the score of each fusion, by group and in all."""
    for number, (name, fusion) in enumerate(fusions.items()):
        result = evaluate(all_recordings, fusion, spec)
        if number == 0:
            yield f"| | {' | '.join(result.groups)} | all | wrong per minute | clip steps |"
            yield "|---" * (4 + len(result.groups)) + "|"
        total = result.total
        cells = [f"{s.named} of {s.total}, {s.wrong} wrong" for s in (*result.groups.values(), total)]
        cells += [f"{total.wrong / total.minutes:.1f}", f"{result.clip_steps / result.steps:.0%}"]
        yield f"| {name} | {' | '.join(cells)} |"


@command("fusion")
def main(arguments: list[str] | None = None) -> int:
    """Print both tables."""
    parser = CommandParser(prog="python -m training.fusion", description="Compare fusions of two networks.")
    parser.add_argument("stream", type=Path, help="the stream network's .onnx")
    parser.add_argument("clip", type=Path, help="the clip network's .onnx")
    parser.add_argument("--data", type=Path, help="folder with clips.csv, jester_val/ and streams/")
    parser.add_argument("--clips", type=Path, action="append", default=[], help="folder of generated clips; repeatable")
    given = parser.parse_args(arguments)
    stream, clip = OnnxRuntimeEngine(given.stream), OnnxRuntimeClipEngine(given.clip)
    spec = stream.spec
    if clip.spec.labels != spec.labels or clip.spec.picture_shape != spec.picture_shape[1:]:
        raise ModelFileError(
            f"{given.clip} and {given.stream} have different labels or input sizes; give two that match"
        )
    size = round(spec.height / CLOSER)
    both = [_test_streams(given.data, given.clips, one) for one in (spec, replace(spec, height=size, width=size))]
    recordings = logits_of(stream, clip, both[0], cropped_streams(both[1], spec.height))
    print("\n".join([*windows_table(recordings, spec), "", *fusions_table(recordings, FUSIONS, spec)]))
    return 0


def _test_streams(data: Path | None, folders: Sequence[Path], spec: ModelSpec) -> list[LabelledStream]:
    made = [take for folder in folders for take in listed_streams(folder, spec)]
    found = [*(test_streams(data, spec) if data else []), *made]
    if not found:
        raise DataError("no recordings: give --data, --clips, or both")
    return found


if __name__ == "__main__":
    sys.exit(main())
