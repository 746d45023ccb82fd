"""The command line of this package; see `python -m calibration --help`."""

import argparse
import sys
from pathlib import Path

from calibration.decoding_options import add_decoding_options, decoding_change
from calibration.gesture_commands import (
    delete,
    delete_takes,
    delete_work,
    export,
    import_,
    list_gestures,
    list_takes,
    rename,
)
from calibration.model_thresholds import thresholds
from calibration.person_files import normalized_name
from calibration.profile_commands import fit_profile, record
from calibration.recording_options import COUNT_DOWN, add_recording_options
from calibration.thresholds import Target
from calibration.user_profile import DEFAULT_NAME
from common.arguments import Parser, positive, positive_float
from common.command import command
from common.errors import UserError
from models.clip_fusion import BOTH
from models.networks import FAST, STREAM

EXAMPLES = """\
examples:
  python -m calibration record --gesture "Draw a circle" --takes 5     guided, in the window
  python -m calibration record --gesture Wave --clip waves/ --work-clip desk.mp4
                                                                       from clips, one take each
  python -m calibration record --camera clip.mp4 --headless ...        any option of main.py may follow
  python -m calibration fit --false 1 --minutes 10
  python main.py --profile me
"""
HELP = ("-h", "--help")
COMMANDS = ("record", "fit", "gestures", "thresholds")
GESTURE_ACTIONS = {
    "list": list_gestures,
    "takes": list_takes,
    "rename": rename,
    "delete": delete,
    "export": export,
    "import": import_,
}
"""The actions of `gestures`, by name."""


