"""Several cameras at once, as a user starts them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import forked
import pytest
from films import noise, write_film
from grey import grey_clip, grey_model

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "app" / "demo" / "demo.mp4"
"""Plays for 25 s at its own pace, so it has not ended whenever a signal comes."""
NO_DISPLAY = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}


def command(*arguments):
    return [sys.executable, "-W", "error", str(ROOT / "main.py"), *map(str, arguments)]


def main(*arguments):
    run = forked.run("main", *arguments, env=NO_DISPLAY)
    assert "Traceback" not in run.stderr, run.stderr
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines()], run.stderr


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Two short films of noise, 30 and 45 frames."""
    folder = tmp_path_factory.mktemp("clips")
    return [write_film(folder / f"{frames}.avi", noise(frames, 48, 64), fps=30) for frames in (30, 45)]


def without_timings(lines, number=None):
    return [{k: v for k, v in line.items() if k not in ("step_ms", "stream")} for line in lines
            if line.get("stream") == number]  # fmt: skip


def test_each_camera_says_what_it_says_alone_and_which_it_is(clips):
    end = ("--headless", "--trace", "-")
    status, lines, _ = main("--camera", clips[0], "--camera", clips[1], *end)
    assert status == 0
    for number, clip in enumerate(clips):
        alone = without_timings(main("--camera", clip, *end)[1])
        assert without_timings(lines, number) == alone
        assert (alone[-1]["type"], alone[-1]["frames"]) == ("summary", 30 + 15 * number)


@pytest.mark.parametrize("batch", [[], ["--batch"]])
def test_each_camera_has_all_networks_unless_asked_not_to(clips, batch):
    line = ("--camera", clips[0], "--camera", clips[1], "--headless", *batch)
    for options, networks in ([], ["stream", "fast", "clip"]), (["--main-pass-only"], ["stream"]):
        status, lines, _ = main(*line, *options)
        assert status == 0
        assert [line["networks"] for line in lines if line["type"] == "header"] == [networks] * 2


def test_a_checkpoint_steps_in_a_batch_as_well(clips, small_model):
    line = ("--camera", clips[0], "--camera", clips[1], "--headless", "--batch")
    status, lines, _ = main(*line, "--model", small_model.with_suffix(".pt"))
    assert status == 0
    assert {line["engine"] for line in lines if line["type"] == "header"} == {"torch:cpu, 2 streams in step"}


def test_a_batch_steps_them_at_the_models_rate_and_says_so(clips):
    status, lines, errors = main("--camera", clips[0], "--camera", clips[1], "--headless", "--batch")
    assert status == 0
    assert "stepping on onnxruntime:" in errors
    for number in (0, 1):
        header, *_, summary = [line for line in lines if line["stream"] == number]
        assert header["engine"].endswith(", 2 streams in step")
        assert summary["type"] == "summary"
        assert summary["frames"] <= summary["steps"] <= 12 * (1 + number / 2) + 2


@pytest.mark.parametrize("how", [("--headless",), (), ("--overlay",)])
def test_a_batch_is_for_several_cameras(clips, how):
    status, _, errors = main("--camera", clips[0], "--batch", *how)
    assert (status, errors.count("\n")) == (2, 1)
    assert "--batch is for several cameras" in errors


def test_one_that_is_not_there_is_reported_and_the_other_is_watched(clips):
    status, lines, errors = main("--camera", "nowhere.mp4", "--camera", clips[0], "--headless")
    assert status == 2
    assert [line["stream"] for line in lines] == [1, 1]
    assert lines[-1]["frames"] == 30
    assert "stream 0 (nowhere.mp4): " in errors
    assert "1 of 2 cameras could not be used" in errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "several cameras have no window; add --headless"),
        (("--headless", "--serve", "8080"), "--serve is for one camera"),
        (("--headless", "--control", "slides"), "--control is for one camera"),
        (("--headless", "--events", "30.avi"), "cannot be written; name another file"),
        (("--headless", "--batch", "--engine", "torch"), "not mstnet_small.onnx through torch"),
        (("--headless", "--batch", "--model", "30.onnx"), "no model file 30.onnx"),
    ],
)
def test_what_several_cameras_cannot_do_is_reported_in_one_line(clips, arguments, said, monkeypatch):
    monkeypatch.chdir(clips[0].parent)
    status, lines, errors = main("--camera", clips[1], "--camera", clips[0], *arguments)
    assert (status, lines) == (2, [])
    assert said in errors
    assert errors.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_ctrl_c_ends_all_with_their_summaries():
    long = ("--camera", DEMO, "--camera", DEMO, "--realtime", "--headless")
    with subprocess.Popen(command(*long), stdout=subprocess.PIPE, text=True, env=NO_DISPLAY) as process:
        messages = []
        while {m["stream"] for m in messages} != {0, 1}:
            messages.append(json.loads(process.stdout.readline()))
        process.send_signal(signal.SIGINT)
        messages += map(json.loads, process.stdout.readlines())
    assert process.returncode == 130
    assert sorted(m["stream"] for m in messages if m["type"] == "summary") == [0, 1]


def test_a_reader_that_has_had_enough_ends_them_quietly(clips):
    sources = ("--camera", clips[0], "--camera", clips[1], "--realtime")  # paced: most lines come after the close
    arguments = (*sources, "--headless", "--trace", "-")
    with subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=NO_DISPLAY
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (0, "")


def test_a_vocabulary_is_every_cameras(tmp_path):
    (tmp_path / "mine.toml").write_text('[groups]\nswipe = ["Swiping Left", "Swiping Right"]')
    clip = grey_clip(tmp_path / "clip.avi", ("No gesture", 0.5), (100, 1.0), ("No gesture", 0.5))
    model = grey_model(tmp_path / "grey.onnx", sharpness=0.002)
    cameras = ("--camera", clip, "--camera", clip, "--headless", "--main-pass-only", "--model", model)
    status, lines, _ = main(*cameras, "--vocabulary", tmp_path / "mine.toml")
    assert status == 0
    groups = [(line["stream"], line["group"]) for line in lines if line["type"] == "gesture"]
    assert sorted(groups) == [(0, "swipe"), (1, "swipe")]
    headers = [line["groups"] for line in lines if line["type"] == "header"]
    assert headers == [{"swipe": ["Swiping Left", "Swiping Right"]}] * 2
