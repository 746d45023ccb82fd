"""Groups of related gestures, for the panel that lists them."""

from collections.abc import Iterable
from dataclasses import dataclass

from models.spec import NO_GESTURE_LABELS
from models.vocabulary import Vocabulary

MORE = "More"
"""The group of gestures that are in no other group."""

_FIRST_WORDS: dict[str, tuple[str, ...]] = {
    "Swipe a hand": ("Swiping",),
    "Slide two fingers": ("Sliding",),
    "Zoom": ("Zooming",),
    "Push and pull": ("Pushing", "Pulling"),
    "Turn and roll": ("Turning", "Rolling"),
    "Thumb and stop": ("Thumb", "Stop"),
    "Shake and drum": ("Shaking", "Drumming"),
}
"""Titles of groups, with the first words of the labels in them; the labels themselves are those of the model."""


@dataclass(frozen=True, slots=True)
class GestureGroup:
    """Gestures that belong together."""

    title: str
    labels: tuple[str, ...]


def grouped(labels: Iterable[str], vocabulary: Vocabulary | None = None) -> tuple[GestureGroup, ...]:
    """Sort labels into groups, without idle labels.

    Args:
        labels: the labels of the model.
        vocabulary: its groups of several labels come first, by their names; labels that it lacks are omitted.
    """
    used = labels if vocabulary is None else [label for group in vocabulary.groups for label in group.labels]
    left = {label: None for label in used if label not in NO_GESTURE_LABELS}
    together = {group.name: group.labels for group in vocabulary.groups if len(group.labels) > 1} if vocabulary else {}
    groups = [GestureGroup(title, members) for title, members in together.items()]
    for label in (label for members in together.values() for label in members):
        left.pop(label, None)
    for title, words in _FIRST_WORDS.items():
        members = tuple(label for word in words for label in left if label.split()[:1] == [word])
        if members:
            groups.append(GestureGroup(title, members))
        for label in members:
            del left[label]
    return (*groups, GestureGroup(MORE, tuple(left))) if left else tuple(groups)
