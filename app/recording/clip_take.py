"""A take from a clip, instead of from a guided recording."""

from collections.abc import Iterable, Iterator
from itertools import chain

from app.recording.recorder import LEAD_S, cut
from calibration.enrolment import MIN_TAKE_S
from calibration.errors import TakeError
from calibration.take import Kind, Take
from models.frame import Frame
from models.recognition import Step
from models.recognizer import Recognizer

MAX_TAKE_S = 15.0
"""Longest clip of one movement; a longer one probably shows several."""
MAX_WORK_S = 300.0
"""Part of a video of work that is used: the pictures are kept in memory, 0.5 MB per second."""


def clip_take(kind: Kind, label: str, frames: Iterable[Frame], recognizer: Recognizer) -> Take:
    """Run a recogniser over a clip, after `LEAD_S` seconds of its first picture: no gesture follows an empty past.

    Args:
        kind: `GESTURE`, or `WORK`, of which at most `MAX_WORK_S` seconds are used.
        label: the gesture; empty for work.
        frames: the clip.
        recognizer: has one network; its stream is reset.

    Raises:
        TakeError: the clip has no frames, is too short, or too long for one gesture.
        FrameError: its times are not seconds.
    """
    frames = iter(frames)
    first = next(frames, None)
    if first is None:
        raise TakeError("no picture can be decoded")
    recognizer.reset()
    lead = [step for frame in _lead(first, recognizer) for step in recognizer.see(frame).steps]
    kept: list[Step] = []
    for frame in chain([first], frames):
        length_s = frame.time_s - first.time_s
        if kind is Kind.WORK and length_s >= MAX_WORK_S:
            break
        if kind is Kind.GESTURE and length_s > MAX_TAKE_S:
            raise TakeError(f"longer than {MAX_TAKE_S:g} s; a clip shows the movement once")
        kept += recognizer.see(frame).steps
    if len(kept) < MIN_TAKE_S * recognizer.spec.rate_hz:
        raise TakeError(f"{len(kept) / recognizer.spec.rate_hz:.1f} s long; {MIN_TAKE_S:g} s are needed")
    return cut(kind, label, lead if kind is Kind.GESTURE else [], kept, recognizer.spec)


def _lead(first: Frame, recognizer: Recognizer) -> Iterator[Frame]:
    """The first picture for `LEAD_S` seconds, at the network's rate."""
    count = round(LEAD_S * recognizer.spec.rate_hz)
    for k in range(count, 0, -1):
        yield Frame(first.image, first.time_s - k / recognizer.spec.rate_hz, first.index - k)
