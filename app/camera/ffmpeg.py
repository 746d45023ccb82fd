"""FfmpegCapture: a file or a stream, decoded by FFmpeg through PyAV, with the interface of `cv2.VideoCapture`.

OpenCV's reader lacks what is needed here: it scales pictures whose size changes to the first size, gives no cause when
a URL does not open, estimates numbers of frames, and converts each picture at full size.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import av
import cv2
import numpy as np

FAILURES = (av.error.FFmpegError, OSError, ValueError)
"""The errors that PyAV raises."""
MAX_SIDE = 1280
"""Maximum length of a picture's longer side, in pixels. Larger pictures are scaled down when they are converted."""
UNTIMED_FORMATS = ("mpjpeg", "mjpeg", "jpeg_pipe", "h264", "hevc", "m4v", "mpegvideo", "obu", "ivf_raw")
"""Formats that are a sequence of pictures without times; FFmpeg assumes 25 per second."""
STILL_FORMATS = ("image2", "_pipe")
"""Prefix and suffix of the names of formats that hold still pictures."""
COUNTED_FORMATS = ("mov", "avi", "gif")
"""Formats whose number of frames is exact, not an estimate."""


class FfmpegCapture:
    """The decoded pictures of one video stream.

    Args:
        address: a path after `file:`, or a URL.
        timeout_s: limit for opening and for each read, in seconds; None for no limit.
        options: FFmpeg's options.

    Raises:
        FAILURES: it cannot be opened, or is not a video.
    """

    def __init__(self, address: str, timeout_s: float | None, options: dict[str, str]) -> None:
        timeout = None if timeout_s is None else (timeout_s, timeout_s)
        self._container: Any = av.open(address, timeout=timeout, options=options, metadata_errors="ignore")
        try:
            self._stream = self._longest_stream()
            self._stream.thread_type = "SLICE"  # threads by frame delay the output by some frames
            self._packets = 0
            """Number of non-empty packets read."""
            self._frames = self._decoded()
            self._frame: Any = None
            self.failure = ""
            """Why reading ended before the end of the data; empty if it did not."""
        except BaseException:
            self._container.close()
            raise

    @property
    def format(self) -> str:
        """FFmpeg's name of the container format."""
        return str(self._container.format.name)

    @property
    def has_times(self) -> bool:
        """Whether each picture has its own time."""
        return self.format not in UNTIMED_FORMATS and not self.is_still

    @property
    def is_still(self) -> bool:
        """Whether the format is one of still pictures, not of video."""
        return self.format.startswith(STILL_FORMATS[0]) or self.format.endswith(STILL_FORMATS[1])

    @property
    def has_end(self) -> bool:
        """Whether its length is known."""
        duration = self._container.duration
        return self._stream.frames > 0 or (duration is not None and duration > 0)

    @property
    def missing(self) -> int:
        """Number of frames that the file declares and does not hold; 0 if its number is an estimate."""
        counted = self.format.startswith(COUNTED_FORMATS)
        return max(0, self._stream.frames - self._packets) if counted else 0

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Always true: the constructor raises if it cannot be opened."""
        return True

    def grab(self) -> bool:
        """Decode the next frame; a damaged one has no picture. False at the end, or if no data comes in time."""
        self._frame = None
        try:
            self._frame = next(self._frames)
        except StopIteration:
            return False
        except FAILURES as error:
            self.failure = _failure(error)
            return False
        return True

    def retrieve(self) -> tuple[bool, Any]:
        """The decoded picture, uint8 [H, W, 3] BGR, rotated upright, with square pixels."""
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
        """The frame rate, newest frame's time in milliseconds, number of frames, or codec; 0 or NaN if unknown."""
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
        """Not supported; always false."""
        del prop, value
        return False

    def release(self) -> None:
        self._frame = None
        with suppress(*FAILURES):
            self._container.close()

    def _longest_stream(self) -> Any:
        """The video stream; of several, such as an AVIF file's still and video, the one with the most frames."""
        # 0x400: AV_DISPOSITION_ATTACHED_PIC, a cover picture
        videos = [stream for stream in self._container.streams.video if not stream.disposition & 0x400]
        if not videos:
            raise ValueError("it has no pictures")
        return max(videos, key=lambda stream: stream.frames)

    def _decoded(self) -> Iterator[Any]:
        for packet in self._container.demux(self._stream):
            self._packets += packet.size > 0
            try:
                yield from packet.decode()
            except FAILURES:  # a damaged packet
                yield None

    def _since_start_ms(self) -> float:
        if self._frame.time is None:
            return float("nan")
        start = self._stream.start_time
        return float(1000 * (self._frame.time - float((start or 0) * self._stream.time_base)))

    def _size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height to convert to: square pixels, the longer side at most `MAX_SIDE`."""
        aspect = self._stream.codec_context.sample_aspect_ratio
        if aspect and 0.1 < aspect < 10:
            width = max(1, round(width * aspect))
        scale = min(1.0, MAX_SIDE / max(width, height))
        return max(1, round(width * scale)), max(1, round(height * scale))


def _failure(error: Exception) -> str:
    """The cause in FFmpeg's words; its text of the error has the URL with its password."""
    if isinstance(error, av.error.ExitError):
        return "no data came in time"
    return getattr(error, "strerror", None) or type(error).__name__
