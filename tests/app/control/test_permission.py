"""Programs of a key map start only after its file was allowed."""

import io

import pytest

from app.control import permission
from app.control.bindings import KeyMapError
from app.control.profile_file import read_key_map


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(permission, "user_folder", lambda _: tmp_path / "config")


def key_map(folder, argument="1"):
    (folder / "run.toml").write_text(f'gestures."Drum".run = ["true", "{argument}"]')
    return read_key_map(folder / "run.toml", ("Drum",))


def test_it_is_refused_then_allowed_once_then_remembered(tmp_path):
    with pytest.raises(KeyMapError, match=r"starts programs \(true\).*--allow-commands"):
        permission.require_permission([key_map(tmp_path)], allow=False)
    permission.require_permission([key_map(tmp_path)], allow=True)
    permission.require_permission([key_map(tmp_path)], allow=False)


def test_a_changed_file_is_asked_about_anew(tmp_path):
    permission.require_permission([key_map(tmp_path)], allow=True)
    with pytest.raises(KeyMapError):
        permission.require_permission([key_map(tmp_path, "2")], allow=False)


def test_a_key_map_without_programs_needs_none(tmp_path):
    (tmp_path / "keys.toml").write_text('gestures."Drum".key = "a"')
    permission.require_permission([read_key_map(tmp_path / "keys.toml", ("Drum",))], allow=False)
    assert not (tmp_path / "config").exists()


@pytest.mark.parametrize(("answer", "allowed"), [("y\n", True), ("\n", False), ("", False), ("no\n", False)])
def test_it_asks_on_a_terminal(tmp_path, monkeypatch, answer, allowed):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Terminal(answer))
    monkeypatch.setattr("sys.stderr", told := Terminal())
    if allowed:
        permission.require_permission([key_map(tmp_path)], allow=False)
    else:
        with pytest.raises(KeyMapError):
            permission.require_permission([key_map(tmp_path)], allow=False)
    assert "['true', '1']" in told.getvalue()


def test_a_list_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / "config" / permission.FILE_NAME).mkdir(parents=True)
    with pytest.raises(KeyMapError, match="cannot read"):
        permission.require_permission([key_map(tmp_path)], allow=True)
