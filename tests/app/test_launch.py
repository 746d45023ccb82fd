"""`make run` chooses options for the machine."""

import sys

import pytest

from app.camera.devices import CameraDevice
from app.combinations import QUESTIONS, option_of
from app.command_line import parse
from app.launch import arguments_for
from app.settings import Question

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
    ],
)
def test_the_arguments_for_a_machine(given, cameras, environment, arguments, notes):
    devices = [CameraDevice(2 + k, "webcam") for k in range(cameras)]
    passed, notes_given = arguments_for(given, devices, environment)
    assert passed == arguments
    assert len(notes_given) == notes


@pytest.mark.parametrize("environment", [SCREEN, {}])
@pytest.mark.parametrize("report", [*QUESTIONS, "version", "help"])
def test_a_report_needs_no_camera_and_no_display(report, environment):
    given = ["--control", "slides", option_of(report)] if report == "list" else [option_of(report)]
    assert arguments_for(given, [], environment) == (given, [])


def test_make_run_lists_a_key_map_without_a_camera():
    passed, _ = arguments_for(["--control", "slides", "--list"], [], {})
    settings = parse(passed)  # exits with status 2 if the options conflict
    assert settings.question is Question.BINDINGS
    assert settings.control is not None
