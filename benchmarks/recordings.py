"""Accuracy of the app on real recordings, unchanged and as seen from other seats.

    python -m benchmarks.recordings --data ../shared/data [--sources desk,sense] [--seats all] [--json FILE]
    python -m benchmarks.recordings --data ../shared/data --seats all --framing none
    python -m benchmarks.recordings --data ../shared/data --clips runs/row_held --model FILE --main-pass-only

Each file is run through the app's own loop (`app.loop.run`), all in one process. For each gesture:

* named: the likeliest gesture between its start and one second after its end, by its highest smoothed probability, is
  the right one, whether or not an event fired;
* fired: an event with its label fired in that time;
* misnamed: an event with another label fired in that time.

Each event outside of gestures is false. The recordings are not part of the project; `training.cutouts` and
`training.generated` make folders of clips.
"""

import argparse
import dataclasses
import json
import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.camera import open_camera
from app.chosen_networks import open_networks
from app.combinations import find_problem
from app.command_line import given_options
from app.loop import run
from app.settings import ModelSettings
from benchmarks.machine import describe_machine, machine_line
from benchmarks.seats import SEATS, Seat, SeatedCamera
from common.arguments import CommandParser
from common.command import command
from common.errors import UserError
from common.video_list import read_video_list
from common.whole_file import whole_file
from models.decoder import GestureEvent
from models.framing.base import Framing
from models.framing.opening import open_framing, parse_framing
from models.networks import Networks
from models.recognition import Recognition
from models.recognizer import Recognizer
from models.shipped import SHIPPED_MODEL
from models.spec import NO_GESTURE_LABELS
from training.errors import DataError
from training.evaluation.labelled_streams import read_events
from training.evaluation.stream_metrics import Truth, gestures_of
from training.jester import LABELS, RATE_HZ
from training.recording_list import LIST, Recording, read_recordings

STREAMS = {"desk": 30.0, "sense": 16.0}
"""Recordings of several gestures, and the frames a second that their event lists count in."""
SOURCES = ("jester_val", "desk", "sense", "aiforever_dynamic", "lanhas", "shaunak99", "aa10402tw")
"""The default sources: recordings that no weights were trained on."""


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """One file with its true gestures."""

    source: str
    path: Path
    fps: float | None
    """Frame rate; None for the file's own."""
    gestures: tuple[Truth, ...]


@dataclass(slots=True)
class Seen:
    """The app's output for a file."""

    labels: tuple[str, ...]
    groups: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    """The labels of each group of the vocabulary."""
    events: list[GestureEvent] = dataclasses.field(default_factory=list)
    times_s: list[float] = dataclasses.field(default_factory=list)
    smoothed: list[NDArray[np.float32]] = dataclasses.field(default_factory=list)
    """At each frame with a step, float32 [labels]."""
    duration_s: float = 0.0

    def see(self, seen: Recognition) -> None:
        self.duration_s = seen.frame.time_s
        if seen.event:
            self.events.append(seen.event)
        if seen.steps:
            self.times_s.append(seen.frame.time_s)
            self.smoothed.append(seen.smoothed)

    def means(self, event: GestureEvent, gesture: Truth) -> bool:
        """Whether an event matches a gesture: its label, or a group with its label, within its time."""
        return gesture.label in self.groups.get(event.group, (event.label,)) and gesture.covers(event.fired_s)

    def likeliest(self, gesture: Truth) -> str | None:
        """The gesture with the highest smoothed probability while one was made; None without a step then."""
        during = [p for time_s, p in zip(self.times_s, self.smoothed, strict=True) if gesture.covers(time_s)]
        if not during:
            return None
        highest = np.max(during, axis=0)
        highest[[label in NO_GESTURE_LABELS for label in self.labels]] = 0
        return self.labels[int(highest.argmax())]


@dataclass(frozen=True, slots=True)
class AppScore:
    """Counts of gestures (all, named, fired) and of events (misnamed, false), and the duration in seconds."""

    there: int = 0
    named: int = 0
    fired: int = 0
    misnamed: int = 0
    false: int = 0
    seconds: float = 0.0

    @property
    def wrong(self) -> int:
        """Misnamed and false events."""
        return self.misnamed + self.false

    @property
    def wrong_a_minute(self) -> float:
        """The same per minute of the recordings."""
        return 60 * self.wrong / self.seconds if self.seconds else 0.0

    def __add__(self, other: "AppScore") -> "AppScore":
        mine, others = dataclasses.astuple(self), dataclasses.astuple(other)
        return AppScore(*(a + b for a, b in zip(mine, others, strict=True)))

    @classmethod
    def of(cls, seen: Seen, gestures: Sequence[Truth]) -> "AppScore":
        """Compare the app's output for a file with the true gestures; an event fires one gesture at most."""
        left, misnamed, false = list(gestures), 0, 0
        for event in seen.events:
            match = next((g for g in left if seen.means(event, g)), None)
            if match:
                left.remove(match)
            elif any(g.covers(event.fired_s) for g in gestures):
                misnamed += 1
            else:
                false += 1
        named = sum(seen.likeliest(gesture) == gesture.label for gesture in gestures)
        return cls(len(gestures), named, len(gestures) - len(left), misnamed, false, seen.duration_s)


