"""The applicable key map."""

import re
from pathlib import Path

import pytest

from app.commands.list_bindings import gestures_of
from app.control.bindings import ActiveWindow, KeyMapError
from app.control.library import BUNDLED, Library
from models.engines import load_engine
from models.shipped import SHIPPED_MODEL

ROOT = Path(__file__).resolve().parents[3]
LABELS = ("Swiping Left", "Swiping Right")
EDITOR, BROWSER = ActiveWindow("gedit Gedit", "notes.txt"), ActiveWindow("Navigator firefox", "A page")


def write(folder, name, text):
    (folder / name).write_text(text)
    return str(folder / name)


def test_the_bundled_key_maps_fit_the_shipped_model():
    engine = load_engine(SHIPPED_MODEL)
    assert sorted(file.stem for file in BUNDLED.glob("*.toml")) == ["browser", "call", "media", "slides"]
    for file in BUNDLED.glob("*.toml"):
        library = Library([file.stem], engine.spec.labels)
        assert library.first.pauses
        assert library.first.path == file


def test_the_document_lists_the_bundled_key_maps():
    text = (ROOT / "docs" / "control.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", text, re.MULTILINE)
    labels = load_engine(SHIPPED_MODEL).spec.labels
    key_maps = {file.stem: Library([file.stem], labels).first for file in BUNDLED.glob("*.toml")}
    bound = {
        (name, gestures_of(binding), binding.does, binding.deed)
        for name, key_map in key_maps.items()
        for binding in key_map.bindings.values()
    }
    assert set(rows) == bound
    assert [row for row in rows if not row[2] and "pause" not in row[3]] == [], "every binding has a description"


def test_a_bundled_key_map_is_without_the_gestures_that_a_network_lacks(caplog):
    library = Library(["media"], ("No gesture", "thumb up", "Sliding Two Fingers Left", "wave off"))
    assert [(b.gesture, b.also, b.deed) for b in library.first.bindings.values()] == [
        ("Sliding Two Fingers Left", (), "press next_track"),
        ("thumb up", (), "press volume_up 4 times a second"),
    ]
    (line,) = caplog.messages
    assert line == (
        "key map 'media': without 'Pushing Hand Away', 'Swiping Right', 'Thumb Down', 'Shaking Hand', 'Stop Sign', "
        "which this network lacks"
    )


def test_a_bundled_key_map_without_any_gesture_of_the_network_is_refused():
    with pytest.raises(KeyMapError, match=r"'slides' has no gesture of this network; its labels are thumb, wave;"):
        Library(["slides"], ("thumb", "wave"))


def test_a_bundled_key_map_of_which_only_the_pause_is_left_is_refused():
    with pytest.raises(KeyMapError, match=r"no gesture of this network except 'Stop Sign', which pauses; its labels"):
        Library(["slides"], ("Stop Sign", "wave"))


def test_an_own_key_map_with_an_unknown_gesture_is_refused_also_where_it_switches_to_a_bundled_one(tmp_path, caplog):
    own = write(tmp_path, "own.toml", 'gestures."Thumb Up".key_map = "media"')
    assert [len(key_map.bindings) for key_map in Library([own], ("Thumb Up",)).key_maps] == [1, 1]
    assert "key map 'media': without" in caplog.text
    with pytest.raises(KeyMapError, match=r"own.toml:1: unknown gesture 'Thumb Up'; did you mean 'thumbs'\?"):
        Library([own], ("thumbs", "wave"))


def test_a_key_map_with_a_window_has_priority_in_its_window_only(tmp_path):
    plain = write(tmp_path, "plain.toml", 'gestures."Swiping Left".key = "a"')
    bound = write(tmp_path, "bound.toml", 'window.class = "FireFox"\ngestures."Swiping Left".key = "b"')
    titled = write(tmp_path, "titled.toml", 'window.class = "edit"\nwindow.title = "notes"')
    library = Library([plain, bound, titled], LABELS)
    names = [library.current(window).name for window in (None, EDITOR, BROWSER)]
    assert names == ["plain", "titled", "bound"]
    assert library.needs_windows


def test_a_key_map_with_a_window_does_not_apply_elsewhere(tmp_path):
    library = Library([write(tmp_path, "bound.toml", 'window.title = "page"')], LABELS)
    assert library.current(EDITOR) is None
    assert library.current(None) is None
    assert library.current(BROWSER).name == "bound"


def test_switching_to_a_key_map_in_the_same_folder_and_back(tmp_path):
    one = write(tmp_path, "one.toml", 'gestures."Swiping Left".key_map = "two.toml"')
    write(tmp_path, "two.toml", 'gestures."Swiping Left".key_map = "one.toml"')
    library = Library([one], LABELS)
    assert [key_map.name for key_map in library.key_maps] == ["one", "two"]
    for expected in ("two", "one"):
        key_map = library.current(None)
        assert library.switch(key_map.bindings["Swiping Left"], key_map).name == expected
        assert library.current(None).name == expected


def test_a_switch_to_an_unknown_key_map_is_reported_with_its_line(tmp_path):
    one = write(tmp_path, "one.toml", '\n[gestures."Swiping Left"]\nkey_map = "slids"')
    with pytest.raises(KeyMapError, match=r"one.toml:2: no key map 'slids'; .*did you mean 'slides'\?"):
        Library([one], LABELS)


def test_an_error_in_a_key_map_that_is_switched_to_is_reported(tmp_path):
    one = write(tmp_path, "one.toml", 'gestures."Swiping Left".key_map = "two.toml"')
    write(tmp_path, "two.toml", 'gestures."Swiping Left".kee = "a"')
    with pytest.raises(KeyMapError, match=r"two.toml:1: unknown key 'kee'"):
        Library([one], LABELS)
