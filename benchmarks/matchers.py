"""Ways to find a movement again from a few takes, compared by `benchmarks.enrolment`.

Each takes the takes' embeddings and those of work, and returns a function that scores every step of a stream.
"""

from collections.abc import Callable, Sequence

import numpy as np

from calibration.background import Background, Whitening
from calibration.enrolment import agreed
from calibration.personal_gesture import stream_likenesses
from calibration.windows import SEGMENTS, windows
from common.arrays import Floats

Score = Callable[[Floats], Floats]
Matcher = Callable[[Sequence[Floats], Sequence[Floats]], Score]
STEPS = 36
"""Of a window, at 12 a second."""
COMPONENTS = 24
RIDGE = 0.01
TURNS = 3


def ours(takes: Sequence[Floats], work: Sequence[Floats], bundled: Background | None = None) -> Score:
    """What the app does: the mean direction of whitened windows."""
    whitening = Whitening.against(Background.of(np.concatenate(list(work))).seen_with(bundled))
    prototype = agreed([whitening(take) for take in takes], [0] * len(takes), STEPS).mean(axis=0)
    prototype = prototype / np.linalg.norm(prototype)
    return lambda stream: stream_likenesses(whitening(stream), prototype, STEPS)


def nearest(takes: Sequence[Floats], work: Sequence[Floats], newest: int = 12) -> Score:  # noqa: ARG001 - takes alone
    """Cosine to the nearest take's average embedding over its newest steps."""
    known = _unit(np.stack([take[-newest:].mean(axis=0) for take in takes]))

    def score(stream: Floats) -> Floats:
        pooled = np.stack([stream[max(0, end - newest) : end].mean(axis=0) for end in range(1, len(stream) + 1)])
        best: Floats = (_unit(pooled) @ known.T).max(axis=1)
        return best

    return score


def warping(takes: Sequence[Floats], work: Sequence[Floats]) -> Score:
    """Dynamic time warping of whitened embeddings: the least cost of any take that ends now, per step of the take."""
    whitening = _components(takes, work)
    known = [_unit(whitening(take)[::2]) for take in takes]

    def score(stream: Floats) -> Floats:
        seen = _unit(whitening(stream)[::2])
        return np.max([-_warped(take, seen) for take in known], axis=0).astype(np.float32)

    return score


def head(takes: Sequence[Floats], work: Sequence[Floats]) -> Score:
    """A linear head (logistic regression) on windows of principal components; it chooses its positives as it learns."""
    reduce = _components(takes, work)

    def features(stream: Floats) -> Floats:
        return _unit(np.stack(list(windows(reduce(stream), STEPS)))) * np.sqrt(SEGMENTS * COMPONENTS)

    negative, bags = np.concatenate([features(stream) for stream in work]), [features(take) for take in takes]
    spread = negative.std(axis=0) + 1e-6
    picks = [int((((bag - negative.mean(axis=0)) / spread) ** 2).sum(axis=1).argmax()) for bag in bags]
    weights = np.zeros(negative.shape[1] + 1)
    for _ in range(TURNS):
        positive = np.concatenate([bag[max(0, k - 2) : k + 3] for bag, k in zip(bags, picks, strict=True)])
        weights = _logistic(positive, negative)
        picks = [int((bag @ weights[:-1]).argmax()) for bag in bags]
    return lambda stream: np.asarray(features(stream) @ weights[:-1], np.float32)


MATCHERS: dict[str, Matcher] = {"linear head": head, "DTW": warping, "nearest neighbour": nearest}


def _components(takes: Sequence[Floats], work: Sequence[Floats]) -> Whitening:
    """Principal components of takes and work alike, scaled to variance one."""
    mine, rest = np.concatenate(list(takes)), np.concatenate(list(work))
    both = Background.of(rest).covariance + Background.of(mine).covariance
    strengths, axes = np.linalg.eigh(both)
    strengths, axes = strengths[::-1][:COMPONENTS], axes[:, ::-1][:, :COMPONENTS]
    scales = np.sqrt(strengths + 0.1 * strengths.mean())
    return Whitening(rest.mean(axis=0), (axes / scales).astype(np.float32))


def _warped(take: Floats, stream: Floats) -> Floats:
    """The cost of the best alignment of a whole take with a part of the stream that ends at each step."""
    costs = 1 - take @ stream.T
    before = np.concatenate([[0.0], np.full(len(take), np.inf)])
    found = []
    for column in costs.T:
        now = np.zeros(len(take) + 1)
        reach = np.minimum(before[1:], before[:-1])
        for k, cost in enumerate(column):
            now[k + 1] = cost + min(reach[k], now[k])
        before = now
        found.append(now[-1] / len(take))
    return np.array(found, np.float32)


def _logistic(positive: Floats, negative: Floats) -> Floats:
    """Weights and offset of a logistic regression in which both sides count alike, by Newton's method."""
    inputs = np.c_[np.concatenate([positive, negative]), np.ones(len(positive) + len(negative))].astype(np.float64)
    truth = np.r_[np.ones(len(positive)), np.zeros(len(negative))]
    share = np.r_[np.full(len(positive), 0.5 / len(positive)), np.full(len(negative), 0.5 / len(negative))]
    ridge = np.r_[np.full(inputs.shape[1] - 1, RIDGE), 1e-6]
    weights = np.zeros(inputs.shape[1])
    for _ in range(12):
        likely = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        slope = inputs.T @ (share * (likely - truth)) + ridge * weights
        curve = (inputs * (share * likely * (1 - likely) + 1e-9)[:, None]).T @ inputs + np.diag(ridge)
        weights = weights - np.linalg.solve(curve, slope)
    return weights.astype(np.float32)


def _unit(rows: Floats) -> Floats:
    lengths = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return np.asarray(rows / lengths, np.float32)
