import cv2
import numpy as np
from painted_stills import SKIN, WALL, hand, person

from training.stills.hand_cutout import stand_up
from training.stills.matte import SIDE, cut_out
from training.stills.rooms import without_hands


def test_the_matte_is_the_hand_a_little_inside_its_edge() -> None:
    still = hand()
    seen = cv2.resize(still[3:-3, 3:-3], (SIDE, SIDE))  # without a rim
    truth = np.abs(seen.astype(int) - WALL).sum(2) > 60
    matte = cut_out(still)
    assert matte is not None
    assert matte.shape == (SIDE, SIDE, 4)
    found = matte[..., 3] > 0.5
    assert found.sum() < truth.sum()
    assert (found & truth).sum() > 0.97 * found.sum()
    assert found.sum() > 0.75 * truth.sum()


def test_no_wall_shines_through_where_the_matte_is_half_clear() -> None:
    matte = cut_out(hand())
    assert matte is not None
    edge = (matte[..., 3] > 0.1) & (matte[..., 3] < 0.9)
    np.testing.assert_allclose(matte[edge][:, :3].mean(0) * 255, SKIN, atol=8)


def test_a_shadow_on_the_wall_is_not_keyed() -> None:
    still = hand()
    plain, shaded = cut_out(still), still.copy()
    shaded[50:150, 8:50] = (shaded[50:150, 8:50] * 0.6).astype(np.uint8)
    with_shadow = cut_out(shaded)
    assert plain is not None
    assert with_shadow is not None
    assert with_shadow[50:150, 8:45, 3].max() < 0.1


def test_other_pictures_are_dropped() -> None:
    assert cut_out(np.full((200, 200, 3), WALL, np.uint8)) is None
    two = hand()
    two[:, 160:] = two[:, 80:120]
    assert cut_out(two) is None


def test_a_hand_that_no_arm_carries_is_dropped() -> None:
    floating = hand()
    floating[160:] = WALL
    matte = cut_out(floating)
    assert matte is not None
    assert stand_up(matte) is None


def test_the_arm_comes_from_below_wherever_it_came_from() -> None:
    for turns in (1, 3):  # from the right, from the left
        matte = cut_out(hand())
        assert matte is not None
        stood = stand_up(np.ascontiguousarray(np.rot90(matte, turns)))
        assert stood is not None
        column, row = stood.wrist
        weight = stood.sprite[..., 3]
        rows, columns = np.nonzero(weight > 0.5)
        assert rows.mean() < row - 30
        assert abs(columns.mean() - column) < 20
        assert abs(abs(np.degrees(stood.tilt)) - 90) < 12


def test_the_forearm_has_the_skin_colour_of_the_wrist() -> None:
    matte = cut_out(hand())
    assert matte is not None
    stood = stand_up(matte)
    assert stood is not None
    solid = stood.forearm[stood.forearm[..., 3] > 0.9][:, :3]
    np.testing.assert_allclose(solid.mean(0) * 255, SKIN, atol=8)
    widths = (stood.forearm[..., 3] > 0.5).sum(1)
    assert 15 < widths[0] < widths[-1]


def test_hands_are_painted_over_and_faces_are_not() -> None:
    picture = person()
    cleared = without_hands(picture)
    assert cleared is not None
    np.testing.assert_array_equal(cleared[75:110, 150:170], picture[75:110, 150:170])
    np.testing.assert_allclose(cleared[165:175, 105:115].mean((0, 1)), (40, 40, 60), atol=40)


def test_a_room_without_a_face_is_dropped() -> None:
    picture = person()
    cv2.rectangle(picture, (0, 0), (319, 125), WALL, -1)
    assert without_hands(picture) is None
