import numpy as np
import pytest

from training.synthetic.keyframes import KeyFrame, follow
from training.synthetic.pose import FIST, OPEN, RELAXED

A = KeyFrame(0.5, (0, 0, 0.5), (0, -1, 0), (0, 0, -1), OPEN)
B = KeyFrame(1.0, (0.2, 0, 0.5), (1, 0, 0), (0, 0, -1), FIST)
C = KeyFrame(1.0, (0.4, 0.1, 0.5), (1, 0, 0), (0, 0, -1), RELAXED)


def test_the_hand_is_at_its_keys_when_they_are_due() -> None:
    path = follow([A, B, C], np.array([0.5, 1.5, 2.5]))
    np.testing.assert_allclose(path.at, [A.at, B.at, C.at], atol=1e-6)
    np.testing.assert_allclose(path.pose, [OPEN, FIST, RELAXED], atol=1e-6)


def test_it_keeps_still_before_and_after() -> None:
    path = follow([A, B], np.array([-3.0, 0.0, 0.5, 1.5, 9.0]))
    np.testing.assert_allclose(path.at, [A.at, A.at, A.at, B.at, B.at], atol=1e-6)


def test_a_reach_has_minimum_jerk() -> None:
    t = np.linspace(0, 1, 11)
    x = follow([A, B], 0.5 + t).at[:, 0]
    np.testing.assert_allclose(x, 0.2 * (10 * t**3 - 15 * t**4 + 6 * t**5), atol=1e-6)


@pytest.mark.parametrize("through", [True, False])
def test_it_stops_at_keys_but_not_at_those_it_passes_through(through: bool) -> None:
    middle = KeyFrame(1.0, B.at, B.fingers, B.palm, B.pose, through=through)
    x = follow([A, middle, C], np.array([1.499, 1.501])).at[:, 0]
    assert (x[1] - x[0] > 2e-4) == through


def test_axes_are_square_and_right_handed() -> None:
    axes = follow([A, B], np.linspace(0, 2, 30)).axes
    np.testing.assert_allclose(axes @ axes.transpose(0, 2, 1), np.broadcast_to(np.eye(3), axes.shape), atol=1e-5)
    np.testing.assert_allclose(np.linalg.det(axes), 1, atol=1e-5)


def test_a_palm_to_the_camera_has_its_thumb_on_the_pictures_right() -> None:
    np.testing.assert_allclose(follow([A], np.zeros(1)).axes[0, 0], [1, 0, 0], atol=1e-6)
