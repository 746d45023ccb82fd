"""Where the region is, and when it moves; drawn faces, with the real detector."""

import itertools

import cv2
import numpy as np
import pytest
from drawn_face import picture_of

from models.framing.auto import FACE_SHARE, FITTING_SHARES, NO_FACE_S, AutoFraming
from models.framing.faces import FaceDetector
from models.region import Region

NEAR, FAR = (200, 180, 160), (450, 260, 90)
STEP_S = 1 / 12


@pytest.fixture(scope="module")
def detector():
    return FaceDetector()


@pytest.fixture
def framing(detector):
    return AutoFraming(detector)


class Watching:
    """A framing that gets pictures with increasing times."""

    def __init__(self, framing):
        self._framing = framing
        self._clock = itertools.count()

    def see(self, image, seconds, idle=True):
        """Show a picture for some seconds; return the regions, without repeats."""
        regions = [
            self._framing.region(image, next(self._clock) * STEP_S, idle)
            for _ in range(max(1, round(seconds / STEP_S)))
        ]
        return list(dict.fromkeys(regions))


def middle(region):
    return region.left + region.width / 2, region.top + region.height / 2


def frames(region, face, rows=480, columns=640):
    """Whether a region frames a face: as large as it should be, and with the face within it."""
    x, y, height = face
    inside = (
        region.left * columns <= x - 0.4 * height
        and x + 0.4 * height <= (region.left + region.width) * columns
        and region.top * rows <= y - 0.4 * height
        and y + 0.4 * height <= (region.top + region.height) * rows
    )
    share = height / (region.height * rows)
    as_large_as_fits = region.height * rows >= min(rows, columns) - 1
    return inside and (FITTING_SHARES[0] <= share <= FITTING_SHARES[1] or (share > FACE_SHARE and as_large_as_fits))


@pytest.mark.parametrize("face", [NEAR, FAR, (80, 100, 120), (560, 400, 130), (320, 430, 110)])
def test_the_very_first_picture_is_framed(framing, face):
    assert frames(framing.region(picture_of(face), 0.0, True), face)


def test_the_region_is_square_in_any_format(framing):
    region = framing.region(picture_of((300, 200, 100), rows=360, columns=1280), 0.0, True)
    assert region.width * 1280 == pytest.approx(region.height * 360)


def test_without_a_face_it_is_the_middle_square(framing):
    region = framing.region(np.full((480, 640, 3), 90, np.uint8), 0.0, True)
    assert region == Region(0.125, 0, 0.75, 1)


def test_it_never_moves_while_someone_gestures(framing):
    watching = Watching(framing)
    (first,) = watching.see(picture_of(NEAR), 2)
    assert watching.see(picture_of(FAR), 30, idle=False) == [first]


def test_it_follows_once_no_one_gestures_and_in_one_move(framing):
    watching = Watching(framing)
    (first,) = watching.see(picture_of(NEAR), 2)
    regions = watching.see(picture_of(FAR), 8)
    assert len(regions) == 2
    assert regions[0] == first
    assert frames(regions[1], FAR)


def test_small_movements_of_the_head_do_not_move_it(framing):
    watching, rng = Watching(framing), np.random.default_rng(0)
    regions = [
        region
        for dx, dy, dh in rng.uniform(-0.12, 0.12, (20, 3)) * NEAR[2]
        for region in watching.see(picture_of((NEAR[0] + dx, NEAR[1] + dy, NEAR[2] + dh)), 0.5)
    ]
    assert len(set(regions)) == 1


def test_it_waits_for_someone_who_walks_to_sit_down(framing):
    watching = Watching(framing)
    watching.see(picture_of((100, 200, 120)), 2)
    walking = [watching.see(picture_of((x, 200, 120)), 0.1)[-1] for x in range(100, 500, 16)]
    assert len(set(walking)) == 1
    assert frames(watching.see(picture_of((500, 200, 120)), 5)[-1], (500, 200, 120))


def test_who_leaves_and_comes_back_finds_the_same_region(framing):
    watching = Watching(framing)
    (first,) = watching.see(picture_of(NEAR), 2)
    assert watching.see(picture_of(), NO_FACE_S / 2) == [first]
    assert watching.see(picture_of(NEAR), 5) == [first]


def test_after_a_long_while_without_a_face_the_region_is_large_again(framing):
    watching = Watching(framing)
    (first,) = watching.see(picture_of(FAR), 2)
    assert first.height < 0.7
    assert watching.see(picture_of(), NO_FACE_S - 2) == [first]
    assert watching.see(picture_of(), 7)[-1].height > first.height


def test_someone_who_comes_is_framed(framing):
    watching = Watching(framing)
    watching.see(picture_of(), 3)
    assert frames(watching.see(picture_of(FAR), 6)[-1], FAR)


