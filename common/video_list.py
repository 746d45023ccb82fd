"""Lists of videos: a table with one row per video, with at least its path and label."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from common.table_file import TableRow, read_table


@dataclass(frozen=True, slots=True)
class ListedVideo:
    """A row of a list of videos."""

    path: Path
    label: str
    """Its label; empty if the list has none."""
    fps: float | None
    """Frame rate; None if the list has none."""
    row: TableRow
    """The other columns."""


def read_video_list(
    path: Path, labels: Sequence[str] = (), columns: Sequence[str] = ("path", "label")
) -> list[ListedVideo]:
    """Read a list of videos.

    Args:
        path: of the list; the paths in it are relative to its folder, with slashes of either kind.
        labels: the labels that it may contain; empty allows any.
        columns: required columns.

    Raises:
        TableError: it cannot be read, lacks a column, or contains an unknown label.
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
