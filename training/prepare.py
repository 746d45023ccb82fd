"""Look through a data set and write its indexes.

python -m training.prepare jester ROOT --lists FOLDER --out OUT    a public data set
python -m training.prepare folders ROOT --out OUT                  own clips, ROOT/<label>/clip.mp4
"""

import argparse
import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from common.arguments import CommandParser, number, positive
from common.command import command
from common.whole_file import write_whole
from training.datasets import folders
from training.datasets.base import Clip, Index, write_index
from training.datasets.catalogue import SOURCES
from training.datasets.crew import examine_all
from training.datasets.listing import Entry, Listing
from training.datasets.own_index import advice, cut_up, jobs_of, labels_of, renumbered, sorted_out, too_few
from training.datasets.publisher import PublishedDataset
from training.datasets.splits import LEAST, SPLITS, Shared, share_out
from training.datasets.survey import Broken, Job
from training.errors import DataError

FIRST = 3
"""How many ids are told; all of them are in a file."""
OWN_SIZE = 160
"""Shorter side in pixels that own clips are decoded at: enough for networks of 112 pixels that see parts of them."""
OWN_FPS = 12.0


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a split's clips."""

    listing: Listing
    clips: tuple[Clip, ...]
    missing: tuple[str, ...]
    broken: tuple[Broken, ...]


def prepare(
    source: PublishedDataset, root: Path, lists: Path, out: Path, size: int | None, processes: int
) -> Iterable[str]:
    """Index every split whose list is there; yields a report, line by line.

    Raises:
        DataError: no list, no clip, or a list that makes no sense.
    """
    listings = read_listings(source, lists)
    yield from (line for split, listing in listings.items() for line in _size_note(source, split, listing))
    decoded = out / f"frames-{size}" / source.name if size else None  # ids of different sets are often the same
    jobs = make_jobs(source, root, listings.values(), decoded, size or 0)
    _make_folder(out)
    seen = {result.id: result for result in examine_all(jobs, processes)}
    for split, listing in listings.items():
        yield from _write(source, split, _sort(listing, seen), out)
    if not any(isinstance(result, Clip) for result in seen.values()):
        raise DataError(f"all {len(seen)} clips of {source.name} that are in {root} are broken; unpack them anew")


def read_listings(source: PublishedDataset, lists: Path) -> dict[str, Listing]:
    """The lists of the splits that are there.

    Raises:
        DataError: none is.
    """
    if not lists.is_dir():
        raise DataError(f"no folder {lists}; give the folder of the data set's lists with --lists")
    read = {split: source.read(lists, split) for split in source.splits}
    found = {split: listing for split, listing in read.items() if listing is not None}
    if not found:
        raise DataError(f"no list of {source.name} in {lists}; expected its publisher's files, see docs/datasets.md")
    return found


def _size_note(source: PublishedDataset, split: str, listing: Listing) -> Iterable[str]:
    published, here = source.sizes.get(split), len(listing.entries)
    if published not in (None, here):
        yield f"{source.name} {split}: the list names {here} clips, the published one {published}: is it cut short?"


def make_jobs(
    source: PublishedDataset, root: Path, listings: Iterable[Listing], decoded: Path | None, size: int
) -> dict[str, Job]:
    """What to look at, by id: the clips that are there.

    Raises:
        DataError: not one is.
    """
    locate = source.locate(root)
    entries = {entry.id: entry for listing in listings for entry in listing.entries}
    jobs = {id_: _job(source, entry, path, decoded, size) for id_, entry in entries.items() if (path := locate(id_))}
    if not jobs:
        raise DataError(f"none of the {len(entries)} clips of {source.name} is in {root}; expected {source.form} there")
    return jobs


def _job(source: PublishedDataset, entry: Entry, path: Path, decoded: Path | None, size: int) -> Job:
    return Job(entry, path, source.fps, decoded / entry.id if decoded else None, size)


