"""FfmpegCapture: a file or a stream, decoded by FFmpeg through PyAV, with the interface of `cv2.VideoCapture`.

OpenCV's own reader hides what is needed here: it squeezes pictures whose size changes into the first size, tells no
cause when a URL does not open, guesses numbers of frames, and converts each picture whole.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import av
import cv2
import numpy as np

FAILURES = (av.error.FFmpegError, OSError, ValueError)
"""What PyAV raises."""
LARGEST = 1280
"""Pixels of a picture's longer side. Larger ones are made small while they are converted; nothing here shows more."""
UNTIMED = ("mpjpeg", "mjpeg", "jpeg_pipe", "h264", "hevc", "m4v", "mpegvideo", "obu", "ivf_raw")
"""Formats that are pictures one after the other, without times; FFmpeg makes some up, 25 a second."""
STILLS = ("image2", "_pipe")
COUNTED = ("mov", "avi", "gif")
"""Formats whose number of frames is what was written, and no estimate."""


class FfmpegCapture:
    """Decoded pictures of one video stream.

    Args:
        address: a path after `file:`, or a URL.
        timeout_s: how long opening, and each reading, may take.
        options: FFmpeg's.

    Raises:
        FAILURES: it cannot be opened, or is no video.
    """

    def __init__(self, address: str, timeout_s: float | None, options: dict[str, str]) -> None:
        timeout = None if timeout_s is None else (timeout_s, timeout_s)
        self._container: Any = av.open(address, timeout=timeout, options=options, metadata_errors="ignore")
        try:
            self._stream = self._longest_stream()
            self._stream.thread_type = "SLICE"  # threads that share out frames hold some back
            self._packets = 0
            """Packets that held something."""
            self._frames = self._decoded()
            self._frame: Any = None
        except BaseException:
            self._container.close()
            raise

    @property
    def format(self) -> str:
        """FFmpeg's name of the container."""
        return str(self._container.format.name)

    @property
    def has_times(self) -> bool:
        """Whether each picture carries the time when it was taken."""
        return self.format not in UNTIMED and not self.is_still

    @property
    def is_still(self) -> bool:
        """Whether the format is one of pictures, not of films."""
        return self.format.startswith(STILLS[0]) or self.format.endswith(STILLS[1])

    @property
    def has_end(self) -> bool:
        """Whether it is known how long it takes."""
        duration = self._container.duration
        return self._stream.frames > 0 or (duration is not None and duration > 0)

    @property
    def missing(self) -> int:
        """Frames that the file counts and that were not in it; 0 where its count is an estimate."""
        counted = self.format.startswith(COUNTED)
        return max(0, self._stream.frames - self._packets) if counted else 0

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Always: what cannot be opened was an error."""
        return True

    def grab(self) -> bool:
        """Decode the next frame; one that is damaged has no picture. False at the end, or when nothing comes."""
        try:
            self._frame = next(self._frames)
        except (StopIteration, *FAILURES):
            self._frame = None
            return False
        return True

    def retrieve(self) -> tuple[bool, Any]:
        """The picture that was decoded, uint8 [H, W, 3] BGR, upright, its pixels square."""
        frame = self._frame
        if frame is None:
            return False, None
        width, height = self._size(frame.width, frame.height)
        if (width, height) == (frame.width, frame.height):
            picture = frame.to_ndarray(format="bgr24")
        else:
            picture = frame.reformat(width, height, "bgr24", interpolation="FAST_BILINEAR").to_ndarray()
        turns = round((frame.rotation or 0) / 90) % 4
        return True, np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture

    def get(self, prop: int, /) -> float:
        """The rate, the newest frame's time in milliseconds, or the codec; 0 or NaN where it is not known."""
        if prop == cv2.CAP_PROP_POS_MSEC:
            return float("nan") if self._frame is None or not self.has_times else self._since_start_ms()
        if prop == cv2.CAP_PROP_FPS:
            return float(self._stream.average_rate or self._stream.guessed_rate or 0)
        if prop == cv2.CAP_PROP_FRAME_COUNT:
            return float(self._stream.frames)
        if prop == cv2.CAP_PROP_FOURCC:
            return float(int.from_bytes(self._stream.codec_context.name.encode()[:4], "little"))
        return 0.0

    def set(self, prop: int, value: float, /) -> bool:
        """Nothing can be set."""
        del prop, value
        return False

    def release(self) -> None:
        """Close it."""
        self._frame = None
        with suppress(*FAILURES):
            self._container.close()

    def _longest_stream(self) -> Any:
        """The video stream; of several, such as an AVIF's still and its film, the one with the most frames."""
        films = [stream for stream in self._container.streams.video if not stream.disposition & 0x400]  # no cover
        if not films:
            raise ValueError("it has no pictures")
        return max(films, key=lambda stream: stream.frames)

    def _decoded(self) -> Iterator[Any]:
        for packet in self._container.demux(self._stream):
            self._packets += packet.size > 0
            try:
                yield from packet.decode()
            except av.error.InvalidDataError:  # what is damaged
                yield None

    def _since_start_ms(self) -> float:
        if self._frame.time is None:
            return float("nan")
        start = self._stream.start_time
        return float(1000 * (self._frame.time - float((start or 0) * self._stream.time_base)))

    def _size(self, width: int, height: int) -> tuple[int, int]:
        """The size to convert to: square pixels, and none more than can be used."""
        aspect = self._stream.codec_context.sample_aspect_ratio
        if aspect and 0.1 < aspect < 10:
            width = max(1, round(width * aspect))
        scale = min(1.0, LARGEST / max(width, height))
        return max(1, round(width * scale)), max(1, round(height * scale))
