from pathlib import Path

from PyQt6.QtCore import QRectF

from app.overlay.gesture_groups import MORE, GestureGroup, grouped
from app.overlay.icons import GRID, path_of
from models.vocabulary import Group as VocabularyGroup
from models.vocabulary import Vocabulary
from training.jester import LABELS

ROOT = Path(__file__).resolve().parents[3]
GESTURES = [label for label in LABELS if label not in ("Doing other things", "No gesture")]


def test_every_jester_gesture_is_in_one_named_group() -> None:
    groups = grouped(LABELS)
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
    assert grouped(LABELS, vocabulary) == (GestureGroup("left", left), GestureGroup("Swipe a hand", ("Swiping Right",)))


def test_the_app_lists_no_labels_but_to_draw_icons() -> None:
    """The labels of a model are in its file; those of the shipped one are listed in training/jester.py alone."""
    files = [path for room in ("app", "models", "calibration") for path in (ROOT / room).rglob("*.py")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    assert [name for name, text in texts.items() if sum(f'"{label}"' in text for label in GESTURES) > 3] == ["icons.py"]


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
