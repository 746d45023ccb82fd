"""Which options go together: one that would do nothing is refused, for whoever gave it expects something."""

import argparse

NEEDED = {
    "gesture": ("record",),
    "takes": ("record",),
    "take_seconds": ("record",),
    "work": ("record",),
    "token_file": ("serve", "websocket"),
    "allow_origin": ("serve", "websocket"),
    "allow_host": ("serve", "websocket"),
    "control_through": ("control",),
    "armed": ("control",),
    "dry_run": ("control",),
    "allow_commands": ("control",),
}
"""Options that say how, and those of which one must be there."""
NO_USE = {
    "calm": ("networks", "clip_model"),
    "headless": ("overlay",),
    "record": (
        "calm",
        "networks",
        "clip_model",
        "profile",
        "control",
        "events",
        "trace",
        "serve",
        "websocket",
        "mqtt",
        "osc",
        "obs",
    ),
}
"""Options beside which others have nothing to do."""
QUESTIONS = {
    "list_cameras": ("headless", "log_level"),
    "doctor": ("headless", "log_level", "model"),
}
"""Options that only answer, and what they heed; `--headless` is true of them, and `app.launch` may add it."""


def check(line: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    """End with a usage error where an option would do nothing."""
    asked = [name for name, value in vars(given).items() if value != line.get_default(name)]
    for name, needed in NEEDED.items():
        if name in asked and not set(needed).intersection(asked):
            line.error(f"{_option(name)} does nothing without {' or '.join(map(_option, needed))}; add it")
    for name in asked:
        for other in asked:
            if other in NO_USE.get(name, ()) or _unheeded(other, name):
                line.error(f"{_option(other)} does nothing beside {_option(name)}; leave one of them out")


def _unheeded(name: str, question: str) -> bool:
    return question in QUESTIONS and name not in (question, *QUESTIONS[question])


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
