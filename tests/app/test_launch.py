"""`make run` chooses options for the machine."""

import sys

import pytest

from app.camera.devices import CameraDevice
from app.launch import arguments_for

SCREEN = {"DISPLAY": ":0"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
@pytest.mark.parametrize(
    ("given", "cameras", "environment", "arguments", "notes"),
    [
        ([], 1, SCREEN, ["--camera", "2"], 0),
        ([], 0, SCREEN, ["--demo"], 1),
        ([], 1, {}, ["--camera", "2", "--headless"], 1),
        ([], 0, {}, ["--demo", "--headless"], 2),
        (["--overlay"], 0, SCREEN, ["--overlay", "--demo"], 1),
        (["--camera", "clip.mp4", "--headless"], 0, {}, ["--camera", "clip.mp4", "--headless"], 0),
        (["--camera=2"], 0, SCREEN, ["--camera=2"], 0),
        (["--doctor"], 0, SCREEN, ["--doctor"], 0),
    ],
)
def test_the_arguments_for_a_machine(given, cameras, environment, arguments, notes):
    devices = [CameraDevice(2 + k, "webcam") for k in range(cameras)]
    passed, notes_given = arguments_for(given, devices, environment)
    assert passed == arguments
    assert len(notes_given) == notes
