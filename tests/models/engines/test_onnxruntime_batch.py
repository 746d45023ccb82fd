"""A batch in ONNX Runtime: every row as if alone, whatever the others do."""

from dataclasses import replace

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from calibration.batched import export_batched
from models.engines.onnxruntime_batch import OnnxRuntimeBatch, load_batch
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.errors import ModelFileError, UserError
from models.spec import SPEC_KEY

STREAMS = 3


@pytest.fixture(scope="module")
def model(small_model, tmp_path_factory):
    path = tmp_path_factory.mktemp("batched") / "small.onnx"
    path.write_bytes(small_model.read_bytes())
    export_batched(path)
    return path


def pictures(spec, steps, seed=0):
    shape = (steps, STREAMS, *spec.picture_shape[1:])
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def alone(engine, films):
    """Logits [steps, labels] of one stream through the ordinary engine."""
    state, logits = engine.start(), []
    for picture in films:
        output, state = engine.step(picture[None], state)
        logits.append(output.logits[0])
    return np.array(logits)


def test_a_row_answers_as_the_same_stream_alone_whatever_the_others_see(model):
    engine, batch = OnnxRuntimeEngine(model), load_batch(model, STREAMS, threads=1)
    films = pictures(engine.spec, engine.spec.ring_length + 3)
    together = np.array([batch.step(each).logits for each in films])
    for row in range(STREAMS):
        np.testing.assert_allclose(together[:, row], alone(engine, films[:, row]), atol=1e-4)


def test_emptying_a_row_begins_its_stream_anew_and_no_other(model):
    engine, batch = OnnxRuntimeEngine(model), load_batch(model, STREAMS, threads=1)
    films = pictures(engine.spec, 2 * engine.spec.ring_length + 3)
    cut = engine.spec.ring_length + 2  # every slot has been written, and the ring has turned
    together = []
    for k, each in enumerate(films):
        if k == cut:
            batch.empty(1)
        together.append(batch.step(each).logits)
    for row in (0, 2):
        np.testing.assert_allclose(np.array(together)[:, row], alone(engine, films[:, row]), atol=1e-4)
    np.testing.assert_allclose(np.array(together)[cut:, 1], alone(engine, films[cut:, 1]), atol=1e-4)


def test_a_batch_begins_with_an_empty_past(model):
    engine = OnnxRuntimeEngine(model)
    each = pictures(engine.spec, 1)
    first = load_batch(model, STREAMS, threads=1).step(each[0]).logits
    np.testing.assert_allclose(first[1], alone(engine, each[:, 1])[0], atol=1e-4)


def test_answers_are_arrays_of_their_own(model):
    batch = load_batch(model, STREAMS, threads=1)
    one, other = pictures(batch.spec, 2)
    first = batch.step(one)
    kept = first.logits.copy()
    batch.step(other)
    np.testing.assert_array_equal(first.logits, kept)


@pytest.mark.parametrize(
    ("rows", "size", "kind"), [(1, 32, np.uint8), (STREAMS, 31, np.uint8), (STREAMS, 32, np.float64)]
)
def test_pictures_of_another_kind_are_refused(model, rows, size, kind):
    batch = load_batch(model, STREAMS, threads=1)
    with pytest.raises(ValueError, match=r"uint8 \(3, 32, 32, 3\)"):
        batch.step(np.zeros((rows, size, 32, 3), kind))


def test_the_name_says_provider_and_size(model):
    assert load_batch(model, STREAMS, threads=1).name.endswith("ExecutionProvider, a batch of 3")


def test_a_model_without_its_batched_form_says_how_to_make_one(small_model):
    with pytest.raises(ModelFileError, match=r"python -m calibration\.batched"):
        load_batch(small_model.with_name("other.onnx"), STREAMS, threads=1)


def test_a_batched_form_of_another_model_is_refused(model, tmp_path):
    path = tmp_path / "small.onnx"
    other = onnx.load(model)
    spec = replace(OnnxRuntimeEngine(model).spec, weights_sha256="another")
    onnx.helper.set_model_props(other, {SPEC_KEY: spec.to_json()})
    onnx.save(other, path)
    path.with_suffix(".batch.onnx").write_bytes(model.with_suffix(".batch.onnx").read_bytes())
    with pytest.raises(ModelFileError, match=r"not made of this small\.onnx"):
        load_batch(path, STREAMS, threads=1)


def test_the_model_beside_is_read_and_not_made_ready_to_run(model, monkeypatch):
    opened, open_it = {}, ort.InferenceSession

    def noted(path, options, providers):
        opened[path] = options.graph_optimization_level
        return open_it(path, options, providers=providers)

    monkeypatch.setattr(ort, "InferenceSession", noted)
    load_batch(model, STREAMS, threads=1)
    levels = ort.GraphOptimizationLevel
    batched = model.with_suffix(".batch.onnx")
    assert opened == {str(batched): levels.ORT_ENABLE_ALL, str(model): levels.ORT_DISABLE_ALL}


def test_a_damaged_model_beside_is_told(model, tmp_path):
    path = tmp_path / "small.onnx"
    path.write_bytes(model.read_bytes()[:999])
    path.with_suffix(".batch.onnx").write_bytes(model.with_suffix(".batch.onnx").read_bytes())
    with pytest.raises(ModelFileError, match=r"small\.onnx is not a model that ONNX Runtime can run"):
        load_batch(path, STREAMS, threads=1)


def test_each_kind_of_file_is_told_from_the_other(model):
    with pytest.raises(UserError, match="batched form"):
        OnnxRuntimeEngine(model.with_suffix(".batch.onnx"))
    with pytest.raises(UserError, match="takes one stream"):
        OnnxRuntimeBatch(model, 1)
