"""A video file: every frame, in order, as fast as it is asked for."""

import math
from collections import deque
from collections.abc import Sequence

import cv2

from app.camera.base import OnStatus
from app.camera.opencv import Capture, retrieve_rgb
from common.video import MOST_FPS, USUAL_FPS
from models.errors import CameraError
from models.frame import Frame, Image

LONGEST_GAP_S = 3600.0
"""A frame that claims to come later than this after the one before has a damaged time."""
LONGEST_STEP_S = 1.0
"""A step of time that is longer, or back, is held against the times of the frames that follow."""
AHEAD = 2
"""So many frames are read ahead for that."""
ANSI_TEXT = int.from_bytes(b"ansi", "little")
"""The codec by which FFmpeg plays any text file as a film of a terminal."""


class PresentationClock:
    """When each frame of a file is to be shown: as the file says, where it makes sense.

    A single wild time is left out. One from which the next frames go on is a gap, or where the file's clock was set
    anew, as in two recordings that were joined; then time goes on from where it was.
    """

    def __init__(self, interval_s: float, forced: bool = False) -> None:
        self._interval_s, self._forced = interval_s, forced
        self._longest_s = max(LONGEST_STEP_S, 5 * interval_s)
        self._shown_s = -math.inf
        self._offset_s = 0.0

    def time_of(self, index: int, told_s: float, following_s: Sequence[float]) -> float:
        """The time of the next frame, in seconds; each later than the one before.

        Args:
            index: the frame's number.
            told_s: what the file says; NaN where it says nothing.
            following_s: what it says of the frames after it.
        """
        if self._forced:
            return index * self._interval_s
        if self._shown_s == -math.inf:
            self._shown_s = self._first(told_s, following_s)
        else:
            self._shown_s = self._later(told_s, following_s)
        return self._shown_s

    def _first(self, told_s: float, following_s: Sequence[float]) -> float:
        believable = 0 <= told_s < LONGEST_GAP_S and all(after_s >= told_s for after_s in following_s)
        return told_s if believable else 0.0

    def _later(self, told_s: float, following_s: Sequence[float]) -> float:
        step_s = told_s + self._offset_s - self._shown_s
        if 0 < step_s <= self._longest_s:
            return self._shown_s + step_s
        goes_on = step_s > 0 and min(following_s, default=-math.inf) > told_s
        back_s = None if goes_on else self._back_in_line(following_s)
        guessed_s = self._shown_s + self._interval_s
        if back_s is not None:
            return guessed_s if guessed_s < back_s else (self._shown_s + back_s) / 2
        if not (following_s and told_s < following_s[0] < told_s + LONGEST_GAP_S):
            return guessed_s  # nothing bears it out
        if step_s <= 0 or step_s >= LONGEST_GAP_S:
            self._offset_s = guessed_s - told_s
            return guessed_s
        return self._shown_s + step_s

    def _back_in_line(self, following_s: Sequence[float]) -> float | None:
        """The time of the first frame after this one that goes on from the frame before it."""
        for number, told_s in enumerate(following_s):
            step_s = told_s + self._offset_s - self._shown_s
            if 0 < step_s <= (number + 2) * self._longest_s:
                return self._shown_s + step_s
        return None


class VideoFile:
    """A file, or anything else that has an end. It drops nothing, and the same file gives the same frames."""

    live = False
    dropped = 0

    def __init__(self, name: str, capture: Capture, on_status: OnStatus, fps: float | None = None) -> None:
        """Read the first frames.

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
        declared = capture.get(cv2.CAP_PROP_FPS)
        self.rate = fps or (declared if 0 < declared <= MOST_FPS else USUAL_FPS)
        """Frames a second, where the frames carry no times."""
        self.rate_is_guessed = fps is None and not getattr(capture, "has_times", True)
        self._clock = PresentationClock(1 / self.rate, forced=fps is not None or self.rate_is_guessed)
        self._frames = self._decoded = 0
        self._ahead: deque[tuple[int, Image, float]] = deque()
        """Number, picture and told time of the frames that come next."""
        is_text = capture.get(cv2.CAP_PROP_FOURCC) == ANSI_TEXT
        if is_text or not self._read_ahead():
            capture.release()
            what = "is a text" if is_text else "holds no picture that can be decoded"
            raise CameraError(f"{name} {what}. Give a video file, such as an .mp4 or .avi that a player shows.")
        self.is_picture = len(self._ahead) == 1 and bool(getattr(capture, "is_still", False))
        """Whether it is a still picture: a film of one frame."""

    @property
    def ended(self) -> bool:
        """Whether the last frame was handed out."""
        return not self._ahead

    def next(self, timeout_s: float = 0.0) -> Frame | None:  # noqa: ARG002 - a file never makes anybody wait
        """Return the next frame; None at the end."""
        if not self._ahead:
            return None
        index, image, told_s = self._ahead.popleft()
        if not self._read_ahead():
            self._finish()
        time_s = self._clock.time_of(index, told_s, [each[2] for each in self._ahead])
        return Frame(image, time_s, index)

    def pause(self, paused: bool) -> None:
        """Nothing to hold: it gives a frame only when asked."""

    def close(self) -> None:
        """Close the file."""
        self._ahead.clear()
        self._capture.release()

    def _read_ahead(self) -> bool:
        """Read on until enough frames that can be decoded wait; whether any does."""
        while len(self._ahead) <= AHEAD and self._capture.grab():
            told_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            image = retrieve_rgb(self._capture)
            if image is not None:
                self._decoded += 1
                self._ahead.append((self._frames, image, told_s))
            self._frames += 1
        return bool(self._ahead)

    def _finish(self) -> None:
        missing = getattr(self._capture, "missing", 0)
        self._capture.release()
        if missing:
            whole = self._frames + missing
            self._on_status(f"{self.name} ends after {self._decoded} of {whole} frames; it may be cut off")
