"""The batches that benchmarks measure do the work that they are said to do."""

import numpy as np
import pytest

from benchmarks.batched import Gathered, Lockstep
from models.engines.onnxruntime_engine import OnnxRuntimeEngine


@pytest.mark.parametrize("batch", [Lockstep, Gathered])
def test_each_stream_of_a_batch_answers_as_if_alone(batch, small_model):
    engine, streams = OnnxRuntimeEngine(small_model), 3
    together, states = batch(small_model, streams), [engine.start() for _ in range(streams)]
    random = np.random.default_rng(0)
    for _ in range(engine.spec.ring_length + 3):
        pictures = random.integers(0, 256, (streams, *engine.spec.picture_shape[1:]), dtype=np.uint8)
        logits = together.step(pictures)
        for stream in range(streams):
            output, states[stream] = engine.step(pictures[stream][None], states[stream])
            np.testing.assert_allclose(logits[stream], output.logits[0], atol=1e-4)