def takes(data: Path, sources: Iterable[str]) -> list[LabelledFile]:
    """The recordings of some sources: `jester_val`, a stream's name, or a source in `clips.csv`.

    Raises:
        DataError: a source is missing.
    """
    found: list[LabelledFile] = []
    for source in sources:
        if source == "jester_val":
            found += _jester(data / source)
        elif source in STREAMS:
            found.append(_stream(data / "streams", source))
        else:
            found += _clips(data, source)
    return found


def made(folder: Path) -> list[LabelledFile]:
    """The clips in a folder that `training.cutouts` or `training.generated` made.

    Raises:
        DataError: its list is invalid.
    """
    return [_take(str(folder), recording) for recording in read_recordings(folder)]


def _clips(data: Path, source: str) -> list[LabelledFile]:
    recordings = [r for r in read_recordings(data) if r.source == source] if (data / LIST).is_file() else []
    if not recordings:
        raise DataError(
            f"{data / LIST} lists no recording of {source!r}; give jester_val, desk, sense or a source there"
        )
    chosen = [r for r in recordings if r.split == "val"] or recordings
    return [_take(source, recording) for recording in chosen]


def _take(source: str, recording: Recording) -> LabelledFile:
    fps = recording.fps
    if not fps > 0:
        raise DataError(f"{recording.path} is listed at {fps:g} frames a second; give a positive rate")
    spans = () if recording.label in NO_GESTURE_LABELS else recording.spans
    truths = tuple(Truth(recording.label, start / fps, end / fps) for start, end in spans)
    return LabelledFile(source, recording.path, fps, truths)


def _stream(folder: Path, name: str) -> LabelledFile:
    fps = STREAMS[name]
    events = _there(folder / f"{name}_events.csv")
    return LabelledFile(name, folder / f"{name}.mp4", None, tuple(gestures_of(read_events(events, fps, LABELS))))


def _jester(folder: Path) -> list[LabelledFile]:
    found = []
    for listed in read_video_list(_there(folder / "labels.csv"), LABELS, ("path", "label", "frames")):
        truth = Truth(listed.label, 0.0, listed.row.whole_in("frames") / RATE_HZ)
        found.append(LabelledFile("jester_val", listed.path, RATE_HZ, tuple(gestures_of([truth]))))
    return found


def _there(path: Path) -> Path:
    if not path.is_file():
        raise DataError(f"no {path}; give the folder that holds streams/, jester_val/ and clips.csv with --data")
    return path


class Bench:
    """Runs the app's pipeline on files.

    Args:
        networks: the networks to run.
        framing: makes the framing; None for the largest square in the middle.
    """

    def __init__(self, networks: Networks, framing: Callable[[], Framing] | None = None) -> None:
        self._networks, self._framing = networks, framing

    def watch(self, take: LabelledFile, seat: Seat) -> Seen:
        """Run one file from an empty past, as seen from a seat."""
        vocabulary = self._networks.stream.vocabulary
        groups = {group.name: group.labels for group in vocabulary.groups} if vocabulary else {}
        seen = Seen(self._networks.labels, groups)
        camera = open_camera(str(take.path), fps=take.fps, on_status=lambda text: print(text, file=sys.stderr))
        with closing(SeatedCamera(camera, seat, zlib.crc32(take.path.name.encode()))) as seated:
            run(seated, Recognizer(self._networks, self._framing() if self._framing else None), observers=[seen])
        return seen


def table(scores: dict[tuple[str, str], AppScore]) -> str:
    """The scores by seat and source, with sums, as a Markdown table."""
    seats, sources = (list(dict.fromkeys(key[place] for key in scores)) for place in (0, 1))
    lines = [
        "| seat | " + " | ".join(sources) + " | all | wrong a minute |",
        "|---" * (len(sources) + 3) + "|",
    ]
    for seat in [*seats, "all"]:
        of = {key: score for key, score in scores.items() if seat in (key[0], "all")}
        cells = [_cell(_sum(s for key, s in of.items() if key[1] == source)) for source in sources]
        whole = _sum(of.values())
        lines.append(f"| {seat} | " + " | ".join(cells) + f" | {_cell(whole)} | {whole.wrong_a_minute:.1f} |")
    return "\n".join(lines)


