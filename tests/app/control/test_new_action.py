"""A new action needs a class and an entry in `ACTIONS`, as CONTRIBUTING.md describes."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from recording_backend import RecordingBackend

from app.control.actions import ACTIONS, Performed
from app.control.bindings import KeyMapError
from app.control.key_map_file import read_key_map
from app.control.limiter import Limiter
from app.control.player import Player
from app.control.pressed_keys import PressedKeys


@dataclass(frozen=True, slots=True)
class Note(Performed):
    """A text that is appended to a file."""

    file: Path

    def __str__(self) -> str:
        return f"write to {self.file}"

    def perform(self, pressed: PressedKeys) -> None:
        with self.file.open("a") as out:
            out.write("noted\n")


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.setitem(ACTIONS, "note", lambda table: Note(Path(table.word("note"))))
    return tmp_path / "notes.txt"


def perform(notes, key_map="", pretend=False):
    path = notes.with_name("mine.toml")
    path.write_text(f"gestures.\"Drum\" = {{ note = '{notes}' {key_map} }}")
    binding = read_key_map(path, ("Drum",)).bindings["Drum"]
    messages = []
    player = Player(PressedKeys(RecordingBackend()), Limiter(30), messages.append, pretend=pretend)
    player.begin(binding)
    return messages


def test_it_is_read_listed_and_performed(notes):
    assert perform(notes) == [f"Drum: write to {notes}"]
    assert notes.read_text() == "noted\n"


def test_a_dry_run_does_not_perform_it(notes):
    assert perform(notes, pretend=True) == [f"Drum: write to {notes}"]
    assert not notes.exists()


def test_it_cannot_be_held(notes):
    with pytest.raises(KeyMapError, match="only a key or a click can be held"):
        perform(notes, ', mode = "hold"')