def parser() -> argparse.ArgumentParser:
    """Build the parser. The one of `record` only prints help: `main.py` parses its options, with any others."""
    line = Parser(
        prog="python -m calibration",
        description="Fit the model to one user.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = line.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_record(commands.add_parser("record", help="record takes of gestures and a minute of work without gestures"))
    _add_fit(commands.add_parser("fit", help="fit a profile to the recorded takes"))
    _add_gestures(
        commands.add_parser(
            "gestures", help="list, rename, delete, export and import own gestures; list and delete takes"
        )
    )
    _add_thresholds(commands.add_parser("thresholds", help="print or change the thresholds in a model file"))
    return line


def _add_record(command: argparse.ArgumentParser) -> None:
    command.description = f"Record takes of gestures, guided, then a take without gestures. {COUNT_DOWN}"
    command.epilog = "Any option of the app may follow, such as --camera 1, --headless or --model FILE."
    _add_profile(command)
    add_recording_options(command)


def _add_fit(command: argparse.ArgumentParser) -> None:
    _add_profile(command)
    command.add_argument("--model", type=Path, metavar="FILE", help="run all takes through this model first")
    command.add_argument(
        "--false", type=positive_float, default=1.0, metavar="N", help="accepted number of false events ..."
    )
    command.add_argument("--minutes", type=positive_float, default=10.0, metavar="M", help="... in M minutes")
    command.add_argument(
        "--save-anyway",
        type=normalized_name,
        action="append",
        default=[],
        metavar="GESTURE",
        help="keep this own gesture even if its takes show different movements, or none of them is recognised "
        "(may be repeated)",
    )
    command.add_argument("--diagram", type=Path, metavar="FILE.svg", help="draw the reliability diagram")


def _add_gestures(command: argparse.ArgumentParser) -> None:
    _add_profile(command)
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, function in GESTURE_ACTIONS.items():
        action = actions.add_parser(name, help=(function.__doc__ or "").splitlines()[0])
        _add_profile(action, default=argparse.SUPPRESS)  # or it would replace a --profile before the action
        if name in ("rename", "delete", "export", "takes"):
            action.add_argument("gesture", nargs="?" if name in ("takes", "delete") else None, metavar="GESTURE")
        if name == "delete":
            action.add_argument(
                "--take",
                type=positive,
                action="append",
                metavar="N",
                help="delete only this take; `takes` lists them (may be repeated)",
            )
            action.add_argument(
                "--work",
                type=positive,
                action="append",
                metavar="N",
                help="delete this recording of work; `takes` lists them (may be repeated)",
            )
        if name == "rename":
            action.add_argument("name", metavar="NEW_NAME")
        if name == "export":
            action.add_argument("file", type=Path, nargs="?")
        if name == "import":
            action.add_argument("file", type=Path)
            action.add_argument("--name", help="name of the gesture in this profile")


def _add_thresholds(command: argparse.ArgumentParser) -> None:
    command.description = "Print or change the thresholds in a model file. docs/thresholds.md explains each value."
    command.add_argument("model", type=Path, metavar="MODEL.onnx", help="a stream network's or a clip network's file")
    add_decoding_options(command)
    command.add_argument(
        "--as-all", action="append", default=[], metavar="GESTURE", help="remove this gesture's own thresholds"
    )
    command.add_argument(
        "--of", choices=(STREAM, FAST, BOTH), help="which output to change (default: the first in the file)"
    )
    command.add_argument("--out", type=Path, metavar="FILE", help="write to this file instead of the model")


def _add_profile(command: argparse.ArgumentParser, default: str = DEFAULT_NAME) -> None:
    command.add_argument(
        "--profile", default=default, metavar="NAME", help=f"name of the user profile (default: {DEFAULT_NAME})"
    )


@command("mstnet")
def main(arguments: list[str] | None = None) -> int:
    """Run the command; return the exit status."""
    return _do(sys.argv[1:] if arguments is None else arguments)


def _do(words: list[str]) -> int:
    words = _command_first(words)
    if words[:1] == ["record"] and not set(HELP).intersection(words):
        return record(*_split_profile(words[1:]))
    options = parser().parse_args(words)
    if options.command == "fit":
        target = Target(options.false, options.minutes)
        return fit_profile(options.profile, options.model, target, options.diagram, options.save_anyway)
    if options.command == "thresholds":
        thresholds(options.model, decoding_change(options), options.as_all, options.of, options.out)
        return 0
    _do_with_gestures(options)
    return 0


def _do_with_gestures(options: argparse.Namespace) -> None:
    match options.action:
        case "list":
            list_gestures(options.profile)
        case "rename":
            rename(options.profile, options.gesture, options.name)
        case "takes":
            list_takes(options.profile, options.gesture)
        case "delete" if bool(options.gesture) == bool(options.work) or (options.work and options.take):
            raise UserError("delete needs a gesture, with --take N for one take of it, or --work N")
        case "delete" if options.work:
            delete_work(options.profile, options.work)
        case "delete" if options.take:
            delete_takes(options.profile, options.gesture, options.take)
        case "delete":
            delete(options.profile, options.gesture)
        case "export":
            export(options.profile, options.gesture, options.file)
        case "import":
            import_(options.profile, options.file, options.name)


def _command_first(words: list[str]) -> list[str]:
    """The arguments with a `--profile` that stands before the command after it.

    Raises:
        UserError: another option stands before the command.
    """
    if not words[:1] or not words[0].startswith("-") or words[0] in HELP:
        return words
    profile, rest = _split_profile(words)
    if rest and rest[0] in HELP:
        return rest
    if not rest or rest[0].startswith("-"):
        raise UserError(f"{(rest or words)[0]}: a command comes first: {', '.join(COMMANDS)}")
    return [rest[0], "--profile", profile, *rest[1:]]


def _split_profile(words: list[str]) -> tuple[str, list[str]]:
    """The profile to record for, and the remaining arguments for `main.py`."""
    of_profile = Parser(add_help=False, allow_abbrev=False)
    _add_profile(of_profile)
    options, rest = of_profile.parse_known_args(words)
    return options.profile, rest


if __name__ == "__main__":
    sys.exit(main())
