"""Parsing of `--camera`: which source a text names."""

import difflib
import os
import re
import stat
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import url2pathname

from app.camera.devices import captures_video
from common.hidden_password import without_password
from models.errors import CameraError

VIDEO_ENDINGS = (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpg", ".webm")
MAX_SHOWN_CHARACTERS = 120
"""Maximum length of a name in a message."""


@dataclass(frozen=True, slots=True)
class DeviceSource:
    """A camera of this computer."""

    address: int | str
    """Its number, or its path such as `/dev/video0`."""

    @property
    def name(self) -> str:
        """`camera 0` or the path."""
        return f"camera {self.address}" if isinstance(self.address, int) else shown(self.address)


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file of video or still pictures."""

    path: str

    @property
    def name(self) -> str:
        """The file's name, without its folder."""
        return shown(os.path.basename(self.path))


@dataclass(frozen=True, slots=True)
class UrlSource:
    """A stream or a file on a network."""

    url: str

    @property
    def name(self) -> str:
        """The URL without user, password and query, because it is shown and logged."""
        parts = urlsplit(without_password(self.url))
        return shown(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")


@dataclass(frozen=True, slots=True)
class PipelineSource:
    """A GStreamer pipeline that ends in an `appsink`."""

    pipeline: str

    @property
    def name(self) -> str:
        """The pipeline's first element."""
        return shown(f"GStreamer {self.pipeline.split()[0]}")


Source = DeviceSource | FileSource | UrlSource | PipelineSource


def parse_source(text: str) -> Source:
    """Parse the name of a source: `0`, `/dev/video0`, a file, a URL or a GStreamer pipeline.

    Raises:
        CameraError: it is none of these; the message names the nearest match.
    """
    text = text.strip()
    if not text.isascii() and text != text.encode(errors="replace").decode():
        raise CameraError(f"the name {shown(text)} is not valid UTF-8, and OpenCV cannot open it. Rename the file.")
    if re.fullmatch(r"[0-9]{1,4}", text):
        return DeviceSource(int(text))
    if re.match(r"/dev/(video|v4l/)", text):
        return DeviceSource(text)
    path = url2pathname(text[len("file://") :]) if text.lower().startswith("file://") else text
    if os.path.exists(path):
        return _file(path)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://.", path):
        return _url(path)
    if re.search(r"\S\s*!\s*\S", path):
        return PipelineSource(path)
    raise CameraError(_no_such_file(path))


def shown(text: str) -> str:
    """A text made fit for a message: one line, no password, at most `MAX_SHOWN_CHARACTERS`."""
    printable = "".join(c if c.isprintable() else "?" for c in without_password(text))
    half = MAX_SHOWN_CHARACTERS // 2
    return printable if len(printable) <= MAX_SHOWN_CHARACTERS else f"{printable[:half]}...{printable[-half:]}"


def _url(text: str) -> UrlSource:
    try:
        urlsplit(text)
    except ValueError as error:
        raise CameraError(f"{shown(text)} is not a valid URL ({error}). Write it like rtsp://host:554/path.") from None
    scheme, _, rest = text.partition("://")
    return UrlSource(f"{scheme.lower()}://{rest}")  # FFmpeg knows schemes in lower case only


def _file(path: str) -> FileSource | DeviceSource:
    """The source of an existing path: a regular file or a camera; reading a pipe could wait for ever."""
    if os.path.isdir(path):
        raise CameraError(f"{shown(path)} is a folder; one video file is expected. {_a_video_in(path)}")
    if _is_device(path):
        return DeviceSource(path)
    if not os.path.isfile(path):
        raise CameraError(f"{shown(path)} is neither a file nor a camera. Give a video file, /dev/video0, or a URL.")
    if os.path.getsize(path) == 0:
        raise CameraError(f"{shown(path)} is empty (0 bytes). Give a file that holds a video.")
    if not os.access(path, os.R_OK):
        raise CameraError(
            f"you have no permission to read {shown(path)}. Change its permissions, or give another file."
        )
    return FileSource(path)


def _is_device(path: str) -> bool:
    """Whether a path is a camera under another name, as udev rules create."""
    return sys.platform == "linux" and stat.S_ISCHR(os.stat(path).st_mode) and captures_video(path)


def _a_video_in(folder: str) -> str:
    videos = sorted(name for name in _names_in(folder) if name.lower().endswith(VIDEO_ENDINGS))
    return f"Give one file, such as {shown(os.path.join(folder, videos[0]))}." if videos else "Give one video file."


def _no_such_file(path: str) -> str:
    folder, name = os.path.split(path)
    near = difflib.get_close_matches(name, _names_in(folder or "."), n=1)
    if near:
        return f"there is no file {shown(path)}. Did you mean {shown(os.path.join(folder, near[0]))}?"
    return (
        f"{shown(path)!r} is neither a camera number nor an existing file nor a URL. "
        "Give a camera's number, such as 0, a video file, or rtsp://..."
    )


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except (OSError, ValueError):
        return []
