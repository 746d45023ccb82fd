import cv2
import numpy as np
import pytest

from models.framing.faces import Face
from models.framing.motion import Motion
from models.framing.people import People, SearchWindow

PICTURE = SearchWindow(0, 0, 640, 480)
LEFT_FACE, RIGHT_FACE = Face(200, 150, 80, 80, 0.9), Face(450, 150, 80, 80, 0.9)


def seated(*faces):
    people = People()
    for _ in range(3):
        people.note(faces, PICTURE)
    return people.there


def picture(*discs):
    image = np.full((480, 640, 3), 120, np.uint8)
    for x, y in discs:
        cv2.circle(image, (round(x), round(y)), 25, (220, 180, 150), -1)
    return image


def waved(x, y, people, looks=20, motion=None):
    motion = motion or Motion()
    for k in range(looks):
        motion.see(picture((x + 30 * (-1) ** k, y)), people)
    return motion


def test_what_stands_still_has_no_place():
    motion, (person,) = Motion(), seated(LEFT_FACE)
    for _ in range(20):
        motion.see(picture((300, 300)), [person])
    assert motion.place(480, 640) is None
    assert motion.hands(person) is None
    assert motion.of(person) == 0


@pytest.mark.parametrize("size", [(480, 640), (960, 1280)])
def test_the_place_of_movement_is_in_the_pictures_own_pixels(size):
    place = waved(400, 300, []).place(*size)
    scale = size[0] / 480
    assert (place.x, place.y) == pytest.approx((400 * scale, 300 * scale), abs=12 * scale)
    assert place.spread == pytest.approx(33 * scale, rel=0.35)


def test_hands_are_known_after_some_waves_and_go_with_the_face():
    people = seated(LEFT_FACE)
    motion = waved(280, 260, people, looks=2)
    assert motion.hands(people[0]) is None
    hands = waved(280, 260, people, motion=motion).hands(people[0])
    assert (hands.x, hands.y) == pytest.approx((280, 260), abs=15)
    people[0].faces.clear()
    people[0].faces.append(Face(300, 200, 160, 160, 0.9))
    moved = motion.hands(people[0])
    assert (moved.x, moved.y) == pytest.approx((300 + 2 * 80, 200 + 2 * 110), abs=30)


def test_a_moving_head_is_no_hand():
    people = seated(LEFT_FACE)
    assert waved(200, 150, people).hands(people[0]) is None


def test_who_sits_beside_a_waver_does_not_wave():
    people = seated(LEFT_FACE, RIGHT_FACE)
    motion = waved(520, 250, people)
    assert motion.of(people[1]) > 3 * motion.of(people[0])
    assert motion.hands(people[0]) is None


def test_hands_of_who_walks_are_not_noted():
    people = seated(LEFT_FACE)
    people[0].missed = 1
    assert waved(280, 260, people).hands(people[0]) is None


def test_a_lamp_that_goes_out_and_on_says_nothing_of_hands():
    motion, people = Motion(), seated(LEFT_FACE)
    for image in (picture(), np.zeros((480, 640, 3), np.uint8), picture()):
        motion.see(image, people)
    assert motion.hands(people[0]) is None
