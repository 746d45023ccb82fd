"""Properties of the metrics of clips, for any predictions."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from training.evaluation.metrics import PerClass, clip_reliability, confusion, top_k

CLASSES = 5


@st.composite
def predictions(draw):
    """Scores [N, 5] with ties among them, and the truth [N]."""
    count = draw(st.integers(1, 12))
    scores = draw(npst.arrays(np.float32, (count, CLASSES), elements=st.integers(-3, 3).map(float)))
    truth = draw(npst.arrays(np.int64, count, elements=st.integers(0, CLASSES - 1)))
    return scores, truth


@given(predictions())
@settings(max_examples=60)
def test_top_k_grows_to_one(pair):
    scores, truth = pair
    shares = [top_k(scores, truth, k) for k in range(1, CLASSES + 2)]
    assert shares == sorted(shares)
    assert shares[CLASSES - 1] == shares[CLASSES] == 1


@given(predictions())
@settings(max_examples=60)
def test_the_confusion_matrix_and_top_1_agree(pair):
    scores, truth = pair
    confused = confusion(scores.argmax(axis=1), truth, CLASSES)
    classes = PerClass.of(confused)
    assert confused.sum() == len(truth)
    assert np.trace(confused) / len(truth) == top_k(scores, truth, 1)
    assert (classes.count == np.bincount(truth, minlength=CLASSES)).all()
    assert np.nansum(classes.recall * classes.count) == np.trace(confused)
    shares = np.concatenate([classes.recall, classes.precision])
    assert ((shares >= 0) & (shares <= 1) | np.isnan(shares)).all()


@given(predictions(), st.floats(0.3, 5))
@settings(max_examples=60)
def test_calibration_error_is_a_share_and_its_bins_are_all_clips(pair, temperature):
    reliability = clip_reliability(*pair, temperature)
    assert 0 <= reliability.error <= 1
    assert math.isclose(reliability.share.sum(), 1)
    assert math.isclose(np.nansum(reliability.share * reliability.accuracy), top_k(*pair, 1))


def test_constant_predictions_have_the_accuracy_of_their_class():
    """With equal scores the first class is predicted, which is correct for its clips only."""
    assert top_k(np.zeros((4, 4), np.float32), np.arange(4), 1) == 0.25


def test_rows_are_true_and_columns_predicted():
    confused = confusion(predicted=np.array([1, 1, 0]), truth=np.array([0, 1, 0]), classes=2)
    assert confused.tolist() == [[1, 1], [0, 1]]
    classes = PerClass.of(confused)
    assert classes.recall.tolist() == [0.5, 1]
    assert classes.precision.tolist() == [1, 0.5]
    assert classes.mean_recall == 0.75


def test_without_clips_metrics_are_nan():
    empty = np.zeros((0, 3), np.float32), np.zeros(0, np.int64)
    assert math.isnan(top_k(*empty, 1))
    assert math.isnan(PerClass.of(confusion(empty[1], empty[1], 3)).mean_recall)
