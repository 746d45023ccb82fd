"""Printing and changing the thresholds in a model file: `python -m calibration thresholds`."""

import shutil
from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from calibration.__main__ import main
from calibration.described_file import DescribedFile
from models.clip_spec import CLIP_KEY, ClipFusion, ClipSpec
from models.engines import load_engine
from models.shipped import SHIPPED_MODEL
from models.spec import SPEC_KEY, Decoding, Rule


@pytest.fixture
def model(tmp_path):
    return shutil.copy(SHIPPED_MODEL, tmp_path / "model.onnx")


@pytest.fixture
def clip_model(tmp_path):
    """A file with a clip network's description, whose graph is never run."""
    spec = ClipSpec(
        "clips", ("No gesture", "Nod"), 4, 8, 8, (0.0,) * 3, (1.0,) * 3, 6.0, (0.5,), 4, weights_sha256="ab" * 32,
        fusion=ClipFusion(decoding=Decoding(0.5, Rule(0.65, 0.325, 0.1, 1.0))),
    )  # fmt: skip
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    found = helper.make_model(helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [value], [out]))
    helper.set_model_props(found, {CLIP_KEY: spec.to_json(), "other": "stays"})
    path = tmp_path / "clips.onnx"
    onnx.save(found, path)
    return path


def spec_of(path):
    return DescribedFile(path).spec


def said(capsys, *words):
    status = main(["thresholds", *map(str, words)])
    output, errors = capsys.readouterr()
    return status, output.splitlines(), errors


def test_without_a_change_it_only_prints(capsys, model):
    before = model.read_bytes()
    status, lines, errors = said(capsys, model)
    assert (status, errors) == (0, "")
    spec = spec_of(model)
    assert lines[0] == f"{model}: {spec.name}, weights {spec.weights_sha256[:8]}, 27 labels"
    rule = spec.decoding.rule
    numbers = [str(float(value)) for value in (rule.enter, rule.exit, rule.hold_s, rule.rest_s)]
    assert [str(float(word)) for word in lines[3].split()[1:]] == numbers
    assert any(line.startswith("fast: ") for line in lines)
    assert model.read_bytes() == before


def test_a_changed_file_runs_as_before_with_other_thresholds(capsys, model):
    before, graph = spec_of(model), onnx.load(model).graph
    words = ("--enter", 0.7, "--enter", "Swiping Left=0.5", "--hold", 0.2, "--smooth", 0.4, "--temperature", 0.6)
    status, lines, _ = said(capsys, model, *words)
    assert (status, lines[-1]) == (0, f"wrote {model}")
    engine = load_engine(model, "onnxruntime")
    after = engine.spec
    rule = replace(before.decoding.rule, enter=0.7, hold_s=0.2)
    decoding = Decoding(0.4, rule, {"Swiping Left": replace(rule, enter=0.5)})
    assert after == replace(before, temperature=0.6, decoding=decoding)
    assert onnx.load(model).graph == graph
    picture = np.zeros(after.picture_shape, np.uint8)
    assert engine.step(picture, engine.start())[0].logits.shape == (1, 27)
    engine.close()
    assert said(capsys, model, "--as-all", "Swiping Left")[0] == 0
    assert spec_of(model).decoding == Decoding(0.4, rule)


def test_the_fast_pass_is_changed_by_its_name_and_another_file_may_be_written(capsys, model, tmp_path):
    before, out = model.read_bytes(), tmp_path / "folder" / "out.onnx"
    assert said(capsys, model, "--of", "fast", "--enter", 0.9, "--temperature", 2, "--out", out)[0] == 0
    assert model.read_bytes() == before
    spec, old = spec_of(out), spec_of(model)
    assert (spec.temperature, spec.decoding, spec.weights_sha256) == (
        old.temperature, old.decoding, old.weights_sha256
    )  # fmt: skip
    assert (spec.fast_pass.temperature, spec.fast_pass.decoding.rule.enter) == (2, 0.9)


def test_a_clip_network_next_to_the_file_is_named_since_its_thresholds_decide(capsys, model, clip_model):
    assert not any("both networks" in line for line in said(capsys, model)[1])
    beside = clip_model.rename(model.with_suffix(".clip.onnx"))
    for words in ([], ["--rest", 2]):
        status, lines, _ = said(capsys, model, *words)
        assert status == 0
        assert f"the thresholds in {beside} decide" in lines[-1]
    assert not any("both networks" in line for line in said(capsys, beside)[1])


