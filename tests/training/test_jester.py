from pathlib import Path

import pytest

from training.jester import LABELS, mirrored, reversed_in_time


def test_the_labels_are_jesters(shared: Path) -> None:
    listed = (shared / "data" / "jester_labels" / "jester-v1-labels.csv").read_text().split("\n")
    assert sorted(label for label in listed if label) == list(LABELS)


@pytest.mark.parametrize("change", [mirrored, reversed_in_time])
@pytest.mark.parametrize("label", LABELS)
def test_twice_is_the_label_again(change, label: str) -> None:
    assert change(label) in LABELS
    assert change(change(label)) == label


@pytest.mark.parametrize(
    ("label", "other_side", "backwards"),
    [
        ("Swiping Left", "Swiping Right", "Swiping Right"),
        ("Sliding Two Fingers Up", "Sliding Two Fingers Up", "Sliding Two Fingers Down"),
        ("Turning Hand Clockwise", "Turning Hand Counterclockwise", "Turning Hand Counterclockwise"),
        ("Pulling Hand In", "Pulling Hand In", "Pushing Hand Away"),
        ("Thumb Up", "Thumb Up", "Thumb Up"),
    ],
)
def test_mirrored_and_reversed_labels(label: str, other_side: str, backwards: str) -> None:
    assert mirrored(label) == other_side
    assert reversed_in_time(label) == backwards
