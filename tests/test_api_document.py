"""The programs of docs/api.md run unchanged, and give the app's events."""

import dataclasses
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import cv2
import forked
import numpy as np
import pytest

from app.command_line import make_parser
from mstnet import (
    SHIPPED_MODEL,
    DecodingChange,
    ModelSettings,
    RuleChange,
    UserError,
    load_engine,
    open_camera,
    open_recognizer,
)

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
FILE, ARRAY, CAMERA, SETTINGS, STREAMS = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def run(program, folder, *words):
    """Run a program of the page from a folder that is not the checkout's."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", program, *map(str, words)]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def lines(gestures):
    return [f"{gesture['fired_s']:.2f} s: {gesture['label']}, {gesture['score']:.2f}" for gesture in gestures]


@pytest.fixture(scope="module")
def by_the_app(short_demo):
    """The app's output for the clip."""
    done = forked.run("main", "--camera", short_demo, "--headless")
    messages = map(json.loads, done.stdout.splitlines())
    gestures = lines(message for message in messages if message["type"] == "gesture")
    assert len(gestures) == 2
    return gestures


@pytest.fixture(scope="module")
def images(short_demo):
    camera = open_camera(str(short_demo))
    frames = iter(lambda: camera.next(timeout_s=0.2), None)
    return np.stack([frame.image for frame in frames])


def test_a_file_gives_the_events_of_the_app(by_the_app, short_demo, tmp_path):
    done = run(FILE, tmp_path, short_demo)
    assert (done.stderr, done.stdout.splitlines()) == ("", by_the_app)


def test_a_reader_that_has_had_enough_is_no_error(short_demo, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", FILE, str(short_demo)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True) as program:
        program.stdout.readline()
        program.stdout.close()  # before the second line
        assert program.stderr.read() == ""
        assert program.wait(60) == 0


def test_what_is_no_source_is_reported_in_one_line(tmp_path):
    done = run(FILE, tmp_path, "nothing.mp4")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "nothing.mp4" in done.stderr


def opened(framing="auto", **settings):
    with open_recognizer(ModelSettings(**settings), framing):
        pass


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: open_camera("nothing.mp4"),
        lambda: open_camera("0", fps=-1),
        lambda: open_camera("/dev/video9999"),
        lambda: open_camera("videotestsrc ! appsink"),
        lambda: load_engine(Path("none.onnx")),
        lambda: load_engine(Path("none.plan")),
        lambda: load_engine(SHIPPED_MODEL, "torch"),
        lambda: opened(clip_model=Path("none.onnx")),
        lambda: opened(path=SHIPPED_MODEL.with_suffix(".clip.onnx")),
        lambda: opened(profile="nobody"),
        lambda: opened(vocabulary="none"),
        lambda: opened(framing="0,0,2,2"),
        lambda: opened(decoding=DecodingChange(per_label={"none": RuleChange(enter=0.5)})),
    ],
)
def test_an_error_in_a_program_names_no_option_of_the_command_line(mistake):
    with pytest.raises(UserError) as caught:
        mistake()
    assert "--" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_array_gives_the_events_of_the_app(by_the_app, short_demo, images, tmp_path):
    rate_hz = cv2.VideoCapture(str(short_demo)).get(cv2.CAP_PROP_FPS)
    np.save(tmp_path / "clip.npy", images)
    done = run(ARRAY.replace("RATE_HZ = 30.0", f"RATE_HZ = {rate_hz}"), tmp_path)
    assert (done.stderr, done.stdout.splitlines()) == ("", by_the_app)


def test_a_camera_of_ones_own_gives_the_events_of_the_app(by_the_app, short_demo, images, monkeypatch, capsys):
    """A camera that delivers the demo clip, and a clock that advances with it."""
    rate_hz = cv2.VideoCapture(str(short_demo)).get(cv2.CAP_PROP_FPS)

    class Capture:
        grabbed = -1

        def __init__(self, number):
            assert number == 0

        def grab(self):
            Capture.grabbed += 1
            return Capture.grabbed < len(images)

        def retrieve(self):
            return True, images[Capture.grabbed][:, :, ::-1]

        def release(self):
            pass

    monkeypatch.setattr(cv2, "VideoCapture", Capture)
    monkeypatch.setattr(time, "monotonic", lambda: 100 + max(Capture.grabbed, 0) / rate_hz)
    exec(CAMERA, {"__name__": "__main__"})
    assert capsys.readouterr().out.splitlines() == by_the_app


def test_the_settings_are_those_of_the_app(tmp_path):
    rows = re.findall(r"^\| `(\w+)` \| `(--[\w-]+)`", TEXT, re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(field.name for field in dataclasses.fields(ModelSettings))
    assert {option for _, option in rows} <= set(make_parser()._option_string_actions)
    done = run(SETTINGS, tmp_path)
    assert (done.stderr, done.stdout) == ("", "['stream', 'fast', 'clip'] ('left', 'right', 'up', 'down')\n")


def test_several_streams_share_networks(tmp_path):
    done = run(STREAMS, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
