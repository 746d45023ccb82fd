"""When the gesture of a clip can be named."""

import numpy as np
import pytest

from training.datasets.movement import nameable_steps


def clip(steps: int, moving: range, noise: float = 0.0) -> np.ndarray:
    """A bright block that moves at some steps only, uint8 [steps, 24, 96, 3]."""
    rng = np.random.default_rng(0)
    pictures = rng.normal(60, noise, (steps, 24, 96, 3)) if noise else np.full((steps, 24, 96, 3), 60.0)
    left = 0
    for step in range(steps):
        left += 4 * (step in moving)
        pictures[step, 6:18, left : left + 12] += 150
    return pictures.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("noise", [0.0, 4.0])
def test_it_can_be_named_halfway_and_is_over_when_it_rests(noise: float) -> None:
    nameable = nameable_steps(clip(60, range(20, 36), noise))
    assert nameable.start == pytest.approx(28, abs=2)
    assert nameable.stop == pytest.approx(36, abs=2)


def test_where_only_noise_moves_it_is_the_second_half() -> None:
    nameable = nameable_steps(clip(60, range(0), 4.0))
    assert nameable.start == pytest.approx(30, abs=10)
    assert nameable.stop > 50


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_a_clip_without_movement_has_at_least_one_step(steps: int) -> None:
    nameable = nameable_steps(clip(steps, range(0)))
    assert 0 <= nameable.start < nameable.stop <= steps
