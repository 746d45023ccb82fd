"""Reading a vocabulary from a TOML file, and the messages for its mistakes."""

from pathlib import Path

import pytest

from app.vocabulary_file import read_vocabulary
from models.engines import load_engine
from models.errors import VocabularyError
from models.spec import NO_GESTURE_LABELS
from models.vocabulary import Group

LABELS = ("No gesture", "Swiping Left", "Swiping Right", "Sliding Two Fingers Left", "Thumb Up", "My wave")


def read(folder, text):
    path = folder / "mine.toml"
    path.write_text(text)
    return read_vocabulary(str(path), LABELS)


def test_directions_has_every_gesture_of_the_shipped_model_once():
    model = Path(__file__).resolve().parents[2] / "models" / "weights" / "mstnet_small.onnx"
    labels = load_engine(model).spec.labels
    groups = {group.name: group.labels for group in read_vocabulary("directions", labels).groups}
    assert groups["left"] == ("Swiping Left", "Sliding Two Fingers Left")
    assert groups["pull"] == ("Pulling Hand In", "Pulling Two Fingers In")
    assert groups["Thumb Up"] == ("Thumb Up",)
    assert len(groups) == 17
    assert sorted(label for group in groups.values() for label in group) == sorted(set(labels) - set(NO_GESTURE_LABELS))


def test_accents_may_be_separate_characters(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[groups]\nhi = ["cafe\u0301"]', encoding="utf-8")
    assert read_vocabulary(str(path), ("Café",)).groups == (Group("hi", ("Café",)),)


def test_only_what_is_named_counts(tmp_path):
    vocabulary = read(tmp_path, '[groups]\nleft = ["swiping left", "Sliding Two Fingers Left"]\nhi = ["My wave"]')
    assert vocabulary.groups == (
        Group("left", ("Swiping Left", "Sliding Two Fingers Left")),
        Group("hi", ("My wave",)),
    )


def test_others_adds_one_group_per_remaining_label(tmp_path):
    text = 'others = true\n[groups]\nleft = ["Swiping Left", "Sliding Two Fingers Left"]'
    names = [group.name for group in read(tmp_path, text).groups]
    assert names == ["left", "Swiping Right", "Thumb Up", "My wave"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "mine.toml has no groups; give it one"),
        ("[groups]", "mine.toml has no groups; give it one"),
        (
            '[groups]\n\nleft = ["Swiping Lft"]',
            "mine.toml:3: unknown gesture 'Swiping Lft'; did you mean 'Swiping Left'?",
        ),
        ('[groups]\nleft = ["Swiping Left", "swiping left"]', "mine.toml:2: left has 'Swiping Left' two times"),
        (
            '[groups]\na = ["Swiping Left"]\nb = ["Thumb Up", "Swiping Left"]',
            "mine.toml:3: 'Swiping Left' is in group 'a' already",
        ),
        ("[groups]\nleft = []", "mine.toml:2: left has no gestures"),
        ('[groups]\nleft = "Swiping Left"', "mine.toml:2: left = 'Swiping Left'; expected a list of texts"),
        ("[groups]\nleft = [1]", "mine.toml:2: left = [1]; expected a list of texts"),
        ('[groups]\nrest = ["No gesture"]', "mine.toml:2: 'No gesture' is an idle label and never fires"),
        ('[groups]\na = ["Thumb Up"]\na = ["My wave"]', "mine.toml:3: this name is given two times"),
        ('[groups]\n"" = ["Thumb Up"]', "a group needs a name"),
        ('[group]\na = ["Thumb Up"]', "mine.toml:1: unknown key 'group'; did you mean 'groups'?"),
        ('others = 1\n[groups]\na = ["Thumb Up"]', "mine.toml:1: others = 1; expected true or false"),
        (
            'others = true\n[groups]\n"Thumb Up" = ["My wave"]',
            "mine.toml:3: 'Thumb Up' is also the label of a gesture; rename the group",
        ),
        ("left: [Swiping Left]", "mine.toml:1: "),
    ],
)
def test_mistakes_are_reported_in_one_line_with_its_number(tmp_path, text, expected):
    with pytest.raises(VocabularyError) as caught:
        read(tmp_path, text)
    message = str(caught.value).replace(f"{tmp_path}/", "")
    assert expected in message
    assert "\n" not in message


def test_a_missing_vocabulary_is_reported(tmp_path):
    with pytest.raises(VocabularyError, match=r"no vocabulary 'direction'; .*did you mean 'directions'\?"):
        read_vocabulary("direction", LABELS)
    with pytest.raises(VocabularyError, match="no vocabulary"):
        read_vocabulary(str(tmp_path), LABELS)
    (tmp_path / "picture.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(VocabularyError, match="is not UTF-8 text; a vocabulary is a TOML file"):
        read_vocabulary(str(tmp_path / "picture.toml"), LABELS)


def test_a_model_without_the_labels_of_a_bundled_vocabulary_is_reported():
    with pytest.raises(VocabularyError, match=r"directions.toml:\d+: unknown gesture 'Sliding Two Fingers Right'"):
        read_vocabulary("directions", LABELS)
