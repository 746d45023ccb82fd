"""The folders of a user, who may have no home."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from common.errors import UserError
from common.user_folders import user_folder

ROOT = Path(__file__).resolve().parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")


@pytest.fixture
def homeless(monkeypatch):
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 12345)


@linux
@pytest.mark.parametrize(("kind", "folder"), [("config", ".config"), ("data", ".local/share"), ("cache", ".cache")])
def test_each_kind_has_its_folder(kind, folder, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "MSTNET_X"):
        monkeypatch.delenv(name, raising=False)
    assert user_folder(kind, "MSTNET_X") == tmp_path / folder / "mstnet-live"
    monkeypatch.setenv("MSTNET_X", "/elsewhere")
    assert user_folder(kind, "MSTNET_X") == Path("/elsewhere")


@linux
@pytest.mark.usefixtures("homeless")
def test_without_a_home_the_message_states_what_to_set():
    with pytest.raises(UserError, match=r"no home folder.*set HOME or MSTNET_DATA"):
        user_folder("data", "MSTNET_DATA")


@linux
@pytest.mark.parametrize("home", ["", "here"])
def test_a_home_that_is_no_path_is_none(home, homeless, monkeypatch):
    monkeypatch.setenv("HOME", home)
    with pytest.raises(UserError, match="no home folder"):
        user_folder("data")


NO_HOME = "import os, sys, runpy; os.getuid = lambda: 12345; sys.argv = sys.argv[1:]; "
RUN_MAIN, RUN_CALIBRATION = (
    NO_HOME + "runpy.run_path('main.py', run_name='__main__')",
    NO_HOME + "sys.argv[0] = 'x'; runpy.run_module('calibration', run_name='__main__')",
)
FILM = str(ROOT / "app" / "demo" / "demo.mp4")


@linux
@pytest.mark.parametrize(
    ("script", "arguments", "status"),
    [
        (RUN_MAIN, ["main.py", "--demo", "--headless", "--max-frames", "5"], 0),
        (RUN_MAIN, ["main.py", "--demo", "--headless", "--profile", "me"], 2),
        (RUN_MAIN, ["main.py", "--camera", FILM, "--record", "me", "--gesture", "X", "--takes", "1", "--headless"], 2),
        (RUN_CALIBRATION, ["calibration", "gestures", "list"], 2),
        (RUN_CALIBRATION, ["calibration", "fit"], 2),
    ],
)
def test_every_command_works_without_a_home_or_says_so_in_one_line(script, arguments, status):
    environment = {"PATH": os.environ["PATH"]} | {k: v for k, v in os.environ.items() if k == "PYTHONPATH"}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == (0 if status == 0 else 1)
    assert status == 0 or "no home folder" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be deleted there")
def test_a_working_folder_that_is_gone_is_no_matter(tmp_path):
    gone = tmp_path / "gone"
    script = f'mkdir {gone} && cd {gone} && rmdir {gone} && exec "$@"'
    arguments = ["--demo", "--headless", "--max-frames", "5", "--control", "slides", "--dry-run"]
    command = ["sh", "-c", script, "sh", sys.executable, str(ROOT / "main.py"), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
