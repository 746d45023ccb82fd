"""VideoFile: every frame of a file, in order, as fast as they are read."""

import math
from collections import deque
from collections.abc import Sequence

import cv2

from app.camera.base import OnStatus
from app.camera.opencv import Capture, retrieve_rgb
from common.video import MOST_FPS, USUAL_FPS
from models.errors import CameraError
from models.frame import Frame, Image

MAX_GAP_S = 3600.0
"""A frame whose time is later than the previous one's by more than this has a damaged time."""
MAX_STEP_S = 1.0
"""A step of time that is longer, or backwards, is checked against the times of the following frames."""
FRAMES_AHEAD = 2
"""Number of frames read ahead for this check."""
PLAYABLE = "Give a video file that a player can play, such as an .mp4 or .avi."
WHOLE_FILES = "If its web server sends whole files only, and not parts of them, download it and give the file."
ANSI_TEXT = int.from_bytes(b"ansi", "little")
"""The codec by which FFmpeg plays any text file as a video of a terminal."""


class PresentationClock:
    """The time of each frame of a file: the file's own where it is plausible.

    A single implausible time is ignored. If the next frames continue from it, it is a gap, or the file's clock was
    reset, as in two joined recordings; after a reset, time continues from the previous frame.
    """

    def __init__(self, interval_s: float, forced: bool = False) -> None:
        self._interval_s, self._forced = interval_s, forced
        self._longest_s = max(MAX_STEP_S, 5 * interval_s)
        self._shown_s = -math.inf
        self._offset_s = 0.0

    def time_of(self, index: int, reported_s: float, following_s: Sequence[float]) -> float:
        """The time of the next frame, in seconds; each later than the one before.

        Args:
            index: the frame's number.
            reported_s: its time in the file; NaN if the file has none.
            following_s: the same of the frames after it.
        """
        if self._forced:
            return index * self._interval_s
        if self._shown_s == -math.inf:
            self._shown_s = self._first(reported_s, following_s)
        else:
            self._shown_s = self._later(reported_s, following_s)
        return self._shown_s

    def _first(self, reported_s: float, following_s: Sequence[float]) -> float:
        believable = 0 <= reported_s < MAX_GAP_S and all(after_s >= reported_s for after_s in following_s)
        return reported_s if believable else 0.0

    def _later(self, reported_s: float, following_s: Sequence[float]) -> float:
        step_s = reported_s + self._offset_s - self._shown_s
        if 0 < step_s <= self._longest_s:
            return self._shown_s + step_s
        continues = step_s > 0 and min(following_s, default=-math.inf) > reported_s
        back_s = None if continues else self._next_plausible(following_s)
        guessed_s = self._shown_s + self._interval_s
        if back_s is not None:
            return guessed_s if guessed_s < back_s else (self._shown_s + back_s) / 2
        if not (following_s and reported_s < following_s[0] < reported_s + MAX_GAP_S):
            return guessed_s  # the following frames do not confirm it
        if step_s <= 0 or step_s >= MAX_GAP_S:
            self._offset_s = guessed_s - reported_s
            return guessed_s
        return self._shown_s + step_s

    def _next_plausible(self, following_s: Sequence[float]) -> float | None:
        """The time of the first following frame that is plausible after the previous frame; None if none is."""
        for number, reported_s in enumerate(following_s):
            step_s = reported_s + self._offset_s - self._shown_s
            if 0 < step_s <= (number + 2) * self._longest_s:
                return self._shown_s + step_s
        return None


class VideoFile:
    """A file, or another source with an end. It drops no frame, and the same file gives the same frames."""

    live = False
    dropped = 0

    def __init__(self, name: str, capture: Capture, on_status: OnStatus, fps: float | None = None) -> None:
        """Read the first frames.

        Args:
            name: its name in messages.
            capture: opened and unread; it is released at the end.
            on_status: called if the file ends before its declared number of frames.
            fps: frames per second, used instead of the file's own times.

        Raises:
            CameraError: it holds no picture.
        """
        self.name = name
        self._capture = capture
        self._on_status = on_status
        declared = capture.get(cv2.CAP_PROP_FPS)
        self.rate = fps or (declared if 0 < declared <= MOST_FPS else USUAL_FPS)
        """Frames per second, for frames without times."""
        self.rate_is_guessed = fps is None and not getattr(capture, "has_times", True)
        self._clock = PresentationClock(1 / self.rate, forced=fps is not None or self.rate_is_guessed)
        self._frames = self._decoded = 0
        self._ahead: deque[tuple[int, Image, float]] = deque()
        """Number, picture and reported time of the next frames."""
        is_text = capture.get(cv2.CAP_PROP_FOURCC) == ANSI_TEXT
        if is_text or not self._read_ahead():
            capture.release()
            failure = getattr(capture, "failure", "")
            if failure and not is_text:
                raise CameraError(f"{name} cannot be read ({failure}). {WHOLE_FILES if '://' in name else PLAYABLE}")
            what = "is a text" if is_text else "holds no picture that can be decoded"
            raise CameraError(f"{name} {what}. {PLAYABLE}")
        self.is_picture = len(self._ahead) == 1 and bool(getattr(capture, "is_still", False))
        """Whether it is a still picture, read as a video of one frame."""

    @property
    def ended(self) -> bool:
        """Whether the last frame was returned."""
        return not self._ahead

    def next(self, timeout_s: float = 0.0) -> Frame | None:  # noqa: ARG002 - a file never waits
        """Return the next frame; None at the end."""
        if not self._ahead:
            return None
        index, image, reported_s = self._ahead.popleft()
        if not self._read_ahead():
            self._finish()
        time_s = self._clock.time_of(index, reported_s, [each[2] for each in self._ahead])
        return Frame(image, time_s, index)

    def pause(self, paused: bool) -> None:
        """Nothing to do: a frame is read only by `next`."""

    def close(self) -> None:
        self._ahead.clear()
        self._capture.release()

    def _read_ahead(self) -> bool:
        """Decode frames until `FRAMES_AHEAD` + 1 wait or the file ends; whether any waits."""
        while len(self._ahead) <= FRAMES_AHEAD and self._capture.grab():
            reported_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            image = retrieve_rgb(self._capture)
            if image is not None:
                self._decoded += 1
                self._ahead.append((self._frames, image, reported_s))
            self._frames += 1
        return bool(self._ahead)

    def _finish(self) -> None:
        missing, failure = getattr(self._capture, "missing", 0), getattr(self._capture, "failure", "")
        self._capture.release()
        if failure:
            self._on_status(f"{self.name} cannot be read any further ({failure}), after {self._decoded} frames")
        elif missing:
            declared = self._frames + missing
            self._on_status(f"{self.name} ends after {self._decoded} of {declared} frames; it may be cut off")
