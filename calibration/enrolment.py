"""Enrolment: learns an own gesture from a few takes, in closed form.

Starts from the window of each take that is farthest from the background. The mean direction of these windows in
whitened space is the gesture: the linear discriminant of one class against the background. The windows are then chosen
again by similarity to the mean, a few times.
"""

from collections.abc import Sequence

import numpy as np

from calibration.background import Background, Whitening
from calibration.embedding_windows import window_steps, windows
from calibration.errors import TakeError
from calibration.obstacles import BY_LEVEL, DELETE_WORK, N_SHOWN, highest_moments, moments_text
from calibration.one_movement import check_one_movement
from calibration.personal_gesture import PersonalGesture, stream_similarities
from calibration.take import Take, named_take, take_numbers
from common.arrays import Floats

MIN_TAKE_S = 0.8
N_ITERATIONS = 3
NEGATIVE_WEIGHT = 0.5
"""Weight with which moments marked as wrong are subtracted from the prototype."""
DUPLICATE_SIMILARITY = 0.9995
"""Takes above this cosine similarity are copies of one recording; repeated movements never reach it."""
SINGLE_TAKE_SIMILARITY = 0.6
"""Assumed similarity of the next take if there is only one to learn from."""
MIN_MARGIN = 0.15
"""Least difference between the similarity of takes and that of work."""


def enrol(
    label: str,
    takes: Sequence[Take],
    work: Sequence[Take],
    wrong: Sequence[Floats],
    background: Background,
    allow_different: bool = False,
) -> PersonalGesture:
    """Learn a gesture.

    Args:
        label: its name.
        takes: takes from one model, each with the movement once.
        work: takes of work, without the gesture.
        wrong: embeddings of moments in which it fired wrongly, float32 [T, width] each.
        background: what the embeddings are whitened by.
        allow_different: accept takes that show different movements.

    Raises:
        TakeError: a take is too short, the takes are copies of one recording, they show different movements, or they
            do not differ from work.
    """
    _check_lengths(label, takes)
    whitening, rate_hz = Whitening.against(background), takes[0].spec.rate_hz
    steps = window_steps(rate_hz)
    if not allow_different:
        check_one_movement(label, takes)
    chosen = aligned_windows([whitening(take.embeddings) for take in takes], [take.begins for take in takes], steps)
    _check_not_duplicated(label, chosen)
    prototype = _prototype(chosen.mean(axis=0), [whitening(stream) for stream in wrong], steps)
    inside = _leave_one_out_similarities(chosen)
    at_work = [stream_similarities(whitening(take.embeddings), prototype, steps) for take in work]
    at_wrong = [stream_similarities(whitening(stream), prototype, steps) for stream in wrong]
    outside = np.concatenate([*at_work, *at_wrong] or [np.zeros(1, np.float32)])
    if (margin := _margin(inside, outside))[1] - margin[0] < MIN_MARGIN:
        raise TakeError(_too_like_work(label, margin, work, at_work))
    middle, steepness = _logistic(*margin)
    return PersonalGesture(label, len(takes), rate_hz, whitening, prototype, middle, steepness)


def _check_lengths(label: str, takes: Sequence[Take]) -> None:
    for number, take in zip(take_numbers(takes), takes, strict=True):
        if take.duration_s < MIN_TAKE_S:
            raise TakeError(
                f"{named_take(number, take)} of {label!r} is {take.duration_s:.1f} s long; a take needs "
                f"{MIN_TAKE_S:g} s. Delete it and record it again."
            )


def _directions(whitened: Floats, begins: int, steps: int) -> Floats:
    """The unit vector of each window that ends within the movement, float32 [T - begins, SEGMENTS * directions]."""
    found = np.stack(list(windows(whitened, steps)))[begins:]
    directions: Floats = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)
    return directions


def _farthest_step(whitened: Floats, begins: int) -> int:
    """The step after `begins` whose last second is farthest from the background."""
    distances = np.linalg.norm(whitened, axis=1)
    second = np.ones(min(12, len(distances)))
    averaged = np.convolve(distances, second)[: len(distances)]
    return int(np.argmax(averaged[begins:]))


def aligned_windows(whitened: Sequence[Floats], begins: Sequence[int], steps: int) -> Floats:
    """Choose the window of each take that is most similar to the mean of the chosen ones.

    Args:
        whitened: float32 [T, directions] of each take.
        begins: the first step of the movement in each take.
        steps: length of a window.

    Returns:
        Unit vectors, float32 [takes, SEGMENTS * directions].
    """
    bags = [_directions(take, first, steps) for take, first in zip(whitened, begins, strict=True)]
    picks = [_farthest_step(take, first) for take, first in zip(whitened, begins, strict=True)]
    for _ in range(N_ITERATIONS):
        mean = np.mean([bag[pick] for bag, pick in zip(bags, picks, strict=True)], axis=0)
        picks = [int(np.argmax(bag @ mean)) for bag in bags]
    return np.stack([bag[pick] for bag, pick in zip(bags, picks, strict=True)])


def _check_not_duplicated(label: str, chosen: Floats) -> None:
    """Check that the takes are not copies of one recording."""
    if len(chosen) < 2:
        return
    pairs = (chosen @ chosen.T)[np.triu_indices(len(chosen), 1)]
    if pairs.min() > DUPLICATE_SIMILARITY:
        raise TakeError(
            f"the {len(chosen)} takes of {label!r} are copies of one recording; make the movement again for each take"
        )


def _prototype(mean: Floats, wrong: Sequence[Floats], steps: int) -> Floats:
    """The mean of the takes minus the moments marked as wrong, a unit vector."""
    turned = mean / np.linalg.norm(mean)
    for stream in wrong:
        found = _directions(stream, 0, steps)
        turned = turned - NEGATIVE_WEIGHT * found[int(np.argmax(found @ mean))] / len(wrong)
    prototype: Floats = (turned / np.linalg.norm(turned)).astype(np.float32)
    return prototype


def _leave_one_out_similarities(chosen: Floats) -> Floats:
    """The similarity of each window to the mean of the others, float32 [takes]: an estimate for the next take."""
    if len(chosen) == 1:
        return np.array([SINGLE_TAKE_SIMILARITY], np.float32)
    others = chosen.sum(axis=0) - chosen
    alike: Floats = (chosen * others).sum(axis=1) / np.linalg.norm(others, axis=1)
    return alike


def _margin(inside: Floats, outside: Floats) -> tuple[float, float]:
    """The 99 % quantile of the similarities of work, and the median of those of the takes."""
    return float(np.quantile(outside, 0.99)), float(np.median(inside))


def _too_like_work(
    label: str, margin: tuple[float, float], work: Sequence[Take], similarities: Sequence[Floats]
) -> str:
    moments = [each for take, alike in zip(work, similarities, strict=True) for each in highest_moments(take, alike)]
    nearest = sorted(moments, key=BY_LEVEL, reverse=True)[:N_SHOWN]
    return (
        f"the takes of {label!r} do not differ enough from work (similarity {margin[1]:.2f}, work {margin[0]:.2f}; "
        f"most alike: {moments_text(nearest) or 'moments marked as wrong'}). Make a larger movement, in view of the "
        f"camera, and record again; or, if work shows a similar movement there, delete that work ({DELETE_WORK}) and "
        "record it without"
    )


def _logistic(low: float, high: float) -> tuple[float, float]:
    """Midpoint and slope of the logistic: 1/20 at the lower similarity, 19/20 at the higher."""
    return (low + high) / 2, 2 * float(np.log(19)) / (high - low)
