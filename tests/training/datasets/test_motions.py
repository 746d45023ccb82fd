"""The generated data set `motions`: its classes differ only in the order of their pictures."""

from collections import Counter

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from training.datasets.motions import GESTURES, LABELS, ORDERLESS_ACCURACY, STEPS, MotionSet, generate
from training.errors import DataError

FIRST_OF = range(0, len(LABELS), len(STEPS))
"""The first label of each gesture; the labels after it walk the same cycle by other steps."""


def clip(label: int, seed: int = 0, frames: int = 8) -> np.ndarray:
    return generate(label, frames, 32, np.random.default_rng(seed))


def pictures_of(clip: np.ndarray) -> list[bytes]:
    return sorted(picture.tobytes() for picture in clip)


def test_labels_are_sixteen_and_differ():
    assert len(set(LABELS)) == len(LABELS) == len(GESTURES) * len(STEPS) == 16
    assert ORDERLESS_ACCURACY == 0.25


@pytest.mark.parametrize("first", FIRST_OF, ids=lambda first: GESTURES[first // len(STEPS)].__name__)
@pytest.mark.parametrize("frames", [8, 16])
def test_the_classes_of_a_gesture_hold_the_same_pictures_in_another_order(first, frames):
    clips = [clip(first + k, seed=3, frames=frames) for k in range(len(STEPS))]
    assert all(pictures_of(other) == pictures_of(clips[0]) for other in clips)
    for k, one in enumerate(clips):
        assert not any(np.array_equal(one, other) for other in clips[:k])


def test_the_last_two_classes_are_the_first_two_reversed_in_time():
    """From a common first picture, one goes backwards and the other forwards."""
    for first in FIRST_OF:
        slowly, fast, fast_back, slowly_back = (clip(first + k, seed=5) for k in range(4))
        np.testing.assert_array_equal(slowly_back[1:], slowly[:0:-1])
        np.testing.assert_array_equal(fast_back[1:], fast[:0:-1])


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_each_moment_shows_every_picture_of_the_cycle_equally_often(step, monkeypatch):
    numbered = np.arange(8, dtype=np.uint8)[:, None, None, None]
    monkeypatch.setattr("training.datasets.motions.draw_pictures", lambda *_: numbered)
    shown = np.stack([clip(step, seed).ravel() for seed in range(800)])
    for moment in shown.T:
        assert np.bincount(moment, minlength=8) == pytest.approx(np.full(8, 100), abs=40)


@pytest.mark.parametrize(("frames", "steps"), [(8, [1, 3, 5, 7]), (10, [1, 3, 7, 9])])
def test_distractors_move_alike_in_every_class(frames, steps, monkeypatch):
    """A distractor's step times the class's: each that visits every picture, equally often."""
    drawn: list[int] = []
    monkeypatch.setattr(
        "training.datasets.motions.draw_pictures", lambda _, own, *__: (drawn.extend(own), np.zeros(frames))[1]
    )
    for label, step in enumerate(STEPS.values()):
        drawn.clear()
        for seed in range(400):
            generate(label, frames, 32, np.random.default_rng(seed))
        steps_found = Counter(step * own % frames for own in drawn)
        assert sorted(steps_found) == steps
        assert list(steps_found.values()) == pytest.approx([100] * 4, abs=40)


def test_a_classifier_of_single_pictures_stays_at_chance_and_one_of_neighbours_does_not():
    """The same linear classifier of circles, given pictures one by one, and given each with the one before."""
    train = [as_changes(clip(k % 4, seed=k)) for k in range(240)]
    test = [as_changes(clip(k % 4, seed=1000 + k // 4)) for k in range(240)]  # fours of the same pictures
    assert fitted_accuracy(train, test, lambda changes: changes) == pytest.approx(ORDERLESS_ACCURACY, abs=0.01)
    assert fitted_accuracy(train, test, neighbours) > 3 * ORDERLESS_ACCURACY


def neighbours(changes: np.ndarray) -> np.ndarray:
    return np.einsum("ti,tj->tij", changes[:-1], changes[1:]).reshape(len(changes) - 1, -1)


def as_changes(clip: np.ndarray) -> np.ndarray:
    """The change of each picture, averaged over a coarse grid, [T, 16]."""
    grey = clip.mean(3)
    changed = np.abs(grey - np.median(grey, 0)).reshape(len(clip), 4, 8, 4, 8).mean((2, 4)).reshape(len(clip), -1)
    return changed / changed.sum(1, keepdims=True)


def fitted_accuracy(train, test, see) -> float:
    """Least squares from mean features to one column per class; the accuracy on `test`."""
    fitted, held_out = (np.stack([see(clip).mean(0) for clip in clips]) for clips in (train, test))
    labels = np.arange(len(train)) % 4
    weights = np.linalg.solve(fitted.T @ fitted + 1e-2 * np.eye(fitted.shape[1]), fitted.T @ np.eye(4)[labels])
    return float(((held_out @ weights).argmax(1) == labels).mean())


def test_an_item_is_a_clip_and_its_label():
    data = MotionSet("train", 0, clips=32, frames=10, size=24)
    picture, label = data[17]
    assert picture.shape == (10, 3, 24, 24)
    assert picture.dtype == torch.uint8
    assert label.dtype == torch.int64
    assert (int(label), len(data)) == (1, 32)
    with pytest.raises(IndexError):
        data[32]


def same(one: MotionSet, other: MotionSet, index: int = 5) -> bool:
    return torch.equal(one[index][0], other[index][0])


def test_the_same_seed_epoch_and_index_give_the_same_clip_and_others_do_not():
    data, again = MotionSet("train", 1), MotionSet("train", 1)
    assert same(data, again)
    again.set_epoch(3)
    assert not same(data, again)
    data.set_epoch(3)
    assert same(data, again)
    assert not same(MotionSet("train", 1), MotionSet("train", 2))
    assert not same(MotionSet("train", 1), MotionSet("val", 1))
    assert not torch.equal(data[5][0], data[21][0])  # of one label


def test_validation_clips_stay():
    data = MotionSet("val", 1)
    before = data[5][0]
    data.set_epoch(3)
    assert torch.equal(data[5][0], before)


def test_workers_change_nothing():
    data = MotionSet("train", 1, clips=8, size=16)
    alone, shared = (list(DataLoader(data, batch_size=4, num_workers=workers)) for workers in (0, 2))
    for (clips, labels), (others, other_labels) in zip(alone, shared, strict=True):
        assert torch.equal(clips, others)
        assert torch.equal(labels, other_labels)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"split": "test"}, "train and val; got 'test'"),
        ({"frames": 12}, "no multiple of 3; got 12"),
        ({"frames": 4}, "5 frames or more"),
        ({"size": 8}, "16 pixels"),
        ({"clips": 0}, "at least 1 clip"),
    ],
)
def test_refuses_what_it_cannot_make(given, message):
    with pytest.raises(DataError, match=message):
        MotionSet(**({"split": "train"} | given))