def _cell(score: AppScore) -> str:
    there = f"{score.named}, {score.fired} of {score.there}; " if score.there else ""
    return f"{there}{score.misnamed} + {score.false}"


def _sum(scores: Iterable[AppScore]) -> AppScore:
    return sum(scores, AppScore())


def seats_named(text: str) -> tuple[Seat, ...]:
    """The seats of a list of names, for argparse."""
    if text == "all":
        return SEATS
    known = {seat.name: seat for seat in SEATS}
    names = [name.strip() for name in text.split(",")]
    if unknown := [name for name in names if name not in known]:
        raise argparse.ArgumentTypeError(f"no seat {unknown[0]!r}; there are all, {', '.join(known)}")
    return tuple(known[name] for name in names)


def framings(text: str) -> Callable[[], Framing] | None:
    """A function that makes the framing of each file, for argparse; None for `none`."""
    if text == "none":
        return None
    try:
        return partial(open_framing, parse_framing(text))
    except UserError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


@command("recordings")
def main(arguments: list[str] | None = None) -> int:
    """Print the scores by seat and source."""
    parser = CommandParser(prog="python -m benchmarks.recordings", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with streams/, jester_val/ and clips.csv")
    sources = ",".join(SOURCES)
    parser.add_argument("--sources", default=sources, help="which recordings, with commas")
    parser.add_argument("--seats", type=seats_named, default=SEATS[:1], metavar="all|NAMES", help="default: as it is")
    parser.add_argument("--clips", type=Path, action="append", default=[], help="folder of made clips; repeatable")
    parser.add_argument("--model", type=Path, default=SHIPPED_MODEL, help="model file (default: the shipped one)")
    parser.add_argument("--main-pass-only", action="store_true", help="as main.py --main-pass-only")
    parser.add_argument("--networks", choices=("stream", "both", "auto"), help="as main.py --networks")
    parser.add_argument("--clip-model", type=Path, metavar="FILE", help="as main.py --clip-model")
    parser.add_argument("--vocabulary", metavar="NAME|FILE", help="as main.py --vocabulary: a gesture's group fires it")
    parser.add_argument(
        "--framing",
        type=framings,
        default="auto",
        metavar="auto|full|X,Y,W,H|none",
        help="as main.py --framing; none is the largest square in the middle (default: auto)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the scores of each file and seat there, too")
    given = parser.parse_args(arguments)
    if problem := find_problem(given_options(parser, given)):
        parser.error(problem)
    todo = [*takes(given.data, [s for s in given.sources.split(",") if s]), *(t for f in given.clips for t in made(f))]
    settings = ModelSettings(
        path=given.model,
        networks="stream" if given.main_pass_only else given.networks or "auto",
        clip_model=given.clip_model,
        fast_pass=not given.main_pass_only,
        vocabulary=given.vocabulary,
    )
    with open_networks(settings) as networks:
        bench = Bench(networks, given.framing)
        scores: dict[tuple[str, str], AppScore] = {}
        rows = []
        for seat in given.seats:
            for take in todo:
                seen = bench.watch(take, seat)
                score = AppScore.of(seen, take.gestures)
                scores[seat.name, take.source] = scores.get((seat.name, take.source), AppScore()) + score
                rows.append(_row(seat, take, seen, score))
    print("Named, fired of gestures made; misnamed + false events\n\n" + table(scores))
    print("\n" + machine_line())
    if given.json:
        with whole_file(given.json) as unfinished:
            unfinished.write_text(json.dumps({"machine": describe_machine(), "files": rows}, indent=1))
    return 0


def _row(seat: Seat, take: LabelledFile, seen: Seen, score: AppScore) -> dict[str, object]:
    events = [{"label": event.label, "score": round(event.score, 4), "fired_s": event.fired_s} for event in seen.events]
    likeliest = [seen.likeliest(gesture) for gesture in take.gestures]
    return {
        "seat": seat.name,
        "source": take.source,
        "file": take.path.name,
        "gestures": [dataclasses.asdict(gesture) for gesture in take.gestures],
        "likeliest": likeliest,
        "events": events,
        **dataclasses.asdict(score),
    }


if __name__ == "__main__":
    sys.exit(main())
