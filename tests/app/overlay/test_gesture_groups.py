from PyQt6.QtCore import QRectF

from app.overlay.gesture_groups import MORE, GestureGroup, grouped
from app.overlay.icons import GRID, path_of
from models.vocabulary import Group as VocabularyGroup
from models.vocabulary import Vocabulary

JESTER = [
    "Doing other things",
    "Drumming Fingers",
    "No gesture",
    "Pulling Hand In",
    "Pulling Two Fingers In",
    "Pushing Hand Away",
    "Pushing Two Fingers Away",
    "Rolling Hand Backward",
    "Rolling Hand Forward",
    "Shaking Hand",
    "Sliding Two Fingers Down",
    "Sliding Two Fingers Left",
    "Sliding Two Fingers Right",
    "Sliding Two Fingers Up",
    "Stop Sign",
    "Swiping Down",
    "Swiping Left",
    "Swiping Right",
    "Swiping Up",
    "Thumb Down",
    "Thumb Up",
    "Turning Hand Clockwise",
    "Turning Hand Counterclockwise",
    "Zooming In With Full Hand",
    "Zooming In With Two Fingers",
    "Zooming Out With Full Hand",
    "Zooming Out With Two Fingers",
]
GESTURES = [label for label in JESTER if label not in ("Doing other things", "No gesture")]


def test_every_jester_gesture_is_in_one_named_group() -> None:
    groups = grouped(JESTER)
    assert sorted(label for group in groups for label in group.labels) == sorted(GESTURES)
    assert MORE not in [group.title for group in groups]


def test_an_unknown_gesture_is_in_the_group_more() -> None:
    assert grouped(["Swiping Left", "Moonwalk", "No gesture"]) == (
        GestureGroup("Swipe a hand", ("Swiping Left",)),
        GestureGroup(MORE, ("Moonwalk",)),
    )


def test_the_groups_of_a_vocabulary_come_first_and_other_labels_are_omitted() -> None:
    left = ("Swiping Left", "Sliding Two Fingers Left")
    vocabulary = Vocabulary((VocabularyGroup("Swiping Right", ("Swiping Right",)), VocabularyGroup("left", left)))
    assert grouped(JESTER, vocabulary) == (GestureGroup("left", left), GestureGroup("Swipe a hand", ("Swiping Right",)))


def test_a_model_without_gestures_has_no_groups() -> None:
    assert grouped(["No gesture"]) == ()


def test_every_jester_gesture_has_its_own_icon_inside_the_grid() -> None:
    drawings = {label: path_of(label) for label in GESTURES}
    ring = path_of("Moonwalk")
    for label, path in drawings.items():
        assert path != ring, label
        assert not path.isEmpty()
        assert QRectF(0, 0, GRID, GRID).contains(path.boundingRect()), label
    assert all(drawings[a] != drawings[b] for k, a in enumerate(GESTURES) for b in GESTURES[k + 1 :]), (
        "two icons are equal"
    )


def test_a_label_without_words_gets_the_ring() -> None:
    assert path_of("") == path_of("Moonwalk")
