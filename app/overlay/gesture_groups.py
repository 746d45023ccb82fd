"""Groups of related gestures, for the panel that lists them."""

from collections.abc import Iterable
from dataclasses import dataclass

from models.spec import NO_GESTURE_LABELS
from models.vocabulary import Vocabulary

MORE = "More"
"""The group of gestures that are in no other group."""

_GROUPS: dict[str, tuple[str, ...]] = {
    "Swipe a hand": ("Swiping Left", "Swiping Right", "Swiping Up", "Swiping Down"),
    "Slide two fingers": (
        "Sliding Two Fingers Left",
        "Sliding Two Fingers Right",
        "Sliding Two Fingers Up",
        "Sliding Two Fingers Down",
    ),
    "Zoom": (
        "Zooming In With Full Hand",
        "Zooming Out With Full Hand",
        "Zooming In With Two Fingers",
        "Zooming Out With Two Fingers",
    ),
    "Push and pull": (
        "Pushing Hand Away",
        "Pulling Hand In",
        "Pushing Two Fingers Away",
        "Pulling Two Fingers In",
    ),
    "Turn and roll": (
        "Turning Hand Clockwise",
        "Turning Hand Counterclockwise",
        "Rolling Hand Forward",
        "Rolling Hand Backward",
    ),
    "Thumb and stop": ("Thumb Up", "Thumb Down", "Stop Sign"),
    "Shake and drum": ("Shaking Hand", "Drumming Fingers"),
}


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
    groups = []
    for title, members in (*together.items(), *_GROUPS.items()):
        present = tuple(label for label in members if label in left)
        if present:
            groups.append(GestureGroup(title, present))
        for label in present:
            del left[label]
    return (*groups, GestureGroup(MORE, tuple(left))) if left else tuple(groups)
