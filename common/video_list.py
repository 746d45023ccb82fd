"""Lists of videos: a table with a row for each, at least its path and its label."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from common.table_file import TableRow, read_table


@dataclass(frozen=True, slots=True)
class ListedVideo:
    """A video as a list names it."""

    path: Path
    label: str
    """What it shows; empty where the list does not say."""
    fps: float | None
    """Frames a second; None where the list does not say."""
    row: TableRow
    """The other columns."""


def read_video_list(
    path: Path, labels: Sequence[str] = (), columns: Sequence[str] = ("path", "label")
) -> list[ListedVideo]:
    """Read a list of videos.

    Args:
        path: of the list; the paths in it are relative to its folder, with slashes of either kind.
        labels: those that it may name; any where none are given.
        columns: those that it must have.

    Raises:
        TableError: it cannot be read, lacks a column, or names a label that is not known.
    """
    return [_listed(path.parent, row, labels, columns) for row in read_table(path, columns)]


def _listed(folder: Path, row: TableRow, labels: Sequence[str], columns: Sequence[str]) -> ListedVideo:
    label, fps = row.cells.get("label", ""), row.cells.get("fps", "")
    return ListedVideo(
        folder / row.text("path").replace("\\", "/"),
        row.label("label", labels) if label and labels else label,
        row.number_in("fps") if fps or "fps" in columns else None,
        row,
    )
