"""The sets of takes that `benchmarks.takes` draws."""

import numpy as np
import pytest

from benchmarks.clips import EnrolmentClip
from benchmarks.takes import WINDOWS, different_movements, one_movement, one_that_differs, people_of, windows_of
from models.spec import ModelSpec

SPEC = ModelSpec("toy", ("No gesture", "Nod"), 8, 8, (0.0,) * 3, (1.0,) * 3, 12.0, (), 1, 2)
COUNT, SETS, LEAD = 3, 4, 24


def clip(person, movement, number, seconds=3):
    """A clip whose embeddings encode its number and the step."""
    steps = LEAD + 12 * seconds
    embeddings = np.stack([np.full(steps, number), np.arange(steps)], axis=1).astype(np.float32)
    return EnrolmentClip(movement, person, LEAD, np.zeros((steps, 2), np.float32), embeddings, 12.0)


CLIPS = [clip(person, movement, k) for person in "ab" for movement in ("Nod", "Wave", "Draw") for k in range(5)]
LONG = [clip(WINDOWS, "", 0, seconds=20), clip(WINDOWS, "", 1, seconds=4)]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def people():
    return people_of([*CLIPS, *LONG], SPEC)


def labels(sets):
    return [[take.label for take in each] for each in sets]


def test_of_one_movement(people, rng):
    drawn = list(one_movement(people, COUNT, rng, SETS))
    assert len(drawn) == 2 * 3 * SETS
    assert all(len(set(each)) == 1 for each in labels(drawn))
    numbers = [[take.embeddings[0, 0] for take in each] for each in drawn]
    assert all(len(set(each)) == COUNT for each in numbers)


def test_of_different_movements(people, rng):
    assert all(len(set(each)) == COUNT for each in labels(different_movements(people, COUNT, rng, SETS)))
    assert list(different_movements(people, 4, rng, SETS)) == []


def test_all_but_one_of_one_movement(people, rng):
    drawn = labels(one_that_differs(people, COUNT, rng, SETS))
    assert all(each[0] == each[1] != each[2] for each in drawn)
    assert len(drawn) == 2 * 3 * SETS


def test_windows_of_one_recording_do_not_overlap(rng):
    drawn = list(windows_of([*CLIPS, *LONG], SPEC, COUNT, rng))
    assert drawn
    for each in drawn:
        assert {take.embeddings[0, 0] for take in each} == {0}  # the other is too short
        begins = [take.embeddings[take.begins, 1] for take in each]
        assert (np.diff(begins) >= 36).all()
        assert all(len(take) - take.begins == 36 for take in each)
