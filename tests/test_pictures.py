"""The pictures of the gestures: every gesture has one, and the page shows it."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from models.spec import NO_GESTURE_LABELS
from training.jester import LABELS

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "gestures.md").read_text(encoding="utf-8")
GESTURES = [label for label in LABELS if label not in NO_GESTURE_LABELS]


@pytest.mark.parametrize("label", GESTURES)
def test_the_page_shows_each_gesture(label):
    (file,) = re.findall(rf"!\[{label}\]\((.+?)\)", PAGE)
    picture = ElementTree.parse(ROOT / "docs" / file).getroot()
    assert picture.findtext("{*}title") == label


def test_the_pictures_are_those_that_the_script_draws(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "scripts")
    import pictures_of_gestures

    monkeypatch.setattr("sys.argv", ["pictures_of_gestures.py", str(tmp_path)])
    pictures_of_gestures.main()
    folder = ROOT / "docs" / "gestures"
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in folder.iterdir()}
    for path in tmp_path.iterdir():
        drawn, kept = (numbers(file.read_text(encoding="utf-8")) for file in (path, folder / path.name))
        assert drawn == pytest.approx(kept, abs=0.3), path.name  # the last digit may differ between processors


def numbers(svg):
    return [float(number) for number in re.findall(r"-?\d+\.\d", svg)]
