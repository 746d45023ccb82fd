"""Engines of several streams: each row is independent of the others."""

import numpy as np
import pytest

from models.engines import load_batch_engine, load_engine
from models.errors import EngineError, ModelFileError

STREAMS = 3


@pytest.fixture(params=[".pt", ".onnx"], ids=["torch", "onnxruntime"])
def model(request, small_model):
    return small_model.with_suffix(request.param)


@pytest.fixture
def engine(model):
    return load_batch_engine(model, STREAMS, threads=1)


def pictures(spec, steps, seed=0):
    shape = (steps, STREAMS, *spec.picture_shape[1:])
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def alone(engine, films, lag_divisor=1):
    """Logits [steps, labels] of one stream through an engine of one."""
    state, logits = engine.start(lag_divisor), []
    for picture in films:
        output, state = engine.step(picture[None], state)
        logits.append(output.logits[0])
    return np.array(logits)


@pytest.mark.parametrize("lag_divisor", [1, 2])
def test_a_row_gives_the_output_of_the_same_stream_alone_whatever_the_others_see(engine, model, lag_divisor):
    films = pictures(engine.spec, engine.spec.ring_phases() + 3)
    state, together = engine.start(lag_divisor), []
    for each in films:
        output, state = engine.step(each, state)
        together.append(output.logits)
    for row in range(STREAMS):
        expected = alone(load_engine(model), films[:, row], lag_divisor)
        np.testing.assert_allclose(np.array(together)[:, row], expected, atol=1e-4)


def test_a_row_that_is_forgotten_starts_again_and_no_other(engine, model):
    films = pictures(engine.spec, 2 * engine.spec.ring_phases() + 3)
    cut = engine.spec.ring_phases() + 2  # every slot has been written, and the ring has turned
    state, together = engine.start(), []
    for k, each in enumerate(films):
        if k == cut:
            state = engine.forget(1, state)
        output, state = engine.step(each, state)
        together.append(output.logits)
    single = load_engine(model)
    for row in (0, 2):
        np.testing.assert_allclose(np.array(together)[:, row], alone(single, films[:, row]), atol=1e-4)
    np.testing.assert_allclose(np.array(together)[cut:, 1], alone(single, films[cut:, 1]), atol=1e-4)


def test_two_states_of_one_engine_do_not_touch_each_other(engine):
    films = pictures(engine.spec, 4)
    states, outputs = [engine.start(), engine.start(4)], [[], []]
    for each in films:
        for k in range(2):
            output, states[k] = engine.step(each, states[k])
            outputs[k].append(output.logits)
    again, state = [], engine.start()
    for each in films:
        output, state = engine.step(each, state)
        again.append(output.logits)
    np.testing.assert_array_equal(outputs[0], again)


@pytest.mark.parametrize(
    ("rows", "size", "kind"), [(1, 32, np.uint8), (STREAMS, 31, np.uint8), (STREAMS, 32, np.float64)]
)
def test_pictures_of_another_kind_are_refused(engine, rows, size, kind):
    with pytest.raises(ValueError, match=r"uint8 \(3, 32, 32, 3\)"):
        engine.step(np.zeros((rows, size, 32, 3), kind), engine.start())


def test_the_name_says_how_many(small_model):
    assert load_batch_engine(small_model, STREAMS, 1).name == "onnxruntime:CPUExecutionProvider, 3 streams in step"


@pytest.mark.parametrize(
    ("name", "engine"), [("model.plan", "auto"), ("model.onnx", "tensorrt"), ("model.onnx", "torch")]
)
def test_a_runtime_that_steps_one_stream_only_is_refused(tmp_path, name, engine):
    with pytest.raises(EngineError, match=r"a batch of streams runs a \.onnx through ONNX Runtime or a \.pt"):
        load_batch_engine(tmp_path / name, STREAMS, 1, engine)


def test_a_missing_model_is_one_line(tmp_path):
    with pytest.raises(ModelFileError, match="no model file"):
        load_batch_engine(tmp_path / "model.onnx", STREAMS, 1)
