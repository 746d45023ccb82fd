import numpy as np
import pytest

from training.jester import LABELS
from training.synthetic.cones import unit
from training.synthetic.gestures import _STROKES, REST, script
from training.synthetic.hand import HandShape, Skin, hand_cones
from training.synthetic.keyframes import HandPath, follow

SEEDS = range(8)


def performance(label: str, seed: int, left_hand: bool) -> HandPath:
    """The gesture itself in the picture, with the path of a left hand mirrored."""
    drawn = script(label, np.random.default_rng(seed), left_hand)
    path = follow(drawn.keys, np.linspace(*drawn.spans_s[0], 41))
    if left_hand:
        flip = np.array([-1, 1, 1])
        path = HandPath(path.at * flip, path.axes * flip, path.pose, path.elbow)
    return path


def opening(path: HandPath) -> np.ndarray:
    """Distance between the tips of thumb and index finger, metres."""
    cones = hand_cones(HandShape(), Skin(), path.at, path.axes, path.pose)
    return np.linalg.norm(cones.end[:, 2] - cones.end[:, 14], axis=1)


@pytest.mark.parametrize("left_hand", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("label", "axis", "sign"),
    [
        ("Swiping Left", 0, 1),
        ("Swiping Right", 0, -1),
        ("Swiping Down", 1, 1),
        ("Swiping Up", 1, -1),
        ("Sliding Two Fingers Left", 0, 1),
        ("Sliding Two Fingers Right", 0, -1),
        ("Sliding Two Fingers Down", 1, 1),
        ("Sliding Two Fingers Up", 1, -1),
        ("Pushing Hand Away", 2, -1),
        ("Pushing Two Fingers Away", 2, -1),
        ("Pulling Hand In", 2, 1),
        ("Pulling Two Fingers In", 2, 1),
    ],
)
def test_the_hand_moves_in_the_direction_of_the_label(
    label: str, axis: int, sign: int, seed: int, left_hand: bool
) -> None:
    at = performance(label, seed, left_hand).at
    way = at[-1] - at[0]
    assert sign * way[axis] > 0.1
    assert np.argmax(np.abs(way)) == axis


@pytest.mark.parametrize("left_hand", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("label", "sign"), [("Turning Hand Clockwise", 1), ("Turning Hand Counterclockwise", -1)])
def test_the_hand_turns_as_seen_by_the_performer(label: str, sign: int, seed: int, left_hand: bool) -> None:
    axes = performance(label, seed, left_hand).axes
    steps = np.swapaxes(axes[:-1], 1, 2) @ axes[1:]  # vectors are rows: v0 @ step = v1
    about_view = (steps[:, 0, 1] - steps[:, 1, 0]) / 2  # sine of the turn from x, right, to y, down
    # Counterclockwise in the picture is clockwise for the performer, who is behind the hand.
    assert 1.2 < -sign * about_view.sum() < 2.6
    assert (sign * about_view < 0.01).all()  # never back


def test_a_turning_hand_keeps_its_place() -> None:
    for seed in SEEDS:
        at = performance("Turning Hand Clockwise", seed, False).at
        assert np.ptp(at, axis=0).max() < 0.02


@pytest.mark.parametrize("left_hand", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("label", "sign"), [("Rolling Hand Forward", 1), ("Rolling Hand Backward", -1)])
def test_the_hand_rolls_over_the_top_to_the_camera(label: str, sign: int, seed: int, left_hand: bool) -> None:
    at = performance(label, seed, left_hand).at
    up, ahead = (at[:, 1].mean() - at[:, 1]), (at[:, 2].mean() - at[:, 2])
    turned = np.unwrap(np.arctan2(ahead, up))
    assert sign * (turned[-1] - turned[0]) > 5


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("fingers", ["Full Hand", "Two Fingers"])
def test_zooming_in_opens_and_zooming_out_closes(fingers: str, seed: int) -> None:
    opens = opening(performance(f"Zooming In With {fingers}", seed, False))
    closes = opening(performance(f"Zooming Out With {fingers}", seed, False))
    assert opens[-1] - opens[0] > 0.04
    assert closes[0] - closes[-1] > 0.04


