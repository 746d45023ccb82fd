"""The fastest form of a model is used, measured once."""

import shutil
from dataclasses import replace

import numpy as np
import onnx
import pytest

from common.user_folders import cache_folder
from models.engines import fastest_form as choice
from models.engines import load_engine
from models.engines.fastest_form import fastest_form
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.spec import SPEC_KEY


@pytest.fixture
def model(small_model, tmp_path, monkeypatch):
    """A model with a copy as its INT8 form, and a separate cache."""
    monkeypatch.setenv("MSTNET_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "small.onnx"
    shutil.copy(small_model, path)
    describe(path, path.with_suffix(".int8.onnx"), name="small.int8")
    return path


@pytest.fixture
def timed(monkeypatch):
    """Sets the durations of steps, and counts the measurements."""
    measured = []

    def set_times(*step_s):
        monkeypatch.setattr(choice, "_step_s", lambda engines: measured.append(engines) or np.array([step_s]))
        return measured

    return set_times


def describe(source, path, **changes):
    """Copy a model with another description."""
    loaded = onnx.load(source)
    spec = replace(OnnxRuntimeEngine(source).spec, **changes)
    onnx.helper.set_model_props(loaded, {SPEC_KEY: spec.to_json()})
    onnx.save(loaded, path)


def test_a_model_alone_is_used_and_nothing_is_measured(model, timed):
    model.with_suffix(".int8.onnx").unlink()
    measured = timed(1.0)
    assert fastest_form(model) == model
    assert not measured
    assert not cache_folder().exists()


@pytest.mark.parametrize(("int8_s", "name"), [(0.5, "small.int8"), (0.97, "small"), (2.0, "small")])
def test_another_form_has_to_be_clearly_faster(model, timed, int8_s, name):
    timed(1.0, int8_s)
    assert load_engine(model).spec.name == name


def test_it_is_measured_once(model, timed, caplog):
    measured = timed(1.0, 0.5)
    with caplog.at_level("INFO", logger="mstnet"):
        first = fastest_form(model)
    assert "small.int8.onnx is used, as measured here: small.onnx 1000.00 ms" in caplog.text
    assert fastest_form(model) == first == model.with_suffix(".int8.onnx")
    assert len(measured) == 1


@pytest.mark.parametrize("suffix", [".onnx", ".int8.onnx"])
def test_a_file_that_changed_is_measured_again(model, timed, suffix):
    measured = timed(1.0, 0.5)
    fastest_form(model)
    path = model.with_suffix(suffix)
    describe(path, path, trained="for longer")
    assert fastest_form(model) == model.with_suffix(".int8.onnx")
    assert len(measured) == 2


def test_another_runtime_is_measured_again(model, timed, monkeypatch):
    measured = timed(1.0, 0.5)
    fastest_form(model)
    monkeypatch.setattr(choice.ort, "__version__", "99.0")
    fastest_form(model)
    assert len(measured) == 2


def test_a_form_of_other_weights_is_not_used(model, timed, caplog):
    path = model.with_suffix(".int8.onnx")
    describe(path, path, weights_sha256="f" * 64)
    measured = timed(1.0, 0.5)
    assert fastest_form(model) == model
    assert not measured
    assert "small.int8.onnx is not used: it was not made from this small.onnx" in caplog.text


def test_a_damaged_form_is_not_used(model, timed, caplog):
    model.with_suffix(".int8.onnx").write_bytes(b"no model")
    timed(1.0, 0.5)
    assert fastest_form(model) == model
    assert "small.int8.onnx is not used" in caplog.text


@pytest.mark.parametrize("content", [b"", b"[]", b'{"chosen": "gone.onnx"}'])
def test_a_damaged_memory_is_measured_again(model, timed, content):
    measured = timed(1.0, 0.5)
    fastest_form(model)
    (kept,) = cache_folder().iterdir()
    kept.write_bytes(content)
    assert fastest_form(model) == model.with_suffix(".int8.onnx")
    assert len(measured) == 2


def test_a_cache_that_cannot_be_written_is_no_reason_to_stop(model, timed, caplog):
    cache_folder().write_text("a file where the folder should be")
    timed(1.0, 0.5)
    assert fastest_form(model) == model.with_suffix(".int8.onnx")
    assert "until then each start measures which form is fastest" in caplog.text


def test_who_names_a_runtime_gets_the_file_named(model, timed):
    timed(1.0, 0.5)
    assert load_engine(model, "onnxruntime").spec.name == "small"


def test_forms_are_stepped_in_turns(model, monkeypatch):
    monkeypatch.setattr(choice, "MAX_TURNS", 3)
    engines = [OnnxRuntimeEngine(path) for path in (model, model.with_suffix(".int8.onnx"))]
    times = choice._step_s(engines)
    assert times.shape == (3, 2)
    assert (times > 0).all()
