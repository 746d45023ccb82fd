"""Groups of labels, and which are refused."""

import pytest

from models.errors import VocabularyError
from models.spec import Decoding, Rule
from models.vocabulary import Group, Vocabulary

LEFT = Group("left", ("Swiping Left", "Sliding Two Fingers Left"))


def test_each_label_by_itself_has_its_own_name():
    assert Vocabulary.each(("a", "b")) == Vocabulary((Group("a", ("a",)), Group("b", ("b",))))


def test_places_are_those_of_the_labels():
    labels = ("Sliding Two Fingers Left", "Stop Sign", "Swiping Left")
    assert [each.tolist() for each in Vocabulary((LEFT,)).places(labels)] == [[2, 0]]


def test_the_strictest_rule_of_its_labels_is_a_groups():
    decoding = Decoding(0.2, Rule(0.6, 0.3, 0.1, 0.5), {"Swiping Left": Rule(0.5, 0.2, 0.3, 0.4)})
    assert LEFT.rule(decoding) == Rule(0.6, 0.2, 0.3, 0.5)


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        (lambda: (Group("left", ()),), "group 'left' has no labels"),
        (lambda: (Group("", ("a",)),), "the group of a has no name"),
        (lambda: (Group("left", ("a", "a")),), "'a' is listed twice"),
        (lambda: (LEFT, Group("right", ("Swiping Left",))), "'Swiping Left' is listed twice"),
        (lambda: (LEFT, Group("left", ("b",))), "two groups are called 'left'"),
    ],
)
def test_what_makes_no_sense_is_refused(groups, said):
    with pytest.raises(VocabularyError, match=said):
        Vocabulary(groups())
