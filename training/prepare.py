"""Check a data set and write its indexes.

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
from training.datasets.listing import Entry, Listing
from training.datasets.own_index import advice, cut_pieces, jobs_of, labels_of, rare_labels, renumber, split_usable
from training.datasets.publisher import PublishedDataset
from training.datasets.splits import MIN_CLIPS, SPLITS, ClipsBySplit, assign_splits
from training.datasets.survey import Broken, Job
from training.datasets.survey_pool import examine_all
from training.errors import DataError

N_PRINTED = 3
"""Number of ids that are printed; a file lists all."""
OWN_SIZE = 160
"""Default shorter side of decoded own clips, in pixels; augmentation crops 112 pixels out of it."""
OWN_FPS = 12.0


@dataclass(frozen=True, slots=True)
class SplitResult:
    """The clips of one split after the check."""

    listing: Listing
    clips: tuple[Clip, ...]
    missing: tuple[str, ...]
    broken: tuple[Broken, ...]


def prepare(
    source: PublishedDataset, root: Path, lists: Path, out: Path, size: int | None, processes: int
) -> Iterable[str]:
    """Index every split that has a list; yields a report, line by line.

    Raises:
        DataError: there is no list or no clip, or a list is invalid.
    """
    listings = read_listings(source, lists)
    yield from (line for split, listing in listings.items() for line in _size_note(source, split, listing))
    decoded = out / f"frames-{size}" / source.name if size else None  # different data sets use the same ids
    jobs = make_jobs(source, root, listings.values(), decoded, size or 0)
    _make_folder(out)
    seen = {result.id: result for result in examine_all(jobs, processes)}
    for split, listing in listings.items():
        yield from _write(source, split, _sort(listing, seen), out)
    if not any(isinstance(result, Clip) for result in seen.values()):
        raise DataError(f"all {len(seen)} clips of {source.name} that are in {root} are broken; unpack them again")


def read_listings(source: PublishedDataset, lists: Path) -> dict[str, Listing]:
    """Read the list of every split that has one.

    Raises:
        DataError: there is no list.
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
        yield f"{source.name} {split}: the list has {here} clips, the published one {published}; it may be truncated"


def make_jobs(
    source: PublishedDataset, root: Path, listings: Iterable[Listing], decoded: Path | None, size: int
) -> dict[str, Job]:
    """The clips that exist, by id.

    Raises:
        DataError: none exists.
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
    """Create the output folder before the check, which may take hours."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"cannot make the folder {out} ({error.strerror}); give another --out") from error


def _sort(listing: Listing, seen: dict[str, Clip | Broken]) -> SplitResult:
    results = [(entry.id, seen.get(entry.id)) for entry in listing.entries]
    return SplitResult(
        listing,
        tuple(result for _, result in results if isinstance(result, Clip)),
        tuple(id_ for id_, result in results if result is None),
        tuple(result for _, result in results if isinstance(result, Broken)),
    )


def prepare_folders(root: Path, out: Path, size: int, fps: float, processes: int) -> Iterable[str]:
    """Index own clips, one folder per label; yields a report, line by line.

    Raises:
        DataError: the folder does not exist or has fewer than two labels, or OUT is inside it and would be a label.
    """
    if root.resolve() in (out.resolve(), *out.resolve().parents):
        raise DataError(f"{out} is inside {root}, whose folders are labels; give --out another folder")
    own = folders.find_clips(root)
    yield from own.notes
    names = labels_of(own.clips, root)
    jobs = jobs_of(own.clips, names, out / f"frames-{size}" / folders.NAME, size, fps)
    _make_folder(out)
    whole, broken = split_usable(examine_all(jobs, processes), names)
    yield from (f"{one.id!r} is left out: {one.why}" for one in broken)
    files = {clip.id: clip for clip in own.clips}
    pieces = {piece.id: (piece, files[clip.id]) for clip in whole for piece in cut_pieces(clip, names)}
    clips = [piece for piece, _ in pieces.values()]
    few = rare_labels(clips, names)
    yield from (
        f"{label!r} is left out: it has {n} usable clips and needs at least {MIN_CLIPS}" for label, n in few.items()
    )
    labels = labels_of((file for piece, file in pieces.values() if file.label not in few), root)
    clips = renumber(clips, names, labels)
    yield from advice(clips, labels)
    sharing = assign_splits(clips, {id_: file for id_, (_, file) in pieces.items()})
    yield sharing.how
    for split in SPLITS:
        write_index(
            out / f"{folders.NAME}-{split}.jsonl", Index(folders.NAME, split, labels, tuple(sharing.splits[split]))
        )
    yield from _counts(labels, sharing.splits)
    yield f"{len(clips)} clips, {len(broken)} left out -> {out}/{folders.NAME}-{{{','.join(SPLITS)}}}.jsonl"
    words = (f"data.folder={out}", f"run.folder=runs/{out.resolve().name}")
    yield f"Next: python -m training.train training/configs/folders/shipped.toml {shlex.join(words)}"


