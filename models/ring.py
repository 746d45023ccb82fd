"""How many slots the rings of a stream have: each as few as it needs, and all turn together."""

from collections.abc import Sequence

LONGER = 1.25
"""How much longer than needed the longest ring may be: each of its slots is a phase that is bound for its own."""


def ring_lengths(needed: Sequence[int], sizes: Sequence[int]) -> tuple[int, ...]:
    """The slots of each ring. Each length divides the largest, so after that many steps all are where they began.

    Args:
        needed: the least number of slots of each ring, at least 1.
        sizes: of one slot of each; the sum over all slots is as small as can be.
    """
    longest = max(needed, default=1)
    turns = range(longest, int(longest * LONGER) + 1)
    candidates = [tuple(_smallest_divisor(turn, least) for least in needed) for turn in turns]
    return min(candidates, key=lambda lengths: sum(n * size for n, size in zip(lengths, sizes, strict=True)))


def _smallest_divisor(number: int, least: int) -> int:
    """The smallest divisor of a number that is not below `least`, which is not above the number."""
    return next(divisor for divisor in range(least, number + 1) if number % divisor == 0)
