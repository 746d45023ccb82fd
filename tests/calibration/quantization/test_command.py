"""The command: from a model and recordings to a file, and one line for an error."""

import csv
import errno
import sys
from dataclasses import replace

import numpy as np
import pytest
from films import moving_square, write_film

from calibration.quantization import making
from calibration.quantization.agreement import PairedStream
from calibration.quantization.calibration_clips import CalibrationClip, find_clips
from calibration.quantization.examples import ComparedRecording, Examples, refitted_temperature
from calibration.quantize import main
from calibration.take import Kind, Take
from models.engines.onnxruntime_engine import OnnxRuntimeEngine

SHOWN = ("Swiping Left", "Swiping Right", "Thumb Up", "No gesture", "Swiping Left")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Five labelled films."""
    folder = tmp_path_factory.mktemp("films")
    rows = [("path", "label", "fps")]
    for k, label in enumerate(SHOWN):
        write_film(folder / f"{k}.avi", moving_square(9, seed=k))
        rows.append((f"{k}.avi", label, "12"))
    with open(folder / "clips.csv", "w", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder


@pytest.fixture(scope="module")
def source(exported_net):
    """A network of few layers: the command tries each of them in INT8."""
    return exported_net("resnet18", "mixtconv")


@pytest.fixture(scope="module")
def int8(folder, source, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "other.int8.onnx"
    assert main([str(source), str(folder), "--out", str(path), "--tolerance", "0.9"]) == 0
    return path


def test_what_it_writes_describes_itself(int8, source):
    spec, before = (OnnxRuntimeEngine(path).spec for path in (int8, source))
    assert spec.name == "other.int8"
    assert spec.trained.startswith(before.trained)
    assert "INT8 by calibration.quantize: " in spec.trained
    assert "4 streamed recordings" in spec.trained
    assert spec.weights_sha256 == before.weights_sha256 != ""
    assert replace(spec, name="", trained="", temperature=1.0) == replace(before, name="", trained="", temperature=1.0)
    assert int8.stat().st_size < 0.6 * source.stat().st_size


def test_fp16_says_what_became_of_the_model(folder, small_model, tmp_path, capsys):
    path = tmp_path / "small.fp16.onnx"
    words = [str(small_model), str(folder), "--precision", "fp16", "--out", str(path)]
    assert main(words) == 0
    said = capsys.readouterr().out
    for part in (
        "on 1 recordings (9 steps), not used for calibration",
        "top-1",
        "temperature",
        "size",
        "a step",
        str(path),
    ):
        assert part in said
    assert list(tmp_path.iterdir()) == [path], "nothing else is left behind"
    assert main([str(path), str(folder), "--precision", "fp16"]) == 2
    assert "in FP16 already" in capsys.readouterr().err


def test_a_model_is_quantised_once(int8, folder, capsys):
    assert main([str(int8), str(folder)]) == 2
    assert "quantised already" in capsys.readouterr().err


def refusal(capsys, *words):
    """The one-line message for invalid arguments."""
    assert main([str(word) for word in words]) == 2
    said = capsys.readouterr().err.strip()
    assert "\n" not in said
    assert said.startswith("quantize: ")
    return said


def test_a_folder_without_recordings_is_refused(small_model, tmp_path, capsys):
    assert "no recording in" in refusal(capsys, small_model, tmp_path, "--out", tmp_path / "x.onnx")


def test_a_file_that_is_no_recording_is_refused(small_model, tmp_path, capsys):
    assert "is no recording" in refusal(capsys, small_model, small_model, "--out", tmp_path / "x.onnx")


def test_a_list_without_labels_is_refused(small_model, tmp_path, capsys):
    (tmp_path / "clips.csv").write_text("file\n1.avi\n")
    assert "needs the columns path and label" in refusal(capsys, small_model, tmp_path, "--out", tmp_path / "x.onnx")


def test_the_model_itself_is_not_overwritten(small_model, folder, capsys):
    assert "choose another --out" in refusal(capsys, small_model, folder, "--out", small_model)


@pytest.mark.parametrize("content", [None, b"", b"no model"])
def test_what_is_no_model_is_refused(tmp_path, folder, capsys, content):
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    refusal(capsys, path, folder)


def test_a_full_disk_leaves_nothing_behind(small_model, folder, tmp_path, capsys, monkeypatch):
    def full(model, spec, path):
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(making, "save_model", full)
    words = (small_model, folder, "--precision", "fp16", "--out", tmp_path / "x.onnx")
    assert "No space left on device" in refusal(capsys, *words)
    assert not list(tmp_path.iterdir())


def test_without_the_onnx_package_it_says_what_to_install(small_model, folder, capsys, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("calibration.quantization")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert "pip install -r requirements-quantize.txt" in refusal(capsys, small_model, folder)


def test_an_unreadable_video_is_named_and_left_out(tmp_path, capsys):
    write_film(tmp_path / "good.avi", moving_square(3))
    (tmp_path / "bad.avi").write_bytes(b"RIFF")
    assert [each.path.name for each in find_clips([tmp_path])] == ["good.avi"]
    assert "bad.avi cannot be read" in capsys.readouterr().err


def test_recordings_of_one_class_are_warned_of(graph, capsys):
    Examples.of([CalibrationClip(path=None, label="Thumb Up")] * 6, graph.spec)
    assert "all 6 recordings show 'Thumb Up'" in capsys.readouterr().err
    Examples.of(
        [CalibrationClip(path=None, label="Thumb Up"), CalibrationClip(path=None, label="No gesture")], graph.spec
    )
    assert not capsys.readouterr().err


def test_what_judges_is_not_calibrated_with(graph):
    footage = [CalibrationClip(path=name, label=name) for name in "abcdefghijkl"]
    examples = Examples.of(footage, graph.spec)
    assert not set(examples.calibration) & set(examples.evaluation)
    assert len(examples.calibration) == 10
    assert examples.separate
    assert not Examples.of(footage[:3], graph.spec).separate


def test_a_video_is_seen_at_the_models_rate(graph, tmp_path):
    path = write_film(tmp_path / "fast.avi", moving_square(30, size=48), fps=30)
    pictures, begins = CalibrationClip(path).pictures_for(graph.spec)
    assert pictures.shape == (12, 32, 32, 3)
    assert begins == 0


def test_a_persons_takes_are_recordings_too(graph, tmp_path):
    spec, pictures = graph.spec, moving_square(10, size=40)
    nothing = np.zeros((10, 5), np.float32)
    take = Take(Kind.GESTURE, "Thumb Up", np.arange(10) / 12, pictures, nothing, nothing, spec, begins=4)
    take.save(tmp_path / "1.npz")
    (found,) = find_clips([tmp_path])
    seen, begins = found.pictures_for(spec)
    assert found.label == "Thumb Up"
    assert begins == 4
    assert seen.shape == (10, 32, 32, 3)


def test_the_temperature_makes_up_for_what_quantising_changed(graph):
    rng = np.random.default_rng(0)
    labels = graph.spec.labels

    def shown(label, factor):
        logits = rng.normal(0, 1, (40, len(labels))).astype(np.float32)
        logits[:, labels.index(label)] += 1.5
        return ComparedRecording(
            CalibrationClip(path=None, label=label), 0, PairedStream((logits, factor * logits), np.ones((40, 2)))
        )

    changed = [shown(label, np.float32(2)) for label in SHOWN]
    spec = replace(graph.spec, temperature=1.3)
    assert refitted_temperature(changed, spec) == pytest.approx(2 * 1.3, rel=0.05)
    unknown = [replace(each, footage=CalibrationClip(path=None)) for each in changed]
    assert refitted_temperature(unknown, spec) == 1.3
