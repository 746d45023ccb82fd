"""Programs of a key map start only after its file is allowed."""

import io

import pytest

from app.control import permission
from app.control.bindings import KeyMapError
from app.control.key_map_file import read_key_map


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(permission, "user_folder", lambda _: tmp_path / "config")


def key_map(folder, argument="1"):
    (folder / "run.toml").write_text(f'gestures."Drum".run = ["true", "{argument}"]')
    return read_key_map(folder / "run.toml", ("Drum",))


def test_it_is_refused_then_allowed_and_saved(tmp_path):
    with pytest.raises(KeyMapError, match=r"starts programs \(true\).*--allow-commands"):
        permission.require_permission([key_map(tmp_path)], allow=False)
    permission.require_permission([key_map(tmp_path)], allow=True)
    permission.require_permission([key_map(tmp_path)], allow=False)


def test_a_changed_file_needs_permission_again(tmp_path):
    permission.require_permission([key_map(tmp_path)], allow=True)
    with pytest.raises(KeyMapError):
        permission.require_permission([key_map(tmp_path, "2")], allow=False)


def test_a_key_map_without_programs_needs_no_permission(tmp_path):
    (tmp_path / "keys.toml").write_text('gestures."Drum".key = "a"')
    permission.require_permission([read_key_map(tmp_path / "keys.toml", ("Drum",))], allow=False)
    assert not (tmp_path / "config").exists()


@pytest.mark.parametrize(("reply", "allowed"), [("y\n", True), ("\n", False), ("", False), ("no\n", False)])
def test_it_asks_on_a_terminal(tmp_path, monkeypatch, reply, allowed):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Terminal(reply))
    monkeypatch.setattr("sys.stderr", shown := Terminal())
    if allowed:
        permission.require_permission([key_map(tmp_path)], allow=False)
    else:
        with pytest.raises(KeyMapError):
            permission.require_permission([key_map(tmp_path)], allow=False)
    assert "['true', '1']" in shown.getvalue()


def test_an_unreadable_list_is_reported(tmp_path):
    (tmp_path / "config" / permission.FILE_NAME).mkdir(parents=True)
    with pytest.raises(KeyMapError, match="cannot read"):
        permission.require_permission([key_map(tmp_path)], allow=True)
