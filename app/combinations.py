"""Which options go together. An option that would have no effect is an error, because the user expects one."""

from collections.abc import Iterator, Mapping

from app.outputs.kinds import KINDS, NETWORK

NEEDED = {
    "gesture": ("record",),
    "takes": ("record",),
    "take_seconds": ("record",),
    "work": ("record",),
    "clip": ("record",),
    "work_clip": ("record",),
    "new_gesture": ("gesture",),
    "token_file": ("serve", "websocket"),
    "allow_origin": ("serve", "websocket"),
    "allow_host": ("serve", "websocket"),
    "control_through": ("control",),
    "armed": ("control",),
    "list": ("control",),
    "dry_run": ("control",),
    "allow_commands": ("control",),
}
"""Options, and those of which each needs at least one."""
PAIRS = {("obs", "obs_scene"): "where OBS listens, and which gesture switches to which scene"}
"""Options that only work together, and what they set."""
GUIDED = (
    *("camera", "demo", "realtime", "max_frames", "duration", "overlay", "mirror"),
    *("takes", "take_seconds", "work"),
)
"""Options of a recording with a camera, which one from clips does not use."""
NO_USE = {
    "clip": GUIDED,
    "work_clip": GUIDED,
    "camera": ("demo",),
    "main_pass_only": ("networks", "clip_model"),
    "networks stream": ("clip_model",),
    "headless": ("overlay",),
    "record": (
        *("main_pass_only", "networks", "clip_model", "profile", "vocabulary", "control"),
        *("enter", "exit", "hold", "rest", "smooth", "temperature"),
        *(option for kind in KINDS for option in kind.options),
    ),
}
"""Options, some with a value, and those that have no effect with them."""
QUESTIONS = {
    "list_cameras": ("headless", "log_level"),
    "doctor": ("headless", "log_level", "model"),
    "list": ("headless", "log_level", "model", "profile", "control"),
}
"""Options that only print a report, and those allowed with them."""
ONE_CAMERA = ("overlay", "control", "record", *(option for kind in NETWORK for option in kind.options))
"""Options for a single camera only."""


def find_problem(options: Mapping[str, object]) -> str | None:
    """The problem with a combination of options, in one line; None if there is none.

    Args:
        options: values by name, of the options that differ from their defaults.
    """
    return next(_problems(options), None)


def _problems(options: Mapping[str, object]) -> Iterator[str]:
    for name, needed in NEEDED.items():
        if name in options and not set(needed).intersection(options):
            yield f"{option_of(name)} does nothing without {' or '.join(map(option_of, needed))}; add it"
    for name in (*options, *(f"{name} {value}" for name, value in options.items())):
        for other in options:
            if other in NO_USE.get(name, ()) or _is_ignored(other, name):
                yield f"{option_of(other)} has no effect with {option_of(name)}; leave one of them out"
    for pair, why in PAIRS.items():
        if len(set(pair).intersection(options)) == 1:
            yield f"{' and '.join(map(option_of, pair))} go together: {why}"
    yield from _problems_of_cameras(options)


def _problems_of_cameras(options: Mapping[str, object]) -> Iterator[str]:
    cameras = options.get("camera")
    if not isinstance(cameras, list) or len(cameras) < 2:
        if "batch" in options:
            yield "--batch is for several cameras; leave it out, or give another --camera"
        return
    for name in ONE_CAMERA:
        if name in options:
            yield f"{option_of(name)} is for one camera; give one --camera, or start a process for each"
    if "headless" not in options:
        yield "several cameras have no window; add --headless, or give one --camera"


def _is_ignored(name: str, question: str) -> bool:
    return question in QUESTIONS and name not in (question, *QUESTIONS[question])


def option_of(name: str) -> str:
    """The spelling of an option on the command line."""
    return f"--{name.replace('_', '-')}"
