"""How often takes of different movements are refused, and takes of one movement are not, on real clips.

    python -m benchmarks.takes --data ../shared/data

Sets of takes are drawn from the clips of one person each: of one movement, of different movements, and of one movement
with one take of another. Movements are the labels of `clips.csv`, or `own words` in its notes. Windows are parts of one
recording of three seconds each, without a defined movement: the desk of `streams/`,
and people who talk, drive and sign.
Each set is checked with `calibration.one_movement`.
"""

# ruff: noqa: E402
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from training import packages

packages.require("takes")  # before anything imports them

import numpy as np

from benchmarks.clips import LEAD_S, MAX_CLIPS, ClipSource, EnrolmentClip, see
from benchmarks.machine import machine_line
from calibration.errors import TakeError
from calibration.one_movement import check_one_movement
from calibration.take import Kind, Take
from common.arguments import CommandParser, positive
from common.command import command
from common.table_file import TableRow, read_table
from models.engines import load_engine
from models.shipped import SHIPPED_MODEL
from models.spec import NO_GESTURE_LABELS, ModelSpec
from training.jester import LABELS
from training.recording_list import LIST

COUNTS = (2, 3, 5, 10)
OWN_WORDS = "own words: "
WINDOW_S = 3.0
WINDOWS = "windows"
"""The setting of clips that are cut into windows."""
HANDS = "silhouettes"

Item = TypeVar("Item")
Set = list[Take]
People = dict[str, dict[str, Set]]
"""The takes of each movement of each person."""


def sources(data: Path) -> Iterator[ClipSource]:
    """Clips of people whose movements are known, and recordings to cut windows from."""
    rows = sorted(read_table(data / LIST, ("path", "label", "source", "subject", "fps", "note")), key=_path)
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        person, movement = f"{row.text('source')} {row.cells['subject']}", _movement(row)
        setting = person if movement else WINDOWS
        seen[setting, movement] += 1
        if row.text("source") != HANDS or seen[setting, movement] <= MAX_CLIPS:
            yield ClipSource(data / row.text("path"), movement, setting, row.number_in("fps"))
    yield ClipSource(data / "streams" / "desk.mp4", "", WINDOWS, 30, top=28)


def _path(row: TableRow) -> str:
    return Path(row.text("path")).name


def _movement(row: TableRow) -> str:
    """The movement in a clip; empty if there is none, or if it is unknown."""
    note = row.cells["note"]
    if note.startswith(OWN_WORDS):
        return note.removeprefix(OWN_WORDS).split(";")[0].split(" (MSRC")[0]
    label = row.label("label", LABELS)
    return "" if label in NO_GESTURE_LABELS else label


def people_of(clips: Sequence[EnrolmentClip], spec: ModelSpec) -> People:
    """The takes of all people whose movements are known."""
    people: People = defaultdict(lambda: defaultdict(list))
    for clip in clips:
        if clip.setting != WINDOWS:
            people[clip.setting][clip.label].append(clip.take(Kind.GESTURE, clip.label, spec))
    return people


def one_movement(people: People, count: int, rng: np.random.Generator, sets: int) -> Iterator[Set]:
    """Sets of one movement of one person, for each movement with enough takes."""
    for movements in people.values():
        for takes in movements.values():
            if len(takes) >= count:
                yield from (_some(takes, count, rng) for _ in range(sets if len(takes) > count else 1))


def different_movements(people: People, count: int, rng: np.random.Generator, sets: int) -> Iterator[Set]:
    """Sets of one person, with a different movement in each take."""
    for movements in people.values():
        if len(movements) >= count:
            for _ in range(sets * len(movements)):
                yield [_some(takes, 1, rng)[0] for takes in _some(list(movements.values()), count, rng)]


def one_that_differs(people: People, count: int, rng: np.random.Generator, sets: int) -> Iterator[Set]:
    """Sets of one movement of one person, except one take of another movement."""
    for movements in people.values():
        for label, takes in movements.items():
            others = [take for other, them in movements.items() if other != label for take in them]
            if len(takes) >= count - 1 > 1 and others:
                yield from ([*_some(takes, count - 1, rng), *_some(others, 1, rng)] for _ in range(sets))


def windows_of(clips: Sequence[EnrolmentClip], spec: ModelSpec, count: int, rng: np.random.Generator) -> Iterator[Set]:
    """Sets of non-overlapping windows of one recording; more sets for longer recordings."""
    length, lead = round(WINDOW_S * spec.rate_hz), round(LEAD_S * spec.rate_hz)
    for clip in clips:
        spare = len(clip.logits) - clip.lead - count * length
        if clip.setting != WINDOWS or spare < 0:
            continue
        whole = clip.take(Kind.GESTURE, "", spec)
        for _ in range(1 + spare // length):
            gaps = np.sort(rng.integers(0, spare + 1, count))
            yield [_window(whole, clip.lead + k * length + int(gap), length, lead) for k, gap in enumerate(gaps)]


def _window(whole: Take, begins: int, length: int, lead: int) -> Take:
    first = max(0, begins - lead)
    part = slice(first, begins + length)
    return replace(
        whole,
        times_s=whole.times_s[part],
        pictures=whole.pictures[part],
        logits=whole.logits[part],
        embeddings=whole.embeddings[part],
        begins=begins - first,
    )


def _some(items: Sequence[Item], count: int, rng: np.random.Generator) -> list[Item]:
    return [items[k] for k in rng.permutation(len(items))[:count]]


def accepted(takes: Set) -> bool:
    """Whether takes are accepted as one movement."""
    with suppress(TakeError):
        check_one_movement("", takes)
        return True
    return False


def print_table(clips: Sequence[EnrolmentClip], spec: ModelSpec, sets: int) -> None:
    """Print a Markdown table with the share of refused sets, and their number, for each kind."""
    people = people_of(clips, spec)
    hands = {person: movements for person, movements in people.items() if person.startswith(HANDS)}
    colour = {person: movements for person, movements in people.items() if person not in hands}
    drawn: tuple[Callable[..., Iterator[Set]], ...] = (one_movement, different_movements, one_that_differs)
    print("| clips | takes | of one movement | of different movements | one differs | windows |")
    print("|---|---|---|---|---|---|")
    for name, whose in (("silhouettes", hands), ("colour", colour)):
        for count in COUNTS:
            rng = np.random.default_rng(count)
            cells = [_share(list(draw(whose, count, rng, sets))) for draw in drawn]
            windows = _share(list(windows_of(clips, spec, count, rng))) if whose is colour else "-"
            print(f"| {name} | {count} | {' | '.join(cells)} | {windows} |")


def _share(sets: list[Set]) -> str:
    return f"{1 - np.mean([accepted(each) for each in sets]):.0%} of {len(sets)}" if sets else "-"


@command("takes")
def main(arguments: list[str] | None = None) -> int:
    """Print the shares of refused sets."""
    parser = CommandParser(prog="python -m benchmarks.takes", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv and streams/")
    parser.add_argument("--model", type=Path, default=SHIPPED_MODEL)
    parser.add_argument("--cache", type=Path, default=Path("runs/enrolment"), help="may be deleted at any time")
    parser.add_argument("--sets", type=positive, default=25, help="of each movement")
    options = parser.parse_args(arguments)
    with closing(load_engine(options.model)) as engine:
        spec, clips = engine.spec, see(list(sources(options.data)), engine, options.cache)
    print_table(clips, spec, options.sets)
    print(f"\nShare refused, and number of sets. Model {spec.name} {spec.weights_sha256[:8]}.")
    print(machine_line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