def _make_folder(out: Path) -> None:
    """Now, and not when hours have gone into what shall be written."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make the folder {out} ({error.strerror}); give another --out") from error


def _sort(listing: Listing, seen: dict[str, Clip | Broken]) -> Found:
    results = [(entry.id, seen.get(entry.id)) for entry in listing.entries]
    return Found(
        listing,
        tuple(result for _, result in results if isinstance(result, Clip)),
        tuple(id_ for id_, result in results if result is None),
        tuple(result for _, result in results if isinstance(result, Broken)),
    )


def prepare_folders(root: Path, out: Path, size: int, fps: float, processes: int) -> Iterable[str]:
    """Index own clips, a folder a label; yields a report, line by line.

    Raises:
        DataError: there is no such folder, or nothing in it to tell apart; or OUT is in it, and would be a label.
    """
    if root.resolve() in (out.resolve(), *out.resolve().parents):
        raise DataError(f"{out} lies in {root}, whose folders are labels; give --out another folder")
    own = folders.find_clips(root)
    yield from own.notes
    names = labels_of(own.clips, root)
    jobs = jobs_of(own.clips, names, out / f"frames-{size}" / folders.NAME, size, fps)
    _make_folder(out)
    whole, broken = sorted_out(examine_all(jobs, processes), names)
    yield from (f"{one.id} is left out: {one.why}" for one in broken)
    files = {clip.id: clip for clip in own.clips}
    pieces = {piece.id: (piece, files[clip.id]) for clip in whole for piece in cut_up(clip, names)}
    clips = [piece for piece, _ in pieces.values()]
    few = too_few(clips, names)
    yield from (f"{label!r} is left out: it has {n} whole clips and needs {LEAST} or more" for label, n in few.items())
    labels = labels_of((file for piece, file in pieces.values() if file.label not in few), root)
    clips = renumbered(clips, names, labels)
    yield from advice(clips, labels)
    sharing = share_out(clips, {id_: file for id_, (_, file) in pieces.items()})
    yield sharing.how
    for split in SPLITS:
        write_index(
            out / f"{folders.NAME}-{split}.jsonl", Index(folders.NAME, split, labels, tuple(sharing.splits[split]))
        )
    yield from _counts(labels, sharing.splits)
    yield f"{len(clips)} clips, {len(broken)} left out -> {out}/{folders.NAME}-{{{','.join(SPLITS)}}}.jsonl"
    yield f"Next: python -m training.train training/configs/folders/shipped.toml {shlex.quote(f'data.folder={out}')}"


def _counts(labels: Sequence[str], splits: Shared) -> Iterable[str]:
    """How many clips of each label each split has."""
    for place, label in enumerate(labels):
        of_label = {split: [clip for clip in clips if clip.label == place] for split, clips in splits.items()}
        seconds = sum(clip.frames / clip.fps for clips in of_label.values() for clip in clips)
        told = ", ".join(f"{len(clips)} {split}" for split, clips in of_label.items())
        if seconds:
            yield f"  {label}: {seconds / 60:.1f} min; {told}"


def _write(source: PublishedDataset, split: str, found: Found, out: Path) -> Iterable[str]:
    start = f"{source.name}-{split}"
    path = out / f"{start}.jsonl"
    if found.clips:
        write_index(path, Index(source.name, split, found.listing.labels, found.clips))
    else:
        path.unlink(missing_ok=True)
    frames, where = sum(clip.frames for clip in found.clips), path if found.clips else "no index"
    yield f"{source.name} {split}: {len(found.clips)} clips of {len(found.listing.entries)}, {frames} frames -> {where}"
    yield from _tell("missing", found.missing, found.missing, out / f"{start}-missing.txt")
    lines = [f"{broken.id}: {broken.why}" for broken in found.broken]
    yield from _tell("broken", [broken.id for broken in found.broken], lines, out / f"{start}-broken.txt")


def _tell(what: str, ids: Sequence[str], lines: Sequence[str], path: Path) -> Iterable[str]:
    """Write a whole list to a file, and tell how many and the first; no file if there is none."""
    if not ids:
        path.unlink(missing_ok=True)
        return
    write_whole(path, "".join(f"{line}\n" for line in lines).encode())
    yield f"  {len(ids)} {what}: {', '.join(ids[:FIRST])}{', ...' if len(ids) > FIRST else ''} -> {path}"


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="python -m training.prepare",
        description="Look through a data set, say what is missing or broken, and write its indexes.",
        epilog="docs/datasets.md tells how to get each data set, docs/your-own-network.md how to make one.",
    )
    parser.add_argument("dataset", choices=(*SOURCES, folders.NAME))
    parser.add_argument("root", type=Path, help="the folder that it was unpacked into, or of own clips: ROOT/<label>/")
    parser.add_argument("--lists", type=Path, help="the folder of its lists (default: ROOT); own clips have none")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the indexes")
    parser.add_argument(
        "--decode",
        type=positive,
        metavar="SIZE",
        help=f"decode once into OUT/frames-SIZE/DATASET, shorter side (own clips always are; default: {OWN_SIZE})",
    )
    parser.add_argument(
        "--fps",
        type=number(float, 1),
        default=OWN_FPS,
        help="pictures a second of own clips that are folders of pictures (default: %(default)g)",
    )
    parser.add_argument("--processes", type=positive, default=os.cpu_count(), help="default: %(default)s")
    return parser


@command("prepare")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    given = _parser().parse_args(arguments)
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # a broken clip is told once, by us
    for line in _report(given):
        _say(line)
    return 0


def _report(given: argparse.Namespace) -> Iterable[str]:
    if given.dataset != folders.NAME:
        lists = given.lists or given.root
        return prepare(SOURCES[given.dataset], given.root, lists, given.out, given.decode, given.processes)
    if given.lists:
        raise DataError("own clips have no lists, their folders are the labels; leave --lists out")
    return prepare_folders(given.root, given.out, given.decode or OWN_SIZE, given.fps, given.processes)


def _say(line: str) -> None:
    """Whoever read standard output may have enough; the indexes are written all the same."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
