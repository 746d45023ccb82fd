"""Reading a vocabulary: from a TOML file to groups of labels."""

from pathlib import Path

from app.nearest import nearest
from app.toml_table import Table, TomlText, locate
from models.errors import VocabularyError
from models.spec import NO_GESTURE_LABELS
from models.vocabulary import Group, Vocabulary

READY = Path(__file__).parent / "vocabularies"
"""The vocabularies that come with the program, by name."""


def read_vocabulary(name: str, labels: tuple[str, ...]) -> Vocabulary:
    """Read a vocabulary for a model that knows these labels.

    Args:
        name: a path, or the name of a ready one.
        labels: the model's, and a person's own.

    Raises:
        VocabularyError: the file is missing or wrong somewhere; says where, and the nearest known word.
    """
    path = locate(name, READY, "vocabulary", VocabularyError)
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
    """The groups that the file names."""
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
    """A group for each label that can fire and is in none."""
    taken = {*NO_GESTURE_LABELS, *(label for group in groups for label in group.labels)}
    others = [label for label in labels if label not in taken]
    for group in groups:
        if group.name in others:
            table.fail(group.name, f"{group.name!r} is a gesture by itself, too; rename the group")
    return [Group(label, (label,)) for label in others]


def known_labels(table: Table, key: str, labels: tuple[str, ...]) -> tuple[str, ...]:
    """A list of labels that can fire, in whatever case: at least one, none two times.

    Args:
        table: where it is.
        key: its name there.
        labels: those there are.
    """
    known = {label.casefold(): label for label in labels}
    found: list[str] = []
    for word in table.words(key):
        label = known.get(word.casefold())
        if label is None:
            table.fail(key, f"unknown gesture {word!r}{nearest(word, labels)}")
        if label in NO_GESTURE_LABELS:
            table.fail(key, f"{label!r} means that nothing was done and never fires; leave it out")
        if label in found:
            table.fail(key, f"{key} has {label!r} two times; leave one of them out")
        found.append(label)
    if not found:
        table.fail(key, f"{key} has no gestures; give it at least one, or leave it out")
    return tuple(found)
