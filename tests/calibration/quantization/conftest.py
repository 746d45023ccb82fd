"""A small model, and the data to quantise it."""

import pytest
from films import moving_square

from calibration.quantization.graph import FloatGraph
from calibration.quantization.scales import find_scales


@pytest.fixture(scope="session")
def graph(small_model):
    """MobileNetV2 with MixTConv, 32 px."""
    return FloatGraph.load(small_model)


@pytest.fixture(scope="session")
def streams():
    """Two films that are longer than the ring."""
    return [moving_square(16, seed=seed) for seed in (1, 2)]


@pytest.fixture(scope="session")
def scales(graph, streams):
    """The small model's INT8 scales."""
    return find_scales(graph, streams)
