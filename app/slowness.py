"""Slowness: whether this machine reads too few of the frames that a camera offers, and the log of that."""

from collections.abc import Collection

from app.rate_meter import RateMeter
from common.log import log

WINDOW_S = 5.0
"""Rates are measured over this time."""
JUDGED_FROM_S = 3.0
"""Shorter measurements are not judged: the first steps, and the time after a pause."""
TOO_FEW, ENOUGH = 0.75, 0.85
"""It is too slow below the first part of the needed frames, until it reads the second."""
FRAMES_PER_STEP = 2
"""Number of frames per step of the network that are needed, where the camera offers more."""


class Slowness:
    """Compares the frames that are read with those that are needed.

    Args:
        needed_hz: the rate of frames that is needed, if the camera offers more.
    """

    def __init__(self, needed_hz: float) -> None:
        self._needed_hz = needed_hz
        self._read, self._offered = RateMeter(WINDOW_S), RateMeter(WINDOW_S)
        self.too_slow = False

    def note(self, time_s: float, read: int, dropped: int) -> None:
        """Add the total numbers of read and of dropped frames at a time of the stream."""
        self._read.note(time_s, read)
        self._offered.note(time_s, read + dropped)
        if self._read.span_s >= JUDGED_FROM_S:
            needed_hz = min(self._needed_hz, self._offered.hz)
            self.too_slow = self._read.hz < (ENOUGH if self.too_slow else TOO_FEW) * needed_hz


class SlownessLog:
    """Logs when a camera's stream becomes too slow, with what to do, and when it is fast enough again.

    Args:
        camera: the camera's name.
        networks: the names of the networks that run.
        alone: no other camera's stream runs.
    """

    def __init__(self, camera: str, networks: Collection[str], alone: bool = True) -> None:
        self._camera = camera
        self._remedy = remedy(networks) + ("" if alone else ", or use fewer cameras")
        self._logged = False

    def note(self, too_slow: bool) -> None:
        """Log a change."""
        if too_slow and not self._logged:
            log.warning(
                "%s: this machine is too slow and drops frames that are needed; %s",
                self._camera,
                self._remedy,
            )
        elif self._logged and not too_slow:
            log.info("%s: this machine keeps up again", self._camera)
        self._logged = too_slow


def remedy(networks: Collection[str]) -> str:
    """What makes it faster, by the names of the networks that run."""
    if "clip" in networks:
        return "use --networks stream, without --clip-model"
    return "use --main-pass-only instead of --networks" if "fast" in networks else "close other programs"
