"""A video file: every frame, in order, as fast as it is asked for."""

import math

import cv2

from app.camera.base import OnStatus
from app.camera.opencv import Capture, declared_frames, retrieve_rgb
from models.errors import CameraError
from models.frame import Frame

USUAL_FPS = 30.0
"""What a file without a believable frame rate is taken to have."""
MOST_FPS = 1000.0
LONGEST_GAP_S = 3600.0
"""A frame that claims to come later than this after the one before has a damaged time."""
ANSI_TEXT = int.from_bytes(b"ansi", "little")
"""The codec by which FFmpeg plays any text file as a film of a terminal."""


class PresentationClock:
    """When each frame of a file is to be shown: as the file says, where it makes sense."""

    def __init__(self, capture: Capture, fps: float | None = None) -> None:
        declared = capture.get(cv2.CAP_PROP_FPS)
        self._capture = capture
        self._forced = fps is not None
        self._interval_s = 1 / (fps or (declared if 0 < declared <= MOST_FPS else USUAL_FPS))
        self._shown_s = -math.inf

    def time_of(self, index: int) -> float:
        """The time of the frame that was read last, in seconds; each later than the one before."""
        if self._forced:
            return index * self._interval_s
        told_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        started = self._shown_s > -math.inf
        believable = self._shown_s < told_s < max(self._shown_s, 0.0) + LONGEST_GAP_S and told_s >= 0
        guessed_s = self._shown_s + self._interval_s if started else 0.0
        self._shown_s = told_s if believable else guessed_s
        return self._shown_s


class VideoFile:
    """A file, or anything else that has an end. It drops nothing, and the same file gives the same frames."""

    live = False
    dropped = 0

    def __init__(self, name: str, capture: Capture, on_status: OnStatus, fps: float | None = None) -> None:
        """Read the first frame.

        Args:
            name: what people call it.
            capture: opened and unread; it is released at the end.
            on_status: told when the file ends before it should.
            fps: frames a second, instead of the times that the file carries.

        Raises:
            CameraError: there is no picture in it.
        """
        self.name = name
        self._capture = capture
        self._on_status = on_status
        self._clock = PresentationClock(capture, fps)
        self._declared = declared_frames(capture)
        self._frames = 0
        is_text = capture.get(cv2.CAP_PROP_FOURCC) == ANSI_TEXT
        self._ahead = None if is_text else self._read()
        if self._ahead is None:
            capture.release()
            what = "is a text" if is_text else "holds no picture that can be decoded"
            raise CameraError(f"{name} {what}. Give a video file, such as an .mp4 or .avi that a player shows.")

    @property
    def ended(self) -> bool:
        """Whether the last frame was handed out."""
        return self._ahead is None

    def next(self, timeout_s: float = 0.0) -> Frame | None:  # noqa: ARG002 - a file never makes anybody wait
        """Return the next frame; None at the end."""
        frame = self._ahead
        if frame is not None:
            self._ahead = self._read()
            if self._ahead is None:
                self._finish()
        return frame

    def pause(self, paused: bool) -> None:
        """Nothing to hold: it gives a frame only when asked."""

    def close(self) -> None:
        """Close the file."""
        self._ahead = None
        self._capture.release()

    def _read(self) -> Frame | None:
        """Read on to the next frame that can be decoded."""
        while self._capture.grab():
            index = self._frames
            self._frames += 1
            time_s = self._clock.time_of(index)
            image = retrieve_rgb(self._capture)
            if image is not None:
                return Frame(image, time_s, index)
        return None

    def _finish(self) -> None:
        self._capture.release()
        missing = self._declared - self._frames
        # Some containers only know their length in seconds: a few frames less than that are no sign of damage.
        if missing > 2 + self._declared // 50:
            self._on_status(f"{self.name} ends after {self._frames} of {self._declared} frames; it may be cut off")
