"""The command line: what can be said to `main.py`."""

import argparse
import re
from functools import partial
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from app.control.back_ends import BACK_ENDS
from app.outputs.address import Address
from app.outputs.broker import Broker
from common.errors import UserError
from common.hidden_password import without_password
from common.version import __version__
from models.engines import ENGINES
from models.framing.choice import parse_framing
from models.region import Region

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


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, like all others here."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and exit with 2."""
        self.exit(2, f"mstnet: {without_password(message)}; --help shows what there is\n")


def parser() -> argparse.ArgumentParser:
    """The parser of everything that `main.py` takes."""
    line = Parser(
        prog="main.py",
        description="Recognise hand gestures as they happen, frame by frame.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_source(line.add_argument_group("where the frames come from"))
    _add_model(line.add_argument_group("what recognises them"))
    _add_outputs(line.add_argument_group("what comes out"))
    _add_network(
        line.add_argument_group(
            "who else is told", "Nothing listens or sends unless asked. See docs/outputs.md and docs/privacy.md."
        )
    )
    _add_control(line.add_argument_group("what gestures do on the desktop"))
    _add_person(line.add_argument_group("who is seen"))
    _add_questions(line.add_argument_group("questions"))
    return line


def _add_source(group: argparse._ArgumentGroup) -> None:
    source = group.add_mutually_exclusive_group()
    source.add_argument(
        "--camera",
        action="append",
        metavar="N|DEVICE|FILE|URL",
        help="webcam number, /dev/videoN, video file, rtsp or http URL, or GStreamer pipeline (default: 0); with "
        "--headless it may be repeated, see docs/many-cameras.md",
    )
    source.add_argument("--demo", action="store_true", help="the bundled clip, drawn by this project")
    group.add_argument("--realtime", action="store_true", help="pace a file like a camera: the newest frame wins")
    group.add_argument("--fps", type=positive_float, metavar="F", help="a file's true frame rate, where the file lies")
    group.add_argument("--flip-input", action="store_true", help="for a camera that delivers a mirrored picture")
    group.add_argument(
        "--max-frames", type=positive_int, metavar="N", help="look at so many frames and no more (a window stays open)"
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
    group.add_argument("--takes", type=positive_int, default=5, metavar="N", help="takes of each (default: 5)")
    group.add_argument("--take-seconds", type=positive_float, default=3.0, metavar="S", help="of a take (default: 3)")
    group.add_argument("--work", type=seconds, default=60.0, metavar="S", help="of just work; 0 is none (default: 60)")


def _add_questions(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--list-cameras", action="store_true", help="print the cameras there are")
    group.add_argument("--doctor", action="store_true", help="print what works on this machine")
    group.add_argument("--version", action="version", version=f"%(prog)s {__version__}")


def positive_float(text: str) -> float:
    """A finite number above 0."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


def seconds(text: str) -> float:
    """A finite number, 0 or above."""
    value = float(text)
    if not 0 <= value < float("inf"):
        raise ValueError(text)
    return value


def positive_int(text: str) -> int:
    """A whole number above 0."""
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def address(text: str) -> Address:
    """Where to listen or send to."""
    return Address.parse(text)


def broker(text: str) -> Broker:
    """An MQTT broker."""
    try:
        return Broker.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def framing(text: str) -> Region | None:
    """What the network sees of the picture: a region, or None for following whoever gestures."""
    try:
        return parse_framing(text)
    except UserError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def origin(text: str) -> str:
    """A page's origin: scheme, host and port, as a browser sends it, or a program with a browser in it."""
    url = urlsplit(text)
    if not url.scheme or not url.netloc or url.path.strip("/") or url.query or "@" in url.netloc:
        raise ValueError(text)
    usual = {"http": ":80", "https": ":443"}.get(url.scheme, "")
    return f"{url.scheme}://{url.netloc.lower().removesuffix(usual)}"


def host_name(text: str) -> str:
    """A name of a machine, without scheme and port."""
    name = text.strip().lower().rstrip(".")
    if not re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", name):
        raise ValueError(text)
    return name


def scene(text: str) -> tuple[str, str]:
    """A gesture and the scene that it switches to."""
    label, _, name = text.partition("=")
    if not (label.strip() and name.strip()):
        raise ValueError(text)
    return label.strip(), name.strip()


# argparse prints these names: "invalid positive number value: '0'"
positive_float.__name__ = "positive number"
positive_int.__name__ = "positive whole number"
address.__name__ = "[HOST:]PORT"
broker.__name__ = "mqtt[s]://[USER@]HOST[:PORT][/TOPIC]"
origin.__name__ = "SCHEME://HOST[:PORT]"
host_name.__name__ = "host name"
scene.__name__ = "GESTURE=SCENE"
