"""The command line of `main.py`: its options, and their conversion to settings."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from app.camera.settings import CameraSettings
from app.combinations import find_problem
from app.control.back_ends import BACK_ENDS
from app.control.settings import ControlSettings
from app.demo_clip import DEMO
from app.loop import Limits
from app.option_types import framing, source
from app.outputs.kind import OutputSettings
from app.outputs.kinds import KINDS, NETWORK
from app.outputs.kinds.files import FILES
from app.recording.plan import RecordingPlan
from app.settings import NETWORKS, ModelSettings, Question, RecordingSettings, Settings, ViewSettings
from calibration.decoding_options import add_decoding_options, decoding_change
from calibration.recording_options import add_recording_options
from common.arguments import OldSpelling, Parser, positive, positive_float
from common.version import __version__
from models.engines import ENGINES
from models.shipped import SHIPPED_MODEL

EXAMPLES = """\
examples:
  python main.py --camera 0                      the window, with the first webcam
  python main.py --demo                          the window, with the bundled clip
  python main.py --camera clip.mp4 --headless    no window: events as JSON lines on standard output
  python main.py --camera 0 --headless --serve 8080
                                                 no window: a page at http://127.0.0.1:8080 for a browser
  python main.py --control slides --armed        swipe to change the slides of a presentation
  python main.py --doctor                        check this machine

exit status: 0 done, 2 an input, an option or a receiver cannot be used (one line states which), 130 Ctrl-C, 1 a bug
"""


def parse(arguments: Sequence[str] | None = None) -> Settings:
    """Parse the command line; on an error, exit with status 2 and one line.

    Args:
        arguments: the command line without the program's name; None for `sys.argv[1:]`.
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
    """Values by name, of the options that differ from their defaults."""
    return {name: value for name, value in vars(options).items() if value != parser.get_default(name)}


def _question(options: argparse.Namespace) -> Question | None:
    if options.list_cameras:
        return Question.CAMERAS
    if options.list:
        return Question.BINDINGS
    return Question.DOCTOR if options.doctor else None


def _camera(options: argparse.Namespace) -> CameraSettings:
    """With a window or in a batch, files are read in real time."""
    sources = (str(DEMO),) if options.demo else tuple(options.camera or ("0",))
    realtime = options.realtime or options.batch or not options.headless
    return CameraSettings(sources, realtime, options.flip_input, options.fps)


def _model(options: argparse.Namespace) -> ModelSettings:
    """A guided recording uses the main pass only, as `--main-pass-only` does."""
    main_pass_only = options.main_pass_only or options.record
    networks = options.networks or ("both" if options.clip_model else "auto")
    return ModelSettings(
        path=options.model or SHIPPED_MODEL,
        engine=options.engine,
        networks="stream" if main_pass_only else networks,
        clip_model=options.clip_model,
        fast_pass=not main_pass_only,
        profile=options.profile,
        vocabulary=options.vocabulary,
        decoding=decoding_change(options),
    )


def _outputs(options: argparse.Namespace) -> tuple[OutputSettings, ...]:
    return tuple(output for kind in KINDS for output in kind.read(options))


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
    return RecordingSettings(options.record, plan, tuple(options.clip), tuple(options.work_clip), options.new_gesture)


class _AppParser(Parser):
    def suggestion(self, unknown: Sequence[str]) -> str:
        if not unknown[0].startswith("-"):
            return f"; did you mean '--camera {unknown[0]}'?"
        return super().suggestion(unknown)


def _program() -> str:
    """Name of this program: in an installation, also an editable one, that of its command."""
    return "main.py" if Path(sys.argv[0]).name == "main.py" else "mstnet"


