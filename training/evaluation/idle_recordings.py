"""Recordings without gestures, on which false events are counted, and which of them are held out for what."""

from collections.abc import Iterable

from training.recording_list import Recording, hold_out

IDLE_SOURCES = ("driver", "faces", "signs")
"""Sources without gestures; what is held out of them counts false events."""


def idle_for_test(recordings: Iterable[Recording]) -> list[Recording]:
    """Every second of a folder's held-out quiet recordings: what nothing is learnt from and nothing tuned on."""
    return _held_out(recordings)[::2]


def idle_for_tuning(recordings: Iterable[Recording]) -> list[Recording]:
    """The other held-out ones: what no network learns from, and how answers are read is chosen on."""
    return _held_out(recordings)[1::2]


def _held_out(recordings: Iterable[Recording]) -> list[Recording]:
    return sorted(hold_out(recordings, IDLE_SOURCES), key=lambda r: (r.source, r.path.name))
