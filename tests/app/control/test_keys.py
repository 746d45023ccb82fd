"""Names of keys and chords."""

import pytest

from app.control.keys import key_of, parse_chord, written
from common.nearest import nearest


@pytest.mark.parametrize(
    ("text", "chord"),
    [
        ("right", ("right",)),
        ("ctrl+shift+t", ("ctrl", "shift", "t")),
        ("Ctrl + S", ("ctrl", "s")),
        ("A", ("A",)),
        ("ctrl++", ("ctrl", "+")),
        ("ctrl+plus", ("ctrl", "+")),
        ("+", ("+",)),
        ("cmd+return", ("super", "enter")),
        ("Page-Up", ("page_up",)),
        ("é", ("é",)),
    ],
)
def test_chords(text, chord):
    assert parse_chord(text) == chord


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rihgt", "unknown key 'rihgt'; did you mean 'right'?"),
        ("ctrl+pageup2", "did you mean 'page_up'?"),
        ("", "unknown key ''"),
        ("ctrl+", "unknown key ''"),
        ("ctrl+ctrl+a", "two times"),
        ("control+ctrl", "two times"),
    ],
)
def test_invalid_chords(text, message):
    with pytest.raises(ValueError, match="key") as caught:
        parse_chord(text)
    assert message in str(caught.value)


def test_the_key_of_a_character():
    assert [key_of(each) for each in "a \n\té"] == ["a", "space", "enter", "tab", "é"]


def test_nearest():
    assert nearest("swiping lft", ("Swiping Left", "Thumb Up")) == "; did you mean 'Swiping Left'?"
    assert nearest("xyz", ("once", "hold")) == "; known are once, hold"


def test_a_chord_is_written_as_on_the_keys():
    assert [written(parse_chord(text)) for text in ("pause", "ctrl+shift+f9", "alt+page-up")] == [
        "Pause",
        "Ctrl+Shift+F9",
        "Alt+Page Up",
    ]
