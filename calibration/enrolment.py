"""Enrolment: a new dynamic gesture from a few takes, in closed form.

Each take leaves the window in which it differs most from the background; their mean direction in whitened space is the
gesture (the linear discriminant of one class against the background). Where the window lies in a take is not known, so
the windows are chosen again by the mean, a few times.
"""

from collections.abc import Sequence

import numpy as np

from calibration.background import Background, Whitening
from calibration.embedding_windows import window_steps, windows
from calibration.errors import TakeError
from calibration.one_movement import check_one_movement
from calibration.personal_gesture import PersonalGesture, stream_likenesses
from calibration.take import Take
from common.arrays import Floats

SHORTEST_S = 0.8
TURNS = 3
HARD = 0.5
"""How far the prototype turns away from moments that were marked as wrong."""
SAME = 0.9995
"""Takes that are this alike are one recording twice: two movements of a hand never are."""
ALONE = 0.6
"""How like a single take the next is taken to be; there is no other to ask."""
STILL = 0.15
"""A gesture must be more like its takes than like work by this much."""


def enrol(
    label: str,
    takes: Sequence[Take],
    work: Sequence[Floats],
    wrong: Sequence[Floats],
    background: Background,
    may_differ: bool = False,
) -> PersonalGesture:
    """Learn a gesture.

    Args:
        label: what the person calls it.
        takes: of one model, each with the movement once.
        work: embeddings [T, width] of streams without it.
        wrong: embeddings of moments in which it fired wrongly.
        background: what the embeddings are whitened against.
        may_differ: whether takes that show different movements are taken for one.

    Raises:
        TakeError: a take is too short, they are one recording several times, they show different movements, or
            nothing that work does not.
    """
    _check_lengths(label, takes)
    whitening, rate_hz = Whitening.against(background), takes[0].spec.rate_hz
    steps = window_steps(rate_hz)
    if not may_differ:
        check_one_movement(label, takes)
    chosen = agreed([whitening(take.embeddings) for take in takes], [take.begins for take in takes], steps)
    _check_made_anew(label, chosen)
    prototype = _away_from(chosen.mean(axis=0), [whitening(stream) for stream in wrong], steps)
    inside = _to_the_others(chosen)
    outside = np.concatenate(
        [stream_likenesses(whitening(s), prototype, steps) for s in (*work, *wrong)] or [np.zeros(1, np.float32)]
    )
    middle, steepness = _read(label, inside, outside)
    return PersonalGesture(label, len(takes), rate_hz, whitening, prototype, middle, steepness)


def _check_lengths(label: str, takes: Sequence[Take]) -> None:
    for number, take in enumerate(takes, 1):
        if take.duration_s < SHORTEST_S:
            raise TakeError(
                f"take {number} of {label!r} is {take.duration_s:.1f} s long; a take needs {SHORTEST_S:g} s. "
                "Delete it and record it again."
            )


def _directions(whitened: Floats, begins: int, steps: int) -> Floats:
    """The direction of each window that ends within the movement: float32 [T - begins, ...], of length 1."""
    found = np.stack(list(windows(whitened, steps)))[begins:]
    directions: Floats = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)
    return directions


def _loudest(whitened: Floats, begins: int) -> int:
    """Where, counted from the beginning, the last second is farthest from the background."""
    loudness = np.linalg.norm(whitened, axis=1)
    second = np.ones(min(12, len(loudness)))
    averaged = np.convolve(loudness, second)[: len(loudness)]
    return int(np.argmax(averaged[begins:]))


def agreed(whitened: Sequence[Floats], begins: Sequence[int], steps: int) -> Floats:
    """Choose one window of each take [T, directions], after it begins, so that they agree: float32 [takes, ...]."""
    bags = [_directions(take, first, steps) for take, first in zip(whitened, begins, strict=True)]
    picks = [_loudest(take, first) for take, first in zip(whitened, begins, strict=True)]
    for _ in range(TURNS):
        mean = np.mean([bag[pick] for bag, pick in zip(bags, picks, strict=True)], axis=0)
        picks = [int(np.argmax(bag @ mean)) for bag in bags]
    return np.stack([bag[pick] for bag, pick in zip(bags, picks, strict=True)])


def _check_made_anew(label: str, chosen: Floats) -> None:
    """See that no recording is there several times."""
    if len(chosen) < 2:
        return
    pairs = (chosen @ chosen.T)[np.triu_indices(len(chosen), 1)]
    if pairs.min() > SAME:
        raise TakeError(
            f"the takes of {label!r} are one recording {len(chosen)} times; make the movement anew each time"
        )


def _away_from(mean: Floats, wrong: Sequence[Floats], steps: int) -> Floats:
    """Turn the takes' mean away from the moments that were wrong; the result has length 1."""
    turned = mean / np.linalg.norm(mean)
    for stream in wrong:
        found = _directions(stream, 0, steps)
        turned = turned - HARD * found[int(np.argmax(found @ mean))] / len(wrong)
    prototype: Floats = (turned / np.linalg.norm(turned)).astype(np.float32)
    return prototype


def _to_the_others(chosen: Floats) -> Floats:
    """How like each window is to the mean of the others, as the next take will be to all: float32 [takes]."""
    if len(chosen) == 1:
        return np.array([ALONE], np.float32)
    others = chosen.sum(axis=0) - chosen
    alike: Floats = (chosen * others).sum(axis=1) / np.linalg.norm(others, axis=1)
    return alike


def _read(label: str, inside: Floats, outside: Floats) -> tuple[float, float]:
    """How a likeness becomes a probability: 1/20 where work rarely gets, 19/20 where takes usually get."""
    low, high = float(np.quantile(outside, 0.99)), float(np.median(inside))
    if high - low < STILL:
        raise TakeError(
            f"the takes of {label!r} cannot be told from work (likeness {high:.2f} against {low:.2f}). "
            "Make a larger movement, in view of the camera, and record again."
        )
    return (low + high) / 2, 2 * float(np.log(19)) / (high - low)
