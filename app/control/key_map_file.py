"""Reads a key map from a TOML file; every error is one line."""

from dataclasses import replace
from pathlib import Path

from app.control.actions import ACTIONS, FORMER_ACTIONS, Pause, Press
from app.control.bindings import Binding, KeyMap, KeyMapError, Mode, Safety, WindowRule, digest
from app.control.keys import Chord, parse_chord
from app.toml_table import Table, TomlText
from app.vocabulary_file import known_labels
from common.folded import folded
from common.nearest import nearest

MAX_ACTIONS_HZ = 30.0
"""Upper limit of `actions_per_s`."""


def read_key_map(path: Path, labels: tuple[str, ...], bundled: bool = False) -> KeyMap:
    """Read a key map for a model with these labels.

    Args:
        path: the file.
        labels: the labels of the model and of the user's own gestures.
        bundled: leave out the gestures that are no labels, since the file was written for the shipped network.
            `left_out` has those of the actions for which no gesture is left.

    Raises:
        KeyMapError: the file is missing or invalid; the message has the line and the nearest known word;
            or it is bundled, and nothing or only the pause is left of it.
    """
    source = TomlText.read(path, "key map", KeyMapError)
    top = source.parse()
    top.only("name", "window", "safety", "gestures")
    safety = _safety(top.table("safety"))
    gestures = top.table("gestures")
    bindings = _bindings(gestures, (*_named_in(gestures), *labels) if bundled else labels, safety)
    left_out: tuple[str, ...] = ()
    if bundled:
        bindings, left_out = _fitting(bindings, labels)
        if all(isinstance(binding.action, Pause) for binding in bindings.values()):  # also if there are none
            pause = f" except {next(iter(bindings))!r}, which pauses" if bindings else ""
            raise KeyMapError(
                f"the key map {path.stem!r} has no gesture of this network{pause}; its labels are {', '.join(labels)}; "
                "make a key map of your own, see docs/control.md"
            )
    if not bindings and "window" not in top.values:  # with a window rule, it disables gestures in that window
        raise KeyMapError(f'{path} binds no gesture; give it one, such as [gestures."{labels[-1]}"] and key = "space"')
    return KeyMap(
        name=top.word("name", path.stem),
        path=path,
        sha256=digest(source.text.encode()),
        bindings=bindings,
        window=_window(top.table("window")) if "window" in top.values else None,
        safety=safety,
        left_out=left_out,
    )


def _named_in(gestures: Table) -> list[str]:
    """All labels in the file, also those in `also`."""
    return [label for name in gestures.values for label in (name, *gestures.table(name).words("also"))]


def _fitting(bindings: dict[str, Binding], labels: tuple[str, ...]) -> tuple[dict[str, Binding], tuple[str, ...]]:
    """The bindings with those of their gestures that are labels, and the gestures of the bindings without any."""
    fitting: dict[str, Binding] = {}
    left_out: list[str] = []
    for binding in bindings.values():
        there = tuple(label for label in (binding.gesture, *binding.also) if label in labels)
        if there:
            fitting[there[0]] = replace(binding, gesture=there[0], also=there[1:])
        else:
            left_out.append(binding.gesture)
    return fitting, tuple(left_out)


def _bindings(gestures: Table, labels: tuple[str, ...], safety: Safety) -> dict[str, Binding]:
    known = {folded(label): label for label in labels}
    bindings: dict[str, Binding] = {}
    lines: dict[str, int] = {}
    for name in gestures.values:
        label = known.get(folded(name))
        if label is None:
            gestures.fail(name, f"unknown gesture {name!r}{nearest(name, labels)}")
        table = gestures.table(name)
        _refuse_bound(label, gestures, name, lines)
        also = _also(table, label, labels, lines)
        bindings[label] = _binding(label, also, table, safety)
        lines |= dict.fromkeys((label, *also), table.line)
    return bindings


def _also(table: Table, gesture: str, labels: tuple[str, ...], lines: dict[str, int]) -> tuple[str, ...]:
    """The other labels with the meaning of a gesture."""
    if "also" not in table.values:
        return ()
    also = known_labels(table, "also", labels)
    if gesture in also:
        table.fail("also", f"also has {gesture!r} itself; remove it")
    for label in also:
        _refuse_bound(label, table, "also", lines)
    return also


def _refuse_bound(label: str, table: Table, key: str, lines: dict[str, int]) -> None:
    """Check that a label is not bound in an earlier line."""
    if label in lines:
        table.fail(key, f"{label!r} is bound two times, first in line {lines[label]}")


def _binding(gesture: str, also: tuple[str, ...], table: Table, safety: Safety) -> Binding:
    actions = ACTIONS | FORMER_ACTIONS
    table.only(*actions, "also", "does", "times", "mode", "cooldown_s", "rate_hz")
    given = [word for word in actions if word in table.values]
    if len(given) != 1:
        what = f"{' and '.join(given)} on one gesture; choose one" if given else "no action; give one"
        table.source.fail((*table.path, *given[1:2]), f"{gesture!r} has {what} of {', '.join(ACTIONS)}")
    action = actions[given[0]](table)
    mode = Mode(table.choice("mode", tuple(mode.value for mode in Mode), "once"))
    if mode is Mode.HOLD and not (isinstance(action, Press) and action.times == 1):
        table.fail("mode", "only a key or a click can be held; use mode once or repeat")
    if mode is Mode.REPEAT and not action.repeats:
        table.fail("mode", f"{given[0]} does not repeat; use mode once")
    return Binding(
        gesture,
        action,
        mode,
        cooldown_s=table.number("cooldown_s", 0.0, 0.0, 3600.0),
        rate_hz=table.number("rate_hz", min(5.0, safety.actions_per_s), 0.1, safety.actions_per_s),
        line=table.line,
        also=also,
        does=table.word("does"),
    )


def _window(table: Table) -> WindowRule:
    table.only("class", "title")
    rule = WindowRule(table.word("class"), table.word("title"))
    if not (rule.class_name or rule.title):
        table.source.fail(table.path, "[window] needs a class or a title")
    return rule


def _safety(table: Table) -> Safety:
    table.only("pause_keys", "hand_over_s", "actions_per_s", "gesture_resumes")
    usual = Safety()
    keys = tuple(_chord(table, "pause_keys", text) for text in table.words("pause_keys"))
    if "pause_keys" in table.values and not keys:
        table.fail("pause_keys", "at least one key must pause control")
    return Safety(
        keys or usual.pause_keys,
        table.number("hand_over_s", usual.hand_over_s, 0.0, 60.0),
        table.number("actions_per_s", usual.actions_per_s, 0.1, MAX_ACTIONS_HZ),
        table.flag("gesture_resumes", usual.gesture_resumes),
    )


def _chord(table: Table, key: str, text: str) -> Chord:
    try:
        return parse_chord(text)
    except ValueError as error:
        table.fail(key, str(error))
