"""Reads a vocabulary from a TOML file."""

from pathlib import Path

from app.toml_table import Table, TomlText, locate
from common.folded import folded
from common.nearest import nearest
from models.errors import VocabularyError
from models.spec import NO_GESTURE_LABELS
from models.vocabulary import Group, Vocabulary

BUNDLED = Path(__file__).parent / "vocabularies"
"""The folder of the bundled vocabularies."""


def read_vocabulary(name: str, labels: tuple[str, ...]) -> Vocabulary:
    """Read a vocabulary for a model with these labels.

    Args:
        name: a path, or the name of a bundled vocabulary.
        labels: the labels of the model and of the user's own gestures.

    Raises:
        VocabularyError: the file is missing or invalid; the message has the line and the nearest known word.
    """
    path = locate(name, BUNDLED, "vocabulary", VocabularyError)
    top = TomlText.read(path, "vocabulary", VocabularyError).parse()
    top.only("groups", "others")
    table = top.table("groups")
    groups = _groups(table, labels)
    if top.flag("others", False):
        groups += _others(table, groups, labels)
    if not groups:
        raise VocabularyError(f'{path} has no groups; give it one, such as [groups] and go = ["{labels[-1]}"]')
    return Vocabulary(tuple(groups))


def _groups(table: Table, labels: tuple[str, ...]) -> list[Group]:
    """The groups of the file."""
    groups: list[Group] = []
    taken: dict[str, str] = {}
    for name in table.values:
        if not name.strip():
            table.fail(name, "a group needs a name")
        members = known_labels(table, name, labels)
        for label in members:
            if label in taken:
                table.fail(name, f"{label!r} is in group {taken[label]!r} already; a label belongs to one group")
            taken[label] = name
        groups.append(Group(name, members))
    return groups


def _others(table: Table, groups: list[Group], labels: tuple[str, ...]) -> list[Group]:
    """One group for each label that can fire and is in no group yet."""
    taken = {*NO_GESTURE_LABELS, *(label for group in groups for label in group.labels)}
    others = [label for label in labels if label not in taken]
    for group in groups:
        if group.name in others:
            table.fail(group.name, f"{group.name!r} is also the label of a gesture; rename the group")
    return [Group(label, (label,)) for label in others]


def known_labels(table: Table, key: str, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Read a list of labels that can fire, in any case: at least one, without duplicates.

    Args:
        table: the table of the list.
        key: its key in the table.
        labels: the known labels.
    """
    known = {folded(label): label for label in labels}
    found: list[str] = []
    for word in table.words(key):
        label = known.get(folded(word))
        if label is None:
            table.fail(key, f"unknown gesture {word!r}{nearest(word, labels)}")
        if label in NO_GESTURE_LABELS:
            table.fail(key, f"{label!r} is an idle label and never fires; remove it")
        if label in found:
            table.fail(key, f"{key} has {label!r} two times; leave one of them out")
        found.append(label)
    if not found:
        table.fail(key, f"{key} has no gestures; give it at least one, or remove it")
    return tuple(found)
