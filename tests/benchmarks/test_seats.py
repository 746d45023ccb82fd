import numpy as np
import pytest

from benchmarks.seats import SEATS, Seat, SeatedCamera
from models.frame import Frame


class OnePicture:
    name, live, dropped = "one", False, 0

    def __init__(self, image):
        self._image = image
        self.ended = False

    def next(self, timeout_s):
        self.ended = True
        return Frame(self._image, 1.5, 7)

    def pause(self, paused):
        pass

    def close(self):
        pass


def seen_from(seat, image, seed=0):
    return SeatedCamera(OnePicture(image), seat, seed).next(0.0).image


@pytest.fixture
def red():
    return np.full((60, 80, 3), (250, 0, 0), np.uint8)


def share_of_red(image):
    return float(np.all(image == (250, 0, 0), axis=2).mean())


def test_the_first_seat_changes_nothing(red):
    assert np.array_equal(seen_from(SEATS[0], red), red)


def test_a_nearer_seat_shows_the_centre_only(red):
    red[:5] = red[:, :5] = 0
    assert seen_from(Seat("near", crop=0.5), red).shape == (30, 40, 3)
    assert share_of_red(seen_from(Seat("near", crop=0.5), red)) == 1.0


@pytest.mark.parametrize("seat", SEATS[3:], ids=lambda seat: seat.name)
def test_other_seats_show_the_recording_in_a_larger_room(red, seat):
    seen = seen_from(seat, red)
    kept = 60 * (60 if seat.square else 80)
    assert share_of_red(seen) * seen.shape[0] * seen.shape[1] == pytest.approx(kept, rel=0.2)
    assert seen.shape[0] * seen.shape[1] > 1.2 * kept
    assert len(np.unique(seen.reshape(-1, 3), axis=0)) > 50  # a room, not a border of one colour


@pytest.mark.parametrize(("left", "columns"), [(0.0, slice(0, 70)), (1.0, slice(50, 120))])
def test_a_seat_to_one_side_is_there(red, left, columns):
    seen = seen_from(Seat("side", room=1.5, left=left), red)
    assert share_of_red(seen[20:70, columns]) > 0.9


def test_the_format_is_as_asked(red):
    assert seen_from(Seat("wide", proportion=2.0), red).shape == (60, 120, 3)
    assert seen_from(Seat("tall", square=True, proportion=0.5), red).shape == (120, 60, 3)


def test_the_same_seed_is_the_same_room(red):
    one, same, other = (seen_from(SEATS[4], red, seed) for seed in (3, 3, 4))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
