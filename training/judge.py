"""Judge a streaming network on recordings it never trained on: what it names, and what it says when nothing is.

    python -m training.judge CHECKPOINT.pt --data ../shared/data [--cameras 8] [--reading OTHER.pt]

Everything runs as the app runs it: pictures at the model's rate by time, from an empty past, events by the decoder. The
recordings are few; --cameras counts them again as so many other cameras would have filmed them: people nearer or
farther, to the left or right, low, mirrored, the picture tilted, darker, paler, with noise.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from calibration.command_line import command, natural
from calibration.take import Floats
from models.decoder import Decoder, GestureEvent
from models.frame import Image
from models.nets.checkpoint import load_checkpoint
from models.nets.mstnet import MSTNet
from models.softmax import softmax
from models.spec import Decoding, ModelSpec
from training.distillation.augment import Camera, develop, draw_camera, frame_up
from training.evaluation.inference import stream_logits
from training.evaluation.stream_metrics import Truth, gestures_of, matched
from training.evaluation.takes import Take, take, video_take
from training.jester import mirrored
from training.recordings import DataError, Recording, decode, hold_out, read_recordings

QUIET = ("driver", "faces", "signs")
"""Sources without gestures; what is held out of them counts false events."""

CLOSELY = 2
"""How many times larger pictures are, of which other cameras see a part."""
WEBCAMS = ("aiforever_dynamic val", "lanhas val", "shaunak99 val", "aa10402tw val")
"""Groups of labelled clips of people before webcams."""


def quiet_to_judge(recordings: Iterable[Recording]) -> list[Recording]:
    """Every second of a folder's held-out quiet recordings: what nothing is learnt from and nothing tuned on."""
    return _held_out(recordings)[::2]


def quiet_to_tune(recordings: Iterable[Recording]) -> list[Recording]:
    """The other held-out ones: what no network learns from, and how answers are read is chosen on."""
    return _held_out(recordings)[1::2]


def _held_out(recordings: Iterable[Recording]) -> list[Recording]:
    return sorted(hold_out(recordings, QUIET), key=lambda r: (r.source, r.path.name))


@dataclass(frozen=True, slots=True)
class Score:
    """What became of the gestures of some streams."""

    named: int = 0
    total: int = 0
    wrong: int = 0
    minutes: float = 0.0
    early_s: float = 0.0
    """How long before their end the named ones were named, summed."""

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.named + other.named,
            self.total + other.total,
            self.wrong + other.wrong,
            self.minutes + other.minutes,
            self.early_s + other.early_s,
        )

    def __str__(self) -> str:
        named = f"{self.named}/{self.total} named"
        if self.named:
            early_s = self.early_s / self.named
            named += f" {abs(early_s):.1f} s {'before' if early_s >= 0 else 'after'} their end"
        return f"{named}, {self.wrong} wrong in {self.minutes:.1f} min"


def clip_takes(folder: Path, spec: ModelSpec) -> list[Take]:
    """Clips of one gesture each, listed in `labels.csv` (path, label, fps)."""
    with open(folder / "labels.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    takes = []
    for row in rows:
        pictures, fps = decode(folder / row["path"]), float(row["fps"])
        takes.append(take(pictures, fps, "clips", [Truth(row["label"], 0, len(pictures) / fps)], spec))
    return takes


def recording_take(recording: Recording, group: str, spec: ModelSpec) -> Take:
    """A listed recording as a stream of its own."""
    fps = recording.fps
    truths = [Truth(recording.label, start / fps, end / fps) for start, end in recording.spans]
    return take(decode(recording.path), fps, group, truths, spec)


def all_takes(data: Path, spec: ModelSpec) -> list[Take]:
    """Everything under a data folder that is for judging only.

    Raises:
        DataError: a list is missing or is not what it should be.
    """
    recordings = read_recordings(data)
    labelled = [r for r in recordings if r.split == "val"]
    try:
        return [
            *clip_takes(data / "jester_val", spec),
            _stream(data / "streams/desk.mp4", 30, 28, spec),
            _stream(data / "streams/sense.mp4", 16, 0, spec),
            *(recording_take(r, f"{r.source} val", spec) for r in labelled),
            *(recording_take(r, f"{r.source} held out", spec) for r in quiet_to_judge(recordings)),
        ]
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"{data} lacks what judging needs ({error}); give the folder that holds it") from error


def _stream(video: Path, fps: float, top: int, spec: ModelSpec) -> Take:
    return video_take(video, video.with_name(f"{video.stem}_events.csv"), fps, top, spec)


def filmed(takes: Sequence[Take], seed: int, size: int) -> list[Take]:
    """The same streams as another camera films them, one for all, in square pictures of another size."""
    camera = draw_camera(np.random.default_rng(seed))
    return [_filmed(one, camera, size, np.random.default_rng((seed, k))) for k, one in enumerate(takes)]


