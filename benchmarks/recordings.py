"""What the app names on real recordings, through its own command line.

    python -m benchmarks.recordings --data ../shared/data [--clips runs/row_held] [--model FILE] [--calm]

Each file goes through `main.py --camera FILE --headless`. A gesture counts as named when an event with its label fires
between its start and one second after its end; every other event is wrong. A clip without a gesture is right when
nothing fires. The recordings are not part of the project; `training.cutouts` and `training.generated` make folders of
clips.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from benchmarks.machine import describe_machine
from calibration.command_line import command
from calibration.table_file import read_table
from training.jester import LABELS
from training.recordings import DataError, read_recordings

MAIN = Path(__file__).resolve().parent.parent / "main.py"
GRACE_S = 1.0
QUIET = ("No gesture", "Doing other things")
STREAMS = {"desk": 30.0, "sense": 16.0}
"""Recordings of several gestures, and the frames a second that their event lists count in."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """A gesture that truly happened, in seconds."""

    label: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Score:
    """Gestures named, gestures there were, and events that were wrong."""

    named: int
    there: int
    wrong: int

    @classmethod
    def of(cls, events: list[dict[str, object]], gestures: list[Gesture]) -> "Score":
        """Hold a file's events against its gestures; an event names one gesture at the most."""
        left, wrong = list(gestures), 0
        for event in events:
            match = next((g for g in left if _names(event, g)), None)
            if match is None:
                wrong += 1
            else:
                left.remove(match)
        return cls(len(gestures) - len(left), len(gestures), wrong)


def _names(event: dict[str, object], gesture: Gesture) -> bool:
    fired_s = event["fired_s"]
    assert isinstance(fired_s, float)
    return event["label"] == gesture.label and gesture.start_s <= fired_s <= gesture.end_s + GRACE_S


def events_of(path: Path, options: list[str]) -> list[dict[str, object]]:
    """The gestures that the app names in a file."""
    line = [sys.executable, str(MAIN), "--camera", str(path), "--headless", *options]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.strip())
    return [line for line in map(json.loads, done.stdout.splitlines()) if line["type"] == "gesture"]


def files(data: Path) -> Iterator[tuple[str, Path, list[str], list[Gesture]]]:
    """Name of the set, file, options and true gestures of everything there is."""
    for name, fps in STREAMS.items():
        truth = [
            Gesture(label, row.whole_in("start") / fps, row.whole_in("end") / fps)
            for row in read_table(data / "streams" / f"{name}_events.csv", ("start", "end", "jester_class"))
            if (label := row.label("jester_class", LABELS)) not in QUIET
        ]
        yield name, data / "streams" / f"{name}.mp4", [], truth
    for row in read_table(data / "jester_val" / "labels.csv", ("path", "label", "frames")):
        label = row.label("label", LABELS)
        truth = [] if label in QUIET else [Gesture(label, 0.0, row.whole_in("frames") / 12)]
        yield "jester_val", data / "jester_val" / row.text("path"), ["--fps", "12"], truth


def clips(folder: Path) -> list[tuple[str, Path, list[str], list[Gesture]]]:
    """The same of a folder of made clips.

    Raises:
        DataError: its list makes no sense.
    """
    found = []
    for recording in read_recordings(folder):
        fps = recording.fps
        if not fps > 0:
            raise DataError(f"{folder} lists {recording.path.name} at {fps:g} frames a second; give a positive rate")
        truth = [Gesture(recording.label, start / fps, end / fps) for start, end in recording.spans]
        found.append((str(folder), recording.path, ["--fps", f"{fps:g}"], [] if recording.label in QUIET else truth))
    return found


@command("recordings")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recordings", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with streams/ and jester_val/")
    parser.add_argument("--clips", type=Path, action="append", default=[], help="folder of made clips; repeatable")
    parser.add_argument("--model", help="model file (default: the one in the box)")
    parser.add_argument("--calm", action="store_true", help="without the hasty look, as main.py --calm")
    given = parser.parse_args(arguments)
    if not (given.data / "streams").is_dir() or not (given.data / "jester_val").is_dir():
        print(f"{given.data} has no folders streams/ and jester_val/; name the folder that has", file=sys.stderr)
        return 2
    made = [clip for folder in given.clips for clip in clips(folder)]
    asked = [*(("--model", given.model) if given.model else ()), *(("--calm",) if given.calm else ())]
    scores: dict[str, list[Score]] = {}
    for name, path, options, truth in chain(files(given.data), made):
        events = events_of(path, [*options, *asked])
        scores.setdefault(name, []).append(Score.of(events, truth))
    print("| recording | gestures named | wrong events |\n|---|---|---|")
    for name, parts in scores.items():
        named, there, wrong = (sum(getattr(s, what) for s in parts) for what in ("named", "there", "wrong"))
        print(f"| {name} | {named} of {there} | {wrong} |")
    print("\n" + ", ".join(f"{key} {value}" for key, value in describe_machine().items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