@pytest.mark.parametrize(
    ("label", "backwards"),
    [
        ("Zooming In With Full Hand", "Zooming Out With Full Hand"),
        ("Zooming In With Two Fingers", "Zooming Out With Two Fingers"),
        ("Sliding Two Fingers Left", "Sliding Two Fingers Right"),
        ("Rolling Hand Forward", "Rolling Hand Backward"),
    ],
)
def test_one_is_the_other_backwards(label: str, backwards: str) -> None:
    there = _STROKES[label](np.random.default_rng(3))
    back = _STROKES[backwards](np.random.default_rng(3))
    length = sum(key.after_s for key in there)
    times = np.linspace(0, length, 50)
    np.testing.assert_allclose(follow(there, times).at, follow(back, length - times).at, atol=1e-6)
    np.testing.assert_allclose(follow(there, times).pose, follow(back, length - times).pose, atol=1e-5)


@pytest.mark.parametrize(("label", "sign"), [("Thumb Up", -1), ("Thumb Down", 1)])
def test_the_thumb_points(label: str, sign: int) -> None:
    for seed in SEEDS:
        path = performance(label, seed, False)
        thumb = hand_cones(HandShape(), Skin(), path.at, path.axes, path.pose)
        assert (sign * unit(thumb.end[:, 14] - thumb.start[:, 13])[:, 1] > 0.7).all()


@pytest.mark.parametrize("label", ["Thumb Up", "Thumb Down"])
def test_a_thumb_is_shown_for_a_second(label: str) -> None:
    for seed in SEEDS:
        at = performance(label, seed, False).at
        drawn = script(label, np.random.default_rng(seed), False)
        still = np.linalg.norm(at[1:] - at[-1], axis=1) < 0.03
        assert still.mean() * np.ptp(drawn.spans_s) > 0.7


def test_other_things_are_done_all_over_the_place() -> None:
    places = [performance("Doing other things", seed, False).at.mean(0) for seed in range(40)]
    assert (np.ptp(places, axis=0) > (0.3, 0.3, 0.3)).all()


def test_other_things_take_as_long_as_a_gesture() -> None:
    for seed in range(40):
        drawn = script("Doing other things", np.random.default_rng(seed))
        assert 0.7 < np.ptp(drawn.spans_s) < 4


@pytest.mark.parametrize(("label", "sign"), [("Swiping Left", 1), ("Swiping Right", -1)])
def test_several_times_in_a_row_is_the_same_again_with_a_way_back_between(label: str, sign: int) -> None:
    for seed in SEEDS:
        drawn = script(label, np.random.default_rng(seed), False, times=3)
        (_, end), (start, _), (_, last_end) = drawn.spans_s
        once, back, last = (
            np.diff(follow(drawn.keys, np.array(span)).at[:, 0])[0]
            for span in (drawn.spans_s[0], (end, start), drawn.spans_s[2])
        )
        assert sign * once > 0.1
        np.testing.assert_allclose((last, back), (once, -once), atol=1e-6)
        assert 0.2 < start - end < 0.7
        assert last_end < drawn.duration_s


def test_between_two_times_the_hand_does_not_rest() -> None:
    drawn = script("Thumb Up", np.random.default_rng(0), times=2)
    (start, end), (again, _) = drawn.spans_s
    heights = follow(drawn.keys, np.array([start, (end + again) / 2])).at[:, 1]
    assert heights[0] + 0.03 < heights[1] < REST.at[1] - 0.1


def test_every_label_has_a_script() -> None:
    assert sorted(_STROKES) == list(LABELS)


@pytest.mark.parametrize("label", LABELS)
def test_a_gesture_begins_and_ends_at_rest(label: str) -> None:
    drawn = script(label, np.random.default_rng(1))
    path = follow(drawn.keys, np.array([0.0, drawn.duration_s]))
    np.testing.assert_allclose(path.at[0], path.at[1])
    assert 1.0 < drawn.duration_s < 5.0