def _filmed(take: Take, camera: Camera, size: int, rng: np.random.Generator) -> Take:
    around = cv2.blur(take.pictures[0], (take.pictures.shape[1] // 4,) * 2)  # nobody is seen twice
    pictures = [
        develop(camera, frame_up(camera, p, size, 0.0, np.asarray(around, np.uint8)), rng) for p in take.pictures
    ]
    truths = [replace(t, label=mirrored(t.label)) if camera.mirrored else t for t in take.truths]
    return Take(take.group, np.stack(pictures), tuple(truths))


def probabilities(net: MSTNet, pictures: Image, temperature: float = 1.0) -> Floats:
    """Run a stream from an empty past: its probabilities at every step, [T, classes]."""
    return softmax(stream_logits(net, pictures), temperature)


def events(answers: Floats, labels: tuple[str, ...], decoding: Decoding, rate_hz: float) -> list[GestureEvent]:
    """The gestures that a stream's answers [T, classes] become."""
    decoder = Decoder(labels, decoding)
    fired = (decoder.update(answer, step / rate_hz) for step, answer in enumerate(answers))
    return [event for event in fired if event]


def score(found: Sequence[GestureEvent], truths: Sequence[Truth], seconds: float) -> Score:
    """Count gestures named (one event of that label between start and end, or soon after) and events that are wrong."""
    gestures = gestures_of(truths)
    early = [g.end_s - match.fired_s for g, match in zip(gestures, matched(found, gestures), strict=True) if match]
    return Score(len(early), len(gestures), len(found) - len(early), seconds / 60, sum(early))


def scores(
    takes: Sequence[Take],
    answers: Sequence[Floats],
    spec: ModelSpec,
) -> dict[str, Score]:
    """The score of each group of streams."""
    result: dict[str, Score] = {}
    for one, answer in zip(takes, answers, strict=True):
        found = events(answer, spec.labels, spec.decoding, spec.rate_hz)
        result[one.group] = result.get(one.group, Score()) + score(found, one.truths, len(answer) / spec.rate_hz)
    return result


def scores_by_label(takes: Sequence[Take], answers: Sequence[Floats], spec: ModelSpec) -> dict[str, Score]:
    """The score of each label, over all streams; minutes are not counted."""
    result: dict[str, Score] = {}
    for one, answer in zip(takes, answers, strict=True):
        found = events(answer, spec.labels, spec.decoding, spec.rate_hz)
        gestures = gestures_of(one.truths)
        matches = matched(found, gestures)
        seen = [(g.label, Score(int(match is not None), 1)) for g, match in zip(gestures, matches, strict=True)]
        wrong = [(event.label, Score(wrong=1)) for event in found if not any(event is match for match in matches)]
        for label, counted in seen + wrong:
            result[label] = result.get(label, Score()) + counted
    return result


def right_at_end(takes: Sequence[Take], answers: Sequence[Floats], labels: tuple[str, ...]) -> int:
    """How many clips of one gesture are answered right at their last picture."""
    return sum(labels[int(a[-1].argmax())] == t.truths[0].label for t, a in zip(takes, answers, strict=True))


def report(net: MSTNet, spec: ModelSpec, takes: Sequence[Take]) -> str:
    """What a network makes of everything: a line a group, then a table by label."""
    answers = [probabilities(net, one.pictures, spec.temperature) for one in takes]
    clips = [(t, a) for t, a in zip(takes, answers, strict=True) if t.group == "clips"]
    right = right_at_end([t for t, _ in clips], [a for _, a in clips], spec.labels)
    lines = [f"right at the clip's end: {right}/{len(clips)}"]
    lines += [f"{group}: {s}" for group, s in scores(takes, answers, spec).items()]
    lines += ["", "| gesture | named | wrong events |", "|---|---|---|"]
    lines += [
        f"| {k} | {s.named} of {s.total} | {s.wrong} |"
        for k, s in sorted(scores_by_label(takes, answers, spec).items())
    ]
    return "\n".join(lines)


@command("judge")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.judge", description="Judge a checkpoint on streams.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv, jester_val/ and streams/")
    parser.add_argument("--reading", type=Path, help="checkpoint whose temperature and thresholds count instead")
    parser.add_argument("--cameras", type=natural, default=0, help="other cameras to see them through, too")
    given = parser.parse_args(arguments)
    net, spec = load_checkpoint(given.checkpoint)
    if given.reading:
        _, other = load_checkpoint(given.reading)
        spec = replace(spec, temperature=other.temperature, decoding=other.decoding)
    takes = all_takes(given.data, spec)
    if given.cameras:
        closely = all_takes(given.data, replace(spec, height=CLOSELY * spec.height, width=CLOSELY * spec.width))
        takes += [take for seed in range(given.cameras) for take in filmed(closely, seed, spec.height)]
    print(report(net, spec, takes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
