"""Judge a streaming network on recordings it never trained on: what it names, and what it says when nothing is.

    python -m training.judge CHECKPOINT.pt --data ../shared/data

Everything runs as the app runs it: pictures at the model's rate by time, from an empty past, events by the decoder.
"""

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.decoder import Decoder, GestureEvent
from models.frame import Image
from models.nets.checkpoint import load_checkpoint
from models.nets.mstnet import MSTNet
from models.preprocess import to_picture
from models.spec import NO_GESTURE_LABELS, Decoding
from training.command_line import command
from training.recordings import DataError, Recording, decode, hold_out, read_recordings, steps_of

QUIET = ("driver", "faces", "signs")
"""Sources without gestures; what is held out of them counts false events."""
GRACE_S = 1.0
"""An event may come this long after its gesture ended."""
CHUNK = 32


@dataclass(frozen=True, slots=True)
class Truth:
    """A gesture that happened, in seconds of its stream."""

    label: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One stream to judge by: its pictures at the model's rate, and the gestures in it."""

    group: str
    pictures: Image
    """uint8 [T, H, W, 3]."""
    truths: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What became of the gestures of some streams."""

    named: int = 0
    total: int = 0
    wrong: int = 0
    minutes: float = 0.0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.named + other.named,
            self.total + other.total,
            self.wrong + other.wrong,
            self.minutes + other.minutes,
        )

    def __str__(self) -> str:
        return f"{self.named}/{self.total} named, {self.wrong / max(self.minutes, 1e-9):.1f} wrong/min"


def take(pictures: Image, fps: float, group: str, truths: Sequence[Truth], size: int, rate_hz: float) -> Take:
    """Resample a video to the model's rate and pictures."""
    steps = steps_of(len(pictures), fps, rate_hz)
    return Take(group, np.stack([to_picture(pictures[k], size, size) for k in steps]), tuple(truths))


def clip_takes(folder: Path, size: int, rate_hz: float) -> list[Take]:
    """Clips of one gesture each, listed in `labels.csv` (path, label, fps)."""
    with open(folder / "labels.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    takes = []
    for row in rows:
        pictures, fps = decode(folder / row["path"]), float(row["fps"])
        takes.append(take(pictures, fps, "clips", [Truth(row["label"], 0, len(pictures) / fps)], size, rate_hz))
    return takes


def stream_take(video: Path, fps: float, top: int, size: int, rate_hz: float) -> Take:
    """A continuous recording with its events in `NAME_events.csv`; its first `top` rows are cut away."""
    with open(video.with_name(f"{video.stem}_events.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    truths = [Truth(r["jester_class"], int(r["start"]) / fps, (int(r["end"]) + 1) / fps) for r in rows]
    return take(decode(video)[:, top:], fps, video.stem, truths, size, rate_hz)


def recording_take(recording: Recording, group: str, size: int, rate_hz: float) -> Take:
    """A listed recording as a stream of its own."""
    truth = Truth(recording.label, recording.start / recording.fps, recording.end / recording.fps)
    return take(decode(recording.path), recording.fps, group, [truth], size, rate_hz)


def all_takes(data: Path, size: int, rate_hz: float) -> list[Take]:
    """Everything under a data folder that is for judging only.

    Raises:
        DataError: a list is missing or is not what it should be.
    """
    recordings = read_recordings(data)
    held = sorted(hold_out(recordings, QUIET), key=lambda r: str(r.path))
    labelled = [r for r in recordings if r.split == "val"]
    try:
        return [
            *clip_takes(data / "jester_val", size, rate_hz),
            stream_take(data / "streams/desk.mp4", 30, 28, size, rate_hz),
            stream_take(data / "streams/sense.mp4", 16, 0, size, rate_hz),
            *(recording_take(r, f"{r.source} val", size, rate_hz) for r in labelled),
            *(recording_take(r, f"{r.source} held out", size, rate_hz) for r in held),
        ]
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"{data} lacks what judging needs ({error}); give the folder that holds it") from error


@torch.no_grad()
def probabilities(net: MSTNet, pictures: Image, temperature: float = 1.0) -> NDArray[np.float32]:
    """Run a stream from an empty past: its probabilities at every step, [T, classes]."""
    past, parts = None, []
    for first in range(0, len(pictures), CHUNK):
        chunk = torch.from_numpy(pictures[first : first + CHUNK]).permute(0, 3, 1, 2)
        answer = net(chunk[None], past)
        past = answer.past
        parts.append((answer.logits[0] / temperature).softmax(-1))
    return torch.cat(parts).numpy()


def events(
    answers: NDArray[np.float32], labels: tuple[str, ...], decoding: Decoding, rate_hz: float
) -> list[GestureEvent]:
    """The gestures that a stream's answers [T, classes] become."""
    decoder = Decoder(labels, decoding)
    fired = (decoder.update(answer, step / rate_hz) for step, answer in enumerate(answers))
    return [event for event in fired if event]


def score(found: Sequence[GestureEvent], truths: Sequence[Truth], seconds: float) -> Score:
    """Count gestures named (one event of that label between start and end, or soon after) and events that are wrong."""
    gestures = [truth for truth in truths if truth.label not in NO_GESTURE_LABELS]
    left, named = list(found), 0
    for truth in gestures:
        match = next((event for event in left if names(event, truth)), None)
        if match is not None:
            left.remove(match)
            named += 1
    return Score(named, len(gestures), len(left), seconds / 60)


def names(event: GestureEvent, truth: Truth) -> bool:
    """Whether an event names this gesture, in time."""
    return event.label == truth.label and truth.start_s <= event.fired_s <= truth.end_s + GRACE_S


def scores(
    takes: Sequence[Take],
    answers: Sequence[NDArray[np.float32]],
    labels: tuple[str, ...],
    decoding: Decoding,
    rate_hz: float,
) -> dict[str, Score]:
    """The score of each group of streams."""
    result: dict[str, Score] = {}
    for one, answer in zip(takes, answers, strict=True):
        found = events(answer, labels, decoding, rate_hz)
        result[one.group] = result.get(one.group, Score()) + score(found, one.truths, len(answer) / rate_hz)
    return result


def right_at_end(takes: Sequence[Take], answers: Sequence[NDArray[np.float32]], labels: tuple[str, ...]) -> int:
    """How many clips of one gesture are answered right at their last picture."""
    return sum(labels[int(a[-1].argmax())] == t.truths[0].label for t, a in zip(takes, answers, strict=True))


def report(net: MSTNet, takes: Sequence[Take], labels: tuple[str, ...], decoding: Decoding, rate_hz: float) -> str:
    """What a network makes of everything, a line a group."""
    answers = [probabilities(net, one.pictures) for one in takes]
    clips = [(t, a) for t, a in zip(takes, answers, strict=True) if t.group == "clips"]
    right = right_at_end([t for t, _ in clips], [a for _, a in clips], labels)
    lines = [f"right at the clip's end: {right}/{len(clips)}"]
    lines += [f"{group}: {s}" for group, s in scores(takes, answers, labels, decoding, rate_hz).items()]
    return "\n".join(lines)


@command("judge")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.judge", description="Judge a checkpoint on streams.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv, jester_val/ and streams/")
    given = parser.parse_args(arguments)
    net, spec = load_checkpoint(given.checkpoint)
    takes = all_takes(given.data, spec.height, spec.rate_hz)
    print(report(net, takes, spec.labels, spec.decoding, spec.rate_hz))
    return 0


if __name__ == "__main__":
    sys.exit(main())
