"""The command line: the options of `main.py`, and the settings that they make."""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from app.camera.settings import CameraSettings
from app.combinations import find_problem
from app.control.back_ends import BACK_ENDS
from app.control.settings import ControlSettings
from app.demo_clip import DEMO
from app.loop import Limits
from app.option_types import address, broker, framing, host_name, origin, scene
from app.outputs.json_lines import STDOUT
from app.outputs.settings import OutputSettings
from app.recording.plan import RecordingPlan
from app.settings import ModelSettings, Question, RecordingSettings, Settings, ViewSettings
from calibration.decoding_options import add_decoding_options, decoding_change
from common.arguments import Parser, number, positive, positive_float
from common.version import __version__
from models.engines import ENGINES
from models.shipped import SHIPPED_MODEL

EXAMPLES = """\
examples:
  python main.py --camera 0                      the window, on the first webcam
  python main.py --demo                          the window, on the bundled clip
  python main.py --camera clip.mp4 --headless    no window: events as JSON lines on standard output
  python main.py --camera 0 --headless --serve 8080
                                                 no window: a page at http://127.0.0.1:8080 for a browser
  python main.py --control slides --armed        swipe, and the slides move
  python main.py --doctor                        what works on this machine, and what to do about the rest

exit status: 0 done, 2 something given cannot be used (one line says what), 130 Ctrl-C, 1 a bug
"""


def parse(arguments: Sequence[str] | None = None) -> Settings:
    """The settings that a command line makes; ends the process with 2 and one line where it makes none.

    Args:
        arguments: without the program's name; None for the process's own.
    """
    parser = make_parser()
    options = parser.parse_args(arguments)
    if problem := find_problem(given_options(parser, options)):
        parser.error(problem)
    return Settings(
        camera=_camera(options),
        model=_model(options),
        framing=options.framing,
        view=ViewSettings(not options.headless, options.overlay, options.mirror),
        outputs=_outputs(options),
        control=_control(options),
        recording=_recording(options),
        limits=Limits(options.max_frames, options.duration),
        question=_question(options),
        batch=options.batch,
        log_level=options.log_level,
    )


def given_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> dict[str, object]:
    """The options that differ from their defaults, by name."""
    return {name: value for name, value in vars(options).items() if value != parser.get_default(name)}


def _question(options: argparse.Namespace) -> Question | None:
    if options.list_cameras:
        return Question.CAMERAS
    return Question.DOCTOR if options.doctor else None


def _camera(options: argparse.Namespace) -> CameraSettings:
    """A window or a batch shows a file as if it were a camera."""
    sources = (str(DEMO),) if options.demo else tuple(options.camera or ("0",))
    realtime = options.realtime or options.batch or not options.headless
    return CameraSettings(sources, realtime, options.flip_input, options.fps)


def _model(options: argparse.Namespace) -> ModelSettings:
    """A recording is made with the main pass alone."""
    return ModelSettings(
        path=options.model or SHIPPED_MODEL,
        engine=options.engine,
        networks=options.networks,
        clip_model=options.clip_model,
        fast_pass=not (options.calm or options.record),
        profile=options.profile,
        vocabulary=options.vocabulary,
        decoding=decoding_change(options),
    )


def _outputs(options: argparse.Namespace) -> OutputSettings:
    """Without a window and without a file, the events go to standard output."""
    printed = STDOUT if options.headless and not options.trace else None
    return OutputSettings(
        events=options.events or printed,
        trace=options.trace,
        serve=options.serve,
        websocket=options.websocket,
        token_file=options.token_file,
        allowed_origins=tuple(options.allow_origin),
        allowed_hosts=tuple(options.allow_host),
        mqtt=options.mqtt,
        osc=options.osc,
        obs=options.obs,
        obs_scenes=tuple(options.obs_scene),
    )


def _control(options: argparse.Namespace) -> ControlSettings | None:
    if not options.control:
        return None
    return ControlSettings(
        key_maps=tuple(options.control),
        back_end=options.control_through,
        armed=options.armed,
        dry_run=options.dry_run,
        allow_commands=options.allow_commands,
    )


def _recording(options: argparse.Namespace) -> RecordingSettings | None:
    if not options.record:
        return None
    plan = RecordingPlan(tuple(options.gesture), options.takes, options.take_seconds, options.work)
    return RecordingSettings(options.record, plan)


