"""From the command line to settings."""

import ast
import shlex
from pathlib import Path

import pytest

from app.camera.settings import CameraSettings
from app.command_line import make_parser, parse
from app.control.settings import ControlSettings
from app.demo_clip import DEMO
from app.loop import Limits
from app.outputs.address import Address
from app.outputs.broker import Broker
from app.outputs.kinds.files import FileOutput
from app.outputs.kinds.mqtt_broker import MqttOutput
from app.outputs.kinds.obs_studio import ObsOutput
from app.outputs.kinds.osc_receiver import OscOutput
from app.outputs.kinds.web_server import WebOutput
from app.recording.plan import RecordingPlan
from app.settings import ModelSettings, Question, RecordingSettings, Settings, ViewSettings
from models.decoding_change import DecodingChange, RuleChange
from models.region import Region
from models.shipped import SHIPPED_MODEL

ROOT = Path(__file__).resolve().parents[2]


def settings(words=""):
    return parse(shlex.split(words))


def test_without_options_the_first_camera_is_shown_in_the_window():
    assert settings() == Settings(
        camera=CameraSettings(("0",), realtime=True),
        model=ModelSettings(SHIPPED_MODEL),
        framing=None,
        view=ViewSettings(),
        outputs=(),
        control=None,
        recording=None,
        limits=Limits(),
        question=None,
        batch=False,
        log_level="info",
    )
    assert SHIPPED_MODEL.is_file()
    assert DEMO.is_file()


def test_every_option_of_one_camera_sets_its_field():
    words = """--camera clip.mp4 --fps 25 --flip-input --max-frames 9 --duration 2.5 --model m.onnx --engine torch
        --framing 0.1,0.2,0.5,0.6 --networks both --clip-model c.onnx --profile ann --vocabulary directions
        --enter 0.7 --enter "Thumb Up=0.5" --exit 0.2 --hold 0.1 --rest "Thumb Up=2" --smooth 0.3 --temperature 0.8
        --headless --no-mirror --events e --trace t --log-level debug
        --serve 1 --websocket h:2 --token-file f --allow-origin http://A --allow-host B --mqtt mqtt://h --osc 3
        --obs 4 --obs-scene "Thumb Up=Desk" --control slides --control media --control-through uinput --armed --dry-run
        --allow-commands"""
    assert settings(words) == Settings(
        camera=CameraSettings(("clip.mp4",), realtime=False, flip=True, fps=25.0),
        model=ModelSettings(
            Path("m.onnx"),
            engine="torch",
            networks="both",
            clip_model=Path("c.onnx"),
            profile="ann",
            vocabulary="directions",
            decoding=DecodingChange(
                RuleChange(enter=0.7, exit=0.2, hold_s=0.1),
                {"Thumb Up": RuleChange(enter=0.5, rest_s=2.0)},
                smooth_s=0.3,
                temperature=0.8,
            ),
        ),
        framing=Region(0.1, 0.2, 0.5, 0.6),
        view=ViewSettings(window=False, mirror=False),
        outputs=(
            WebOutput(Address("127.0.0.1", 1), True, Path("f"), ("http://a",), ("b",)),
            WebOutput(Address("h", 2), False, Path("f"), ("http://a",), ("b",)),
            MqttOutput(Broker.parse("mqtt://h")),
            OscOutput(Address("127.0.0.1", 3)),
            ObsOutput(Address("127.0.0.1", 4), (("Thumb Up", "Desk"),)),
            FileOutput("e", others=("t",)),
            FileOutput("t", steps=True),
        ),
        control=ControlSettings(("slides", "media"), "uinput", armed=True, dry_run=True, allow_commands=True),
        recording=None,
        limits=Limits(9, 2.5),
        question=None,
        batch=False,
        log_level="debug",
    )


def test_a_recording_has_a_plan_and_the_main_pass_only():
    made = settings("--record ann --gesture Wave --gesture Nod --takes 2 --take-seconds 4 --work 0")
    assert made.recording == RecordingSettings("ann", RecordingPlan(("Wave", "Nod"), 2, 4.0, 0.0))
    assert not made.model.fast_pass


@pytest.mark.parametrize(
    ("words", "sources", "realtime"),
    [
        ("--demo", (str(DEMO),), True),
        ("--demo --headless", (str(DEMO),), False),
        ("--demo --headless --realtime", (str(DEMO),), True),
        ("--camera a --camera b --headless", ("a", "b"), False),
        ("--camera a --camera b --headless --batch", ("a", "b"), True),
    ],
)
def test_files_are_read_in_real_time_in_a_window_in_a_batch_and_with_realtime(words, sources, realtime):
    assert settings(words).camera == CameraSettings(sources, realtime)


@pytest.mark.parametrize(
    ("words", "events", "trace"),
    [
        ("--headless", "-", None),
        ("--headless --trace t", None, "t"),
        ("--headless --events e", "e", None),
        ("", None, None),
    ],
)
def test_without_a_window_and_a_file_events_are_printed(words, events, trace):
    files = {output.steps: output.file for output in settings(words).outputs}
    assert (files.get(False), files.get(True)) == (events, trace)


def test_an_old_spelling_still_works_and_names_the_new_one(capsys):
    assert settings("--calm") == settings("--main-pass-only")
    assert capsys.readouterr().err == "mstnet: --calm is now --main-pass-only; use that\n"
    assert "--calm" not in make_parser().format_help()


def test_the_remaining_options():
    assert settings("--list-cameras").question is Question.CAMERAS
    assert settings("--doctor --model m.onnx").question is Question.DOCTOR
    assert settings("--control slides --list").question is Question.BINDINGS
    assert not settings("--main-pass-only").model.fast_pass
    assert settings("--framing full").framing == Region(0, 0, 1, 1)
    assert settings("--camera a --camera b --headless --batch").batch
    assert settings("--overlay --mirror").view == ViewSettings(overlay=True, mirror=True)
    assert [ViewSettings(mirror=mirror).mirrored(live) for mirror in (None, True, False) for live in (True, False)] == [
        *(True, False),
        *(True, True),
        *(False, False),
    ]


def test_only_what_makes_settings_uses_argparse_namespaces():
    """All other modules use the settings, which mypy checks. A kind of output makes those of its own options."""
    kinds = ROOT / "app" / "outputs" / "kind"
    makers = [ROOT / "app" / "command_line.py", kinds.with_suffix(".py"), *kinds.with_name("kinds").glob("*.py")]
    files = [path for path in (ROOT / "app").rglob("*.py") if path not in makers]
    for path in (ROOT / "main.py", *files):
        names = {
            getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(ast.parse(path.read_text("utf-8")))
        }
        assert not names & {"Namespace", "parse_args", "parse_known_args"}, path


def test_the_main_program_is_short():
    assert len((ROOT / "main.py").read_text("utf-8").splitlines()) <= 80


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        (["--camra", "0"], "unknown arguments: --camra 0; did you mean '--camera'?"),
        (["--headles=1"], "did you mean '--headless'?"),
        (["clip.mp4"], "did you mean '--camera clip.mp4'?"),
        (["--camera", "-"], "standard input cannot be read; give a file, a camera or a URL"),
        (["--zzzz"], "unknown arguments: --zzzz; --help lists the options"),
    ],
)
def test_what_may_have_been_meant_is_suggested(line, meant, capsys):
    with pytest.raises(SystemExit, match="2"):
        parse(line)
    error = capsys.readouterr().err
    assert meant in error
    assert error.count("\n") == 1
