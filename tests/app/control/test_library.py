"""Which profile applies."""

from pathlib import Path

import pytest

from app.control.bindings import ActiveWindow, BindingsError
from app.control.library import BUNDLED, Library
from models.engines import load_engine

LABELS = ("Swiping Left", "Swiping Right")
EDITOR, BROWSER = ActiveWindow("gedit Gedit", "notes.txt"), ActiveWindow("Navigator firefox", "A page")


def write(folder, name, text):
    (folder / name).write_text(text)
    return str(folder / name)


def test_the_profiles_in_the_box_fit_the_model_in_the_box():
    # Not by `import main`, which is a program: it takes Ctrl-C from whoever imports it.
    engine = load_engine(Path(__file__).resolve().parents[3] / "models" / "weights" / "mstnet_small.onnx")
    assert sorted(file.stem for file in BUNDLED.glob("*.toml")) == ["browser", "call", "media", "slides"]
    for file in BUNDLED.glob("*.toml"):
        library = Library([file.stem], engine.spec.labels)
        assert library.first.pauses
        assert library.first.path == file


def test_a_bound_profile_comes_first_and_only_in_its_window(tmp_path):
    plain = write(tmp_path, "plain.toml", 'gestures."Swiping Left".key = "a"')
    bound = write(tmp_path, "bound.toml", 'window.class = "FireFox"\ngestures."Swiping Left".key = "b"')
    titled = write(tmp_path, "titled.toml", 'window.class = "edit"\nwindow.title = "notes"')
    library = Library([plain, bound, titled], LABELS)
    names = [library.current(window).name for window in (None, EDITOR, BROWSER)]
    assert names == ["plain", "titled", "bound"]
    assert library.asks_for_windows


def test_a_bound_profile_alone_does_nothing_elsewhere(tmp_path):
    library = Library([write(tmp_path, "bound.toml", 'window.title = "page"')], LABELS)
    assert library.current(EDITOR) is None
    assert library.current(None) is None
    assert library.current(BROWSER).name == "bound"


def test_switching_goes_to_a_profile_beside_and_back(tmp_path):
    one = write(tmp_path, "one.toml", 'gestures."Swiping Left".profile = "two.toml"')
    write(tmp_path, "two.toml", 'gestures."Swiping Left".profile = "one.toml"')
    library = Library([one], LABELS)
    assert [profile.name for profile in library.profiles] == ["one", "two"]
    for expected in ("two", "one"):
        profile = library.current(None)
        assert library.switch(profile.bindings["Swiping Left"], profile).name == expected
        assert library.current(None).name == expected


def test_a_switch_to_nowhere_is_told_with_its_line(tmp_path):
    one = write(tmp_path, "one.toml", '\n[gestures."Swiping Left"]\nprofile = "slids"')
    with pytest.raises(BindingsError, match=r"one.toml:2: no profile 'slids'; .*did you mean 'slides'\?"):
        Library([one], LABELS)


def test_a_mistake_in_a_profile_that_is_led_to_is_told(tmp_path):
    one = write(tmp_path, "one.toml", 'gestures."Swiping Left".profile = "two.toml"')
    write(tmp_path, "two.toml", 'gestures."Swiping Left".kee = "a"')
    with pytest.raises(BindingsError, match=r"two.toml:1: unknown key 'kee'"):
        Library([one], LABELS)
