"""The systemd unit."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
UNIT = ROOT / "deploy" / "mstnet.service"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_takes_the_unit(tmp_path):
    unit = tmp_path / UNIT.name
    text = UNIT.read_text()
    assert "/opt/mstnet-live/.venv/bin/python main.py" in text
    unit.write_text(text.replace("/opt/mstnet-live/.venv/bin/python", sys.executable))  # verify wants it to be there
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, UNIT.name in done.stderr) == (0, False), done.stderr


def test_the_unit_says_what_main_understands():
    from app.command_line import make_parser

    (line,) = [line for line in UNIT.read_text().splitlines() if line.startswith("ExecStart=")]
    given = make_parser().parse_args(line.split()[2:])
    assert (given.camera, given.headless) == (["0"], True)