def test_lights_that_go_out_for_a_moment_move_nothing(framing):
    watching = Watching(framing)
    (first,) = watching.see(picture_of(NEAR), 2)
    assert watching.see(np.zeros((480, 640, 3), np.uint8), 3) == [first]
    assert watching.see(picture_of(NEAR), 3) == [first]


def test_a_second_person_who_sits_there_changes_nothing(framing):
    watching = Watching(framing)
    (first,) = watching.see(picture_of(FAR), 2)
    assert watching.see(picture_of(FAR, (150, 180, 110)), 6) == [first]


def test_a_reset_and_another_size_start_again(framing):
    watching = Watching(framing)
    watching.see(picture_of(NEAR), 2)
    framing.reset()
    assert frames(watching.see(picture_of(FAR), 0)[0], FAR)
    larger = picture_of((800, 300, 200), rows=960, columns=1280)
    assert frames(watching.see(larger, 0)[0], (800, 300, 200), 960, 1280)


def test_faces_are_looked_for_three_times_a_second_at_the_most(detector):
    looks = []

    class Counting:
        def find(self, image):
            looks.append(image.shape)
            return detector.find(image)

    watching = Watching(AutoFraming(Counting()))
    watching.see(picture_of(), 1)
    looks.clear()
    watching.see(picture_of(), 10)
    assert 20 <= len(looks) <= 30
    watching.see(picture_of(NEAR), 6)
    looks.clear()
    watching.see(picture_of(NEAR), 10)
    assert 8 <= len(looks) <= 11, "less often if the person sits still"
    looks.clear()
    watching.see(picture_of(NEAR), 10, idle=False)
    assert looks == [], "and not at all during a gesture"


def waving(*faces, waver, seconds, each_s=STEP_S):
    """Pictures in which one of these people waves a hand next to the face."""
    x, y, height = faces[waver]
    pictures = []
    for k in range(round(seconds / each_s)):
        image = picture_of(*faces)
        hand = round(x - height + 0.5 * height * np.sin(6 * k * each_s)), round(y + 0.4 * height)
        cv2.circle(image, hand, round(0.35 * height), (214, 170, 142), -1)
        pictures.append(image)
    return pictures


def test_of_several_people_the_one_who_moves_is_framed(framing):
    people, watching = ((500, 180, 130), (160, 200, 110)), Watching(framing)
    assert frames(watching.see(picture_of(*people), 3)[-1], people[0])
    for picture in waving(*people, waver=1, seconds=4):
        region = watching.see(picture, 0)[-1]
    assert frames(region, people[1])
    assert watching.see(picture_of(*people), 10) == [region], "and stays so without movement"


def test_who_waves_in_the_frame_keeps_it(framing):
    people, watching = ((500, 180, 130), (160, 200, 110)), Watching(framing)
    (first,) = watching.see(picture_of(*people), 3)
    assert {region for picture in waving(*people, waver=0, seconds=4) for region in watching.see(picture, 0)} == {first}


class NoFaces:
    """A detector that finds no face: a camera over a table."""

    def find(self, image):
        return []


def hand_at(x, y, rows=480, columns=640):
    image = np.full((rows, columns, 3), 120, np.uint8)
    cv2.circle(image, (round(x), round(y)), 40, (214, 170, 142), -1)
    return image


def moving(watching, x, y, seconds):
    """A hand that moves around a place; returns the regions."""
    pictures = (hand_at(x + 50 * np.sin(5 * k * STEP_S), y) for k in range(round(seconds / STEP_S)))
    return [watching.see(picture, 0)[0] for picture in pictures]


def test_without_faces_the_region_lies_where_things_move():
    watching = Watching(AutoFraming(NoFaces()))
    regions = moving(watching, 480, 330, NO_FACE_S + 5)
    assert regions[0] == Region(0.125, 0, 0.75, 1)
    assert middle(regions[-1]) == pytest.approx((480 / 640, 330 / 480), abs=0.1)
    assert 0.4 < regions[-1].height < 0.7
    assert len(set(regions)) == 2


def test_without_faces_and_without_movement_it_stays():
    watching = Watching(AutoFraming(NoFaces()))
    assert watching.see(hand_at(100, 100), NO_FACE_S + 5) == [Region(0.125, 0, 0.75, 1)]


def test_movement_is_noted_while_someone_gestures_and_followed_afterwards():
    watching = Watching(AutoFraming(NoFaces()))
    first = watching.see(hand_at(480, 330), NO_FACE_S)
    during = [
        watching.see(hand_at(480 + 50 * np.sin(5 * k * STEP_S), 330), 0, idle=False)[0]
        for k in range(round(5 / STEP_S))
    ]
    assert set(during) == set(first)
    assert middle(watching.see(hand_at(480, 330), 1)[-1]) == pytest.approx((480 / 640, 330 / 480), abs=0.1)
