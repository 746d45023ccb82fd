"""Scales from the values of tensors."""

import numpy as np
import pytest

from calibration.quantization.ranges import LEVELS, Histogram, _rounded
from calibration.quantization.scales import find_scales
from calibration.quantization.streaming import run_streams
from models.engines.onnxruntime_engine import OnnxRuntimeEngine


def counted(*arrays):
    histogram = Histogram()
    for array in arrays:
        histogram.add(np.asarray(array, np.float32))
    return histogram


def test_evenly_spread_values_use_the_whole_grid():
    assert counted(np.linspace(-2, 2, 4001)).scale() == pytest.approx(2 / LEVELS, rel=0.02)


def test_a_lonely_outlier_is_clipped():
    values = np.append(np.random.default_rng(0).normal(0, 1, 400_000), 9.0).astype(np.float32)
    scale = counted(*values[:-1].reshape(100, -1), values[-1:]).scale()
    largest = float(np.abs(values).max()) / LEVELS
    assert scale < 0.9 * largest
    sizes = np.abs(values).astype(np.float64)
    errors = [np.square(sizes - _rounded(sizes, each)).sum() for each in (scale, largest)]
    assert errors[0] < errors[1], "it is clipped because that loses less"


def test_the_order_in_which_large_values_come_does_not_matter():
    small, large = np.linspace(0.01, 1, 999), np.linspace(1, 50, 999)
    scales = [counted(small, large).scale(), counted(large, small).scale()]
    assert scales[0] == pytest.approx(scales[1], rel=0.02)


def test_zeros_say_nothing():
    assert counted(np.zeros(5)).scale() == 1.0
    assert counted([0, 0, 0, 1]).scale() == counted([1]).scale()


def test_the_past_is_what_the_steps_before_left(graph, streams, small_model):
    """The streamed graph agrees with the engine, step by step."""
    engine = OnnxRuntimeEngine(small_model)
    state, expected = engine.start(), []
    for picture in streams[0]:
        output, state = engine.step(picture[None], state)
        expected.append(output.logits[0])
    np.testing.assert_allclose(run_streams(graph, streams[:1])[0], np.stack(expected), atol=1e-4)


def test_a_past_of_zeros_would_give_other_ranges(graph, streams, scales):
    """The same pictures, each from an empty past."""
    alone = find_scales(graph, [picture[None] for stream in streams for picture in stream])
    first_layer = graph.group_of(graph.layers[0].output[0])
    assert alone[first_layer] == pytest.approx(scales[first_layer]), "nothing lies before the stem"
    apart = [abs(alone[group] / scale - 1) for group, scale in scales.items()]
    assert np.mean(np.array(apart) > 0.05) > 0.3, "behind the temporal layers most ranges are others"