def _counts(labels: Sequence[str], splits: ClipsBySplit) -> Iterable[str]:
    """Report the minutes and the number of clips per label and split, then those of all labels."""
    for place, label in enumerate(labels):
        of_label = {split: [clip for clip in clips if clip.label == place] for split, clips in splits.items()}
        if any(of_label.values()):
            yield f"  {label}: {_count(of_label)}"
    yield f"  all labels: {_count(splits)}"


def _count(splits: ClipsBySplit) -> str:
    """The minutes, and the number of clips of each split."""
    seconds = sum(clip.frames / clip.fps for clips in splits.values() for clip in clips)
    return f"{seconds / 60:.1f} min; {', '.join(f'{len(clips)} {split}' for split, clips in splits.items())}"


def _write(source: PublishedDataset, split: str, found: SplitResult, out: Path) -> Iterable[str]:
    start = f"{source.name}-{split}"
    path = out / f"{start}.jsonl"
    if found.clips:
        write_index(path, Index(source.name, split, found.listing.labels, found.clips))
    else:
        path.unlink(missing_ok=True)
    frames, where = sum(clip.frames for clip in found.clips), path if found.clips else "no index"
    yield f"{source.name} {split}: {len(found.clips)} clips of {len(found.listing.entries)}, {frames} frames -> {where}"
    yield from _write_ids("missing", found.missing, found.missing, out / f"{start}-missing.txt")
    lines = [f"{broken.id}: {broken.why}" for broken in found.broken]
    yield from _write_ids("broken", [broken.id for broken in found.broken], lines, out / f"{start}-broken.txt")


def _write_ids(what: str, ids: Sequence[str], lines: Sequence[str], path: Path) -> Iterable[str]:
    """Write a list to a file and report its length and first ids; delete the file if the list is empty."""
    if not ids:
        path.unlink(missing_ok=True)
        return
    write_whole(path, "".join(f"{line}\n" for line in lines).encode())
    yield f"  {len(ids)} {what}: {', '.join(ids[:N_PRINTED])}{', ...' if len(ids) > N_PRINTED else ''} -> {path}"


def _parser() -> CommandParser:
    parser = CommandParser(
        prog="python -m training.prepare",
        description="Check a data set, report missing and broken clips, and write its indexes.",
        epilog="docs/datasets.md describes each data set, docs/your-own-network.md how to record one.",
    )
    parser.add_argument("dataset", choices=(*SOURCES, folders.NAME))
    parser.add_argument("root", type=Path, help="folder of the unpacked data set, or of own clips: ROOT/<label>/")
    parser.add_argument("--lists", type=Path, help="folder of its lists (default: ROOT); own clips have none")
    parser.add_argument("--out", type=Path, required=True, help="folder for the indexes")
    parser.add_argument(
        "--decode",
        type=positive,
        metavar="SIZE",
        help=f"decode into OUT/frames-SIZE/DATASET with this shorter side (own clips: always, default {OWN_SIZE})",
    )
    parser.add_argument(
        "--fps",
        type=number(float, 1),
        default=OWN_FPS,
        help="frame rate of own clips that are folders of pictures",
    )
    parser.add_argument("--processes", type=positive, default=os.cpu_count(), help="processes that check clips")
    return parser


@command("prepare")
def main(arguments: list[str] | None = None) -> int:
    """Print the report and write the indexes."""
    given = _parser().parse_args(arguments)
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # broken clips are in our report
    for line in _report(given):
        _print(line)
    return 0


def _report(given: argparse.Namespace) -> Iterable[str]:
    if given.dataset != folders.NAME:
        lists = given.lists or given.root
        return prepare(SOURCES[given.dataset], given.root, lists, given.out, given.decode, given.processes)
    if given.lists:
        raise DataError("own clips have no lists, since their folders are the labels; leave --lists out")
    return prepare_folders(given.root, given.out, given.decode or OWN_SIZE, given.fps, given.processes)


def _print(line: str) -> None:
    """Print a line; if the reader closed the pipe, discard it, so that the indexes are still written."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
