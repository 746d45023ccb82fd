"""Lengths of the rings of a stream, with a common period."""

from collections.abc import Sequence

MAX_LENGTH_RATIO = 1.25
"""Limit of the longest ring, relative to what it needs: each of its slots is one more phase to bind."""


def ring_lengths(needed: Sequence[int], sizes: Sequence[int]) -> tuple[int, ...]:
    """The number of slots of each ring. Each divides the largest, which is the common period.

    Args:
        needed: the minimum number of slots of each ring, at least 1.
        sizes: the size of a slot of each ring; the sum over all slots is minimised.
    """
    longest = max(needed, default=1)
    turns = range(longest, int(longest * MAX_LENGTH_RATIO) + 1)
    candidates = [tuple(_smallest_divisor(turn, least) for least in needed) for turn in turns]
    return min(candidates, key=lambda lengths: sum(n * size for n, size in zip(lengths, sizes, strict=True)))


def _smallest_divisor(number: int, least: int) -> int:
    """The smallest divisor of a number from `least` on, which is at most the number."""
    return next(divisor for divisor in range(least, number + 1) if number % divisor == 0)
