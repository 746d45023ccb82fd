import numpy as np
import pytest

from training.synthetic import pose as poses
from training.synthetic.cones import unit
from training.synthetic.hand import HandShape, Skin, hand_cones
from training.synthetic.keyframes import HandPath
from training.synthetic.performer import Performer

AVERAGE = HandShape()
POSES = [poses.OPEN, poses.FLAT, poses.FIST, poses.TWO_FINGERS, poses.PINCH_CLOSED, poses.BEAK_CLOSED]


def hand(pose: np.ndarray, shape: HandShape = AVERAGE) -> np.ndarray:
    """Starts and ends of the bones, [2, P, 3], of a hand at the origin."""
    cones = hand_cones(shape, Skin(), np.zeros((1, 3), np.float32), np.eye(3)[None], pose[None])
    return np.stack([cones.start[0], cones.end[0]])


@pytest.mark.parametrize("pose", POSES)
def test_bones_keep_their_length(pose: np.ndarray) -> None:
    bones, straight = hand(pose), hand(np.zeros_like(pose))
    lengths = [np.linalg.norm(ends - starts, axis=1) for starts, ends in (bones, straight)]
    np.testing.assert_allclose(lengths[0], lengths[1], atol=1e-6)


@pytest.mark.parametrize("pose", POSES)
def test_fingers_hang_together(pose: np.ndarray) -> None:
    starts, ends = hand(pose)
    for first in (0, 3, 6, 9, 12):  # four fingers and the thumb
        np.testing.assert_allclose(ends[first : first + 2], starts[first + 1 : first + 3], atol=1e-6)


def test_a_hand_has_a_hands_size() -> None:
    _, ends = hand(poses.OPEN)
    assert 0.17 < ends[5, 1] + 0.007 < 0.21  # wrist to the tip of the middle finger
    assert 0.07 < ends[:, 0].max() - ends[9:12, 0].min() < 0.16
    assert ends[5, 1] > ends[8, 1] > ends[11, 1]  # middle, ring, little finger


def test_a_fist_closes_on_the_palms_side() -> None:
    _, ends = hand(poses.FIST)
    assert (ends[[2, 5, 8, 11], 1] < 0.09).all()
    assert (ends[[2, 5, 8, 11], 2] > 0.01).all()


def test_a_larger_hand_is_larger() -> None:
    np.testing.assert_allclose(hand(poses.OPEN, HandShape(size=1.1)), 1.1 * hand(poses.OPEN), rtol=1e-5)


def test_the_arm_reaches_the_hand_and_keeps_its_length() -> None:
    person = Performer.sample(np.random.default_rng(0))
    at = np.array([[-0.2, 0.5, 0.6], [0.2, 0.0, 0.45], [-0.1, 0.0, 0.3]], np.float32)
    axes = np.repeat(np.array([[[1, 0, 0], [0, -1, 0], [0, 0, -1]]], np.float32), 3, 0)
    pose = np.repeat(poses.OPEN[None], 3, 0)
    cones = person.arm(HandPath(at, axes, pose, np.zeros(3, np.float32)))
    elbow, shoulder = cones.start[:, -6], cones.start[:, -2]
    if person.sleeve == 0:
        elbow, shoulder = cones.start[:, -5], cones.start[:, -1]
    wrist = at - 0.075 * person.shape.size * axes[:, 1]
    np.testing.assert_allclose(np.linalg.norm(elbow - wrist, axis=1), 0.26, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(elbow - shoulder, axis=1), 0.29, atol=1e-3)


def test_a_mirrored_body_is_on_the_other_side() -> None:
    cones = hand_cones(HandShape(), Skin(), np.zeros((1, 3), np.float32), np.eye(3)[None], poses.OPEN[None])
    np.testing.assert_array_equal(cones.mirrored().end[..., 0], -cones.end[..., 0])
    np.testing.assert_array_equal(cones.mirrored().end[..., 1:], cones.end[..., 1:])


def test_directions_have_length_one() -> None:
    np.testing.assert_allclose(np.linalg.norm(unit([[3.0, 4.0, 0.0], [0.0, 0.0, -2.0]]), axis=1), 1)