def make_parser() -> argparse.ArgumentParser:
    """The parser of everything that `main.py` takes."""
    parser = Parser(
        prog="main.py",
        description="Recognise hand gestures as they happen, frame by frame.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_source(parser.add_argument_group("where the frames come from"))
    _add_model(parser.add_argument_group("what recognises them"))
    add_decoding_options(
        parser.add_argument_group("when gestures fire", "Otherwise as the model or the profile says. See docs/thresholds.md.")
    )
    _add_outputs(parser.add_argument_group("what comes out"))
    _add_network(
        parser.add_argument_group(
            "who else is told", "Nothing listens or sends unless asked. See docs/outputs.md and docs/privacy.md."
        )
    )
    _add_control(parser.add_argument_group("what gestures do on the desktop"))
    _add_person(parser.add_argument_group("who is seen"))
    _add_questions(parser.add_argument_group("questions"))
    return parser


def _add_source(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--camera",
        action="append",
        metavar="N|DEVICE|FILE|URL",
        help="webcam number, /dev/videoN, video file, rtsp or http URL, or GStreamer pipeline (default: 0); with "
        "--headless it may be repeated, see docs/many-cameras.md",
    )
    group.add_argument("--demo", action="store_true", help="the bundled clip, drawn by this project")
    group.add_argument("--realtime", action="store_true", help="pace a file like a camera: the newest frame wins")
    group.add_argument("--fps", type=positive_float, metavar="F", help="a file's true frame rate, where the file lies")
    group.add_argument("--flip-input", action="store_true", help="for a camera that delivers a mirrored picture")
    group.add_argument(
        "--max-frames", type=positive, metavar="N", help="look at so many frames and no more (a window stays open)"
    )
    group.add_argument("--duration", type=positive_float, metavar="S", help="the same in seconds of the source")


def _add_model(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--model", type=Path, metavar="FILE", help=".onnx, .plan or .pt (default: the shipped model)")
    group.add_argument(
        "--engine", choices=ENGINES, default="auto", help="runtime (default: auto, the best that is here)"
    )
    group.add_argument(
        "--framing",
        type=framing,
        metavar="auto|full|X,Y,W,H",
        help="what is seen of the picture: whoever gestures, by the face; all of it; or always this part, in shares of "
        "its width and height (default: auto)",
    )
    group.add_argument(
        "--networks",
        choices=("stream", "both", "auto"),
        help="stream: the stream network with its fast pass (the default); both: with a clip network instead, which "
        "sees a gesture as a whole; auto: both where there is one and this machine is fast enough",
    )
    group.add_argument(
        "--clip-model",
        type=Path,
        metavar="FILE",
        help="the clip network, for both (default: MODEL.clip.onnx beside the model)",
    )
    group.add_argument(
        "--calm", action="store_true", help="main pass of the stream network only: least work, recognises less"
    )
    group.add_argument(
        "--vocabulary",
        metavar="NAME|FILE.toml",
        help="gestures that mean the same decide together; directions is ready, see docs/outputs.md",
    )
    group.add_argument(
        "--batch", action="store_true", help="step all cameras at once, on one clock; see docs/many-cameras.md"
    )


def _add_outputs(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--headless", action="store_true", help="no window: events as JSON lines on standard output")
    group.add_argument("--events", metavar="FILE", help="write events as JSON lines ('-' is standard output)")
    group.add_argument("--trace", metavar="FILE", help="the same and every step of the network with its probabilities")
    group.add_argument("--overlay", action="store_true", help="a click-through display over everything, not a window")
    group.add_argument(
        "--mirror",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="show the picture as a mirror would; the network never sees it so (default: for a live camera)",
    )
    group.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")


def _add_network(group: argparse._ArgumentGroup) -> None:
    at = partial(group.add_argument, type=address, metavar="[HOST:]PORT")
    at("--serve", help="a web page with picture and gestures (HOST default: this machine only)")
    at("--websocket", help="events as JSON over a WebSocket, without the picture")
    group.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="what the two ask for; without it, one that others can reach makes a token up and prints it",
    )
    group.add_argument(
        "--allow-origin",
        type=origin,
        action="append",
        default=[],
        metavar="URL",
        help="a page elsewhere that may listen, such as http://localhost:3000 or app://name (may be repeated)",
    )
    group.add_argument(
        "--allow-host",
        type=host_name,
        action="append",
        default=[],
        metavar="NAME",
        help="a name of this machine, such as box.lan, or the one that a proxy hands on (may be repeated)",
    )
    group.add_argument(
        "--mqtt",
        type=broker,
        metavar="URL",
        help="mqtt[s]://[USER@]HOST[:PORT][/TOPIC]; Home Assistant finds the gestures there",
    )
    at("--osc", help="gestures as OSC packets (UDP) to a music, light or stage program")
    at("--obs", help="OBS Studio's WebSocket server, usually port 4455")
    group.add_argument(
        "--obs-scene",
        type=scene,
        action="append",
        default=[],
        metavar="GESTURE=SCENE",
        help="the scene that a gesture switches to (may be repeated)",
    )


def _add_control(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--control",
        action="append",
        metavar="FILE.toml",
        help="act as this profile says (slides, media, browser and call are shipped); may be given several times, "
        "for profiles of their own windows",
    )
    group.add_argument("--armed", action="store_true", help="act from the start; otherwise a pause key turns it on")
    group.add_argument(
        "--dry-run", action="store_true", help="do nothing, and say on standard error what would be done"
    )
    group.add_argument("--control-through", choices=BACK_ENDS, default="auto", help="what presses keys (default: auto)")
    group.add_argument(
        "--allow-commands", action="store_true", help="let the profile start the programs it names, now and later"
    )


def _add_person(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--profile", metavar="NAME|FILE", help="thresholds and own gestures, from python -m calibration")
    group.add_argument("--record", metavar="NAME", help="record this person, guided; see python -m calibration --help")
    group.add_argument("--gesture", action="append", default=[], metavar="NAME", help="a gesture to record; repeatable")
    group.add_argument("--takes", type=positive, default=5, metavar="N", help="takes of each (default: 5)")
    group.add_argument("--take-seconds", type=positive_float, default=3.0, metavar="S", help="of a take (default: 3)")
    group.add_argument(
        "--work", type=number(float, 0), default=60.0, metavar="S", help="of just work; 0 is none (default: 60)"
    )


def _add_questions(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--list-cameras", action="store_true", help="print the cameras there are")
    group.add_argument("--doctor", action="store_true", help="print what works on this machine")
    group.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
