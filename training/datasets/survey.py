"""Checks the clips of a data set: their number of frames, and whether they can be read. Decodes them if requested."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from common.video import header_frames, header_rate, video_pictures
from common.whole_file import WriteError
from training.datasets.base import Clip
from training.datasets.listing import Entry
from training.datasets.pixels import FRAME, JPEG_END, read_picture, reason
from training.recording_list import scaled

MIN_FRAME_SHARE = 0.5
"""A video with less than this share of the frames in its header is counted as truncated."""


@dataclass(frozen=True, slots=True)
class Job:
    """A clip to check."""

    entry: Entry
    path: Path
    fps: float
    """Used if the file does not specify it."""
    decoded: Path | None
    """The folder to decode it into; None does not decode."""
    size: int
    """Maximum of the shorter side in pixels, when decoded."""
    pictures: tuple[Path, ...] = ()
    """The pictures of a folder whose files are not named 00001.jpg and on."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A clip that exists and cannot be used, and the reason."""

    id: str
    why: str


def examine(job: Job) -> Clip | Broken:
    """Check one clip, and decode it if requested and not done before.

    Raises:
        WriteError: a decoded picture cannot be written.
    """
    try:
        fps = _fps(job.path) or job.fps
        path = job.path if job.decoded is None else _decode(job, job.decoded)
        frames = count_pictures(path) if path.is_dir() else count_frames(path)
    except (OSError, ValueError, cv2.error) as error:
        return Broken(job.entry.id, reason(error))
    return Clip(job.entry.id, path, job.entry.label, frames, fps)


def _fps(path: Path) -> float | None:
    """The frame rate in a video's header, if plausible."""
    fps = header_rate(path) if path.is_file() else None
    return fps if fps and 1 <= fps <= 240 else None


def count_pictures(folder: Path) -> int:
    """The number of pictures in a folder. Decodes the first and the last; of the others only the end marker is read.

    Raises:
        OSError: a picture cannot be opened.
        ValueError: there is none, or a picture is missing, empty or truncated.
    """
    files = sorted(folder.glob("*.jpg"))
    for number, file in enumerate(files, 1):
        if file.name != FRAME.format(number):
            raise ValueError(f"{FRAME.format(number)} is missing from {folder}")
        if not _has_jpeg_end(file):
            read_picture(file)  # some writers append data after the end marker
    if not files:
        raise ValueError(f"no pictures in {folder}")
    for file in {files[0], files[-1]}:
        read_picture(file)
    return len(files)


def _has_jpeg_end(picture: Path) -> bool:
    with open(picture, "rb", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(JPEG_END)))
        return file.read() == JPEG_END


def count_frames(path: Path) -> int:
    """The number of frames of a video that can be decoded.

    Raises:
        ValueError: there is none, or less than `MIN_FRAME_SHARE` of the number in the header.
    """
    frames = sum(1 for _ in video_pictures(path, ()))
    return _checked_count(path, frames)


def _checked_count(path: Path, frames: int) -> int:
    promised = header_frames(path)
    if not frames:
        raise ValueError(f"no frame in {path} can be decoded")
    if frames < MIN_FRAME_SHARE * promised:
        raise ValueError(f"{path} is cut short: {frames} frames of {promised:.0f}")
    return frames


def _decode(job: Job, folder: Path) -> Path:
    """Write a clip's pictures into a folder, atomically, unless it is complete."""
    if _is_complete(folder):
        return folder
    unfinished = folder.with_name(folder.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        _write_pictures(job, unfinished)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def _is_complete(folder: Path) -> bool:
    """Whether a folder holds readable pictures; a power failure can leave truncated ones."""
    try:
        return count_pictures(folder) > 0
    except (OSError, ValueError):
        return False


def _write_pictures(job: Job, folder: Path) -> None:
    frames = 0
    for picture in _pictures(job):
        small = scaled(picture, min(job.size, *picture.shape[:2]))
        save(folder / FRAME.format(frames + 1), cv2.imencode(".jpg", small)[1].tobytes())
        frames += 1
    if job.path.is_file():
        _checked_count(job.path, frames)


def _pictures(job: Job) -> Iterator[cv2.typing.MatLike]:
    if job.path.is_file():
        yield from (picture for picture in video_pictures(job.path) if picture is not None)
    else:
        numbered = (
            job.path / FRAME.format(number + 1) for number in range(0 if job.pictures else count_pictures(job.path))
        )
        yield from map(read_picture, job.pictures or numbered)


def save(path: Path, data: bytes) -> None:
    """Write a file and create its folder.

    Raises:
        WriteError: they cannot be written, for example on a full disk.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise WriteError(f"{WriteError.of(path, error)}; run the command again to continue") from error