def make_parser() -> argparse.ArgumentParser:
    """The parser of all options of `main.py`."""
    parser = _AppParser(
        prog=_program(),
        description="Recognise hand gestures as they happen, frame by frame.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_source(parser.add_argument_group("source"))
    _add_model(parser.add_argument_group("recognition"))
    add_decoding_options(
        parser.add_argument_group("thresholds", "Default: as the model or the profile says. See docs/thresholds.md.")
    )
    _add_outputs(parser.add_argument_group("output"))
    _add_network(
        parser.add_argument_group(
            "network outputs",
            "The app listens and sends only with these options. See docs/outputs.md and docs/privacy.md.",
        )
    )
    _add_control(parser.add_argument_group("desktop control"))
    _add_person(parser.add_argument_group("user profile and guided recording"))
    _add_questions(parser.add_argument_group("information"))
    return parser


def _add_source(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--camera",
        action="append",
        type=source,
        metavar="N|DEVICE|FILE|URL",
        help="webcam number, /dev/videoN, video file, rtsp or http URL, or GStreamer pipeline (default: 0); with "
        "--headless it may be repeated, see docs/many-cameras.md",
    )
    group.add_argument("--demo", action="store_true", help="the bundled clip, drawn by this project")
    group.add_argument(
        "--realtime",
        action="store_true",
        help="read a file at its own rate, as a camera; frames that come too fast are dropped",
    )
    group.add_argument(
        "--fps", type=positive_float, metavar="F", help="true frame rate of a file whose own times are wrong"
    )
    group.add_argument(
        "--flip-input", action="store_true", help="mirror the input, for a camera that delivers mirrored pictures"
    )
    group.add_argument("--max-frames", type=positive, metavar="N", help="stop after N frames (the window stays open)")
    group.add_argument("--duration", type=positive_float, metavar="S", help="stop after S seconds of the source's time")


def _add_model(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--model", type=Path, metavar="FILE", help=".onnx, .plan or .pt (default: the shipped model)")
    group.add_argument(
        "--engine", choices=ENGINES, default="auto", help="runtime (default: auto, the fastest one available)"
    )
    group.add_argument(
        "--framing",
        type=framing,
        metavar="auto|full|X,Y,W,H",
        help="region of the frame that the network reads: auto follows the person who gestures, by the face; full is "
        "all of it; X,Y,W,H is a fixed region, as fractions of its width and height (default: auto)",
    )
    group.add_argument(
        "--networks",
        choices=NETWORKS,
        help="stream: the stream network with its fast pass; both: with a clip network, too, which reads the last "
        "seconds at once; auto (the default): both if there is a clip network and this machine is fast enough, but not "
        "with --profile, whose thresholds are those of the stream network alone",
    )
    group.add_argument(
        "--clip-model",
        type=Path,
        metavar="FILE",
        help="clip network, for both (default: MODEL.clip.onnx in the folder of the model)",
    )
    group.add_argument(
        "--main-pass-only",
        action="store_true",
        help="no fast pass and no clip network: less computation, but fewer gestures recognised",
    )
    group.add_argument("--calm", dest="main_pass_only", action=OldSpelling, nargs=0)
    group.add_argument(
        "--vocabulary",
        metavar="NAME|FILE.toml",
        help="groups of gestures with the same meaning; directions is bundled, see docs/outputs.md",
    )
    group.add_argument(
        "--batch", action="store_true", help="step all cameras together, on one clock; see docs/many-cameras.md"
    )


def _add_outputs(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--headless", action="store_true", help="no window: events as JSON lines on standard output")
    FILES.add_options(group)
    group.add_argument(
        "--overlay", action="store_true", help="a click-through overlay on top of all windows instead of a window"
    )
    group.add_argument(
        "--mirror",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="mirror the picture in the window, not the network's input (default: for a live camera)",
    )
    group.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")


def _add_network(group: argparse._ArgumentGroup) -> None:
    for kind in NETWORK:
        kind.add_options(group)


def _add_control(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--control",
        action="append",
        metavar="NAME|FILE.toml",
        help="key map: what gestures do; slides, media, browser and call are bundled (may be repeated, for key maps of "
        "certain windows)",
    )
    group.add_argument("--list", action="store_true", help="print what each gesture does, and end; needs no camera")
    group.add_argument(
        "--armed",
        action="store_true",
        help="armed from the start; otherwise a pause key (Pause or Ctrl+Shift+F9), or C in the window, arms it",
    )
    group.add_argument(
        "--dry-run", action="store_true", help="from the start, log what would be done instead of doing it"
    )
    group.add_argument("--control-through", choices=BACK_ENDS, default="auto", help="key backend (default: auto)")
    group.add_argument(
        "--allow-commands",
        action="store_true",
        help="allow the key maps to start the programs that they name, also in later runs",
    )


def _add_person(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--profile", metavar="NAME|FILE", help="user profile: thresholds and own gestures, from python -m calibration"
    )
    group.add_argument("--record", metavar="NAME", help="guided recording of a user; see python -m calibration --help")
    add_recording_options(group)


def _add_questions(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--list-cameras", action="store_true", help="print the cameras of this machine")
    group.add_argument("--doctor", action="store_true", help="print what works on this machine")
    group.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