def test_a_clip_networks_file_is_changed_alike(capsys, clip_model):
    assert said(capsys, clip_model, "--enter", "Nod=0.8")[0] == 0
    assert said(capsys, clip_model, "--of", "stream+clip", "--rest", 0.5, "--temperature", 0.7)[0] == 0
    spec = spec_of(clip_model)
    assert spec.fusion.decoding == Decoding(0.5, Rule(0.65, 0.325, 0.1, 0.5), {"Nod": Rule(0.8, 0.325, 0.1, 0.5)})
    assert spec.temperature == 0.7
    props = {entry.key: entry.value for entry in onnx.load(clip_model).metadata_props}
    assert props["other"] == "stays"


def test_what_a_clip_network_leaves_to_the_stream_network_is_not_changed(capsys, clip_model):
    spec = spec_of(clip_model)
    DescribedFile(clip_model).save(replace(spec, fusion=ClipFusion()), clip_model)
    assert "thresholds of the stream network" in said(capsys, clip_model)[1][1]
    status, _, errors = said(capsys, clip_model, "--enter", 0.7)
    assert status == 2
    assert "change that file" in errors


def test_other_forms_of_the_same_weights_are_changed_with_it(capsys, model):
    same, other = model.with_suffix(".int8.onnx"), model.with_suffix(".fp16.onnx")
    shutil.copy(model, same)
    DescribedFile(model).save(replace(spec_of(model), weights_sha256="cd" * 32), other)
    _, lines, _ = said(capsys, model, "--rest", 2)
    assert [line for line in lines if line.startswith("wrote")] == [f"wrote {model}", f"wrote {same}"]
    assert [spec_of(path).decoding.rule.rest_s for path in (model, same, other)] == [2, 2, 1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--enter", "0.2"), "got enter=0.2, exit=0.3"),
        (("--exit", "Swiping Left=0.9"), "thresholds of 'Swiping Left'"),
        (("--enter", "Nod=0.5"), "no gesture is called 'Nod'; known are Drumming Fingers"),
        (("--enter", "No gesture=0.5"), "no gesture is called 'No gesture'"),
        (("--of", "stream+clip", "--enter", "0.9"), "has no 'stream+clip' to change; it has: stream, fast"),
        (("--as-all", "Swiping Left"), "has no own thresholds"),
        (("--out", "other.onnx"), "no value to change"),
        (("--enter", "0.7", "--out", "/proc/there/out.onnx"), "cannot write /proc/there/out.onnx"),
    ],
)
def test_what_cannot_be_is_reported_in_a_line_and_the_file_stays(capsys, model, words, message):
    before = model.read_bytes()
    status, lines, errors = said(capsys, model, *words)
    assert status == 2
    assert message in errors
    assert errors.count("\n") == 1
    assert not any(line.startswith("wrote") for line in lines)
    assert model.read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        *(("--enter", text) for text in ("2", "0", "x", "=0.5", "Swiping Left=", "nan")),
        *(("--exit", "1.5"), ("--hold", "-1"), ("--rest", "inf"), ("--smooth", "nan"), ("--temperature", "0")),
    ],
)
def test_what_is_no_number_is_reported_in_a_line(capsys, model, words):
    with pytest.raises(SystemExit) as ended:
        main(["thresholds", str(model), *words])
    assert ended.value.code == 2
    errors = capsys.readouterr().err
    assert errors.startswith(f"mstnet: argument {words[0]}: ")
    assert errors.count("\n") == 1


def test_files_that_are_no_model_are_reported(capsys, tmp_path, model):
    nothing = tmp_path / "nothing.onnx"
    text = tmp_path / "text.onnx"
    text.write_text("just some words\n" * 40)
    bare = onnx.load(model)
    del bare.metadata_props[:]
    onnx.save(bare, tmp_path / "bare.onnx")
    old = onnx.load(model)
    helper.set_model_props(old, {SPEC_KEY: '{"version": 1}'})
    onnx.save(old, tmp_path / "old.onnx")
    for path, message in (
        (nothing, "cannot read"),
        (tmp_path, "cannot read"),
        (text, "is no ONNX file"),
        (tmp_path / "bare.onnx", "does not describe itself"),
        (tmp_path / "old.onnx", "version 1"),
    ):
        status, lines, errors = said(capsys, path, "--enter", 0.7)
        assert (status, lines) == (2, [])
        assert message in errors
        assert errors.count("\n") == 1
