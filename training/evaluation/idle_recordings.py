"""Recordings without gestures, for counting false events, and how the held-out ones are divided."""

from collections.abc import Iterable

from training.recording_list import Recording, hold_out

IDLE_SOURCES = ("driver", "faces", "signs")
"""Sources without gestures."""


def idle_for_test(recordings: Iterable[Recording]) -> list[Recording]:
    """Every second one of the held-out recordings, used for evaluation only."""
    return _held_out(recordings)[::2]


def idle_for_tuning(recordings: Iterable[Recording]) -> list[Recording]:
    """The other held-out recordings, used to choose temperature and thresholds."""
    return _held_out(recordings)[1::2]


def _held_out(recordings: Iterable[Recording]) -> list[Recording]:
    return sorted(hold_out(recordings, IDLE_SOURCES), key=lambda r: (r.source, r.path.name))
