"""The gate that is measured skips what it is said to skip, and treats the past as it is said to."""

import numpy as np
import pytest

from benchmarks.idle import Gated, watch
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.softmax import softmax
from training.evaluation.takes import Take


@pytest.fixture
def pictures(small_model):
    """Three pictures, uint8 [3, H, W, 3], far from one another."""
    shape = OnnxRuntimeEngine(small_model).spec.picture_shape[1:]
    random = np.random.default_rng(0)
    return np.stack([random.integers(low, low + 60, shape, dtype=np.uint8) for low in (0, 90, 190)])


def answers(gated, steps):
    """Start anew and step; None is a repeat."""
    gated.start()
    return [gated.repeat() if picture is None else gated.step(picture) for picture in steps]


def test_a_stream_that_is_never_gated_answers_as_the_engine_does(small_model, pictures):
    engine, gated = OnnxRuntimeEngine(small_model), Gated(small_model)
    state = engine.start()
    for picture, answer in zip(pictures, answers(gated, pictures), strict=True):
        output, state = engine.step(picture[None], state)
        np.testing.assert_allclose(answer, softmax(output.logits[0] / np.float32(gated.spec.temperature)), atol=1e-5)


@pytest.mark.parametrize(("threshold", "skipped"), [(0.0, 0), (1.0, 3), (255.0, 5)])
def test_what_hardly_changes_is_skipped(small_model, pictures, threshold, skipped):
    still_then_moving = pictures[[0, 0, 0, 1, 1, 2]]
    outcome = watch(Gated(small_model), Take("still", still_then_moving, ()), threshold, "left")
    assert (outcome.steps, outcome.skipped) == (6, skipped)


def test_a_repeat_lets_time_go_on_and_leaving_does_not(small_model, pictures):
    gated = Gated(small_model)
    a, b, _ = pictures
    left, repeated = answers(gated, [a, b])[-1], answers(gated, [a, None, None, b])[-1]
    assert np.abs(left - repeated).max() > 1e-5
