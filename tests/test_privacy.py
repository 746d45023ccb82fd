"""Nothing is sent or stored without an option that asks for it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from streams import until

ROOT = Path(__file__).resolve().parent.parent
STRACE, UNSHARE = shutil.which("strace"), shutil.which("unshare")
INTERNET = re.compile(r"(connect|sendto|sendmsg|sendmmsg)\(.*AF_INET")

RUNS = {
    "a video without a window": ["main.py", "--demo", "--headless", "--max-frames", "50"],
    "the doctor": ["main.py", "--doctor"],
    "a calibration command": ["-m", "calibration.quantize", "--help"],
    "a training command": ["-m", "training.experiments.distance", "--help"],
    "a benchmark": ["-m", "benchmarks.clips", "--help"],
    "another program": ["-c", "import models.engines; import onnxruntime; import time; time.sleep(1)"],
    "a subprocess of a program": [
        "-c",
        "import subprocess, sys, models; "
        "subprocess.run([sys.executable, '-c', 'import onnxruntime, time; time.sleep(1)'], check=True)",
    ],
}


def works(*command):
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def watched():
    """The words before a command that has no network and whose system calls are recorded."""
    if not (STRACE and works(STRACE, "-f", "--seccomp-bpf", "-o", os.devnull, "true")):
        pytest.skip("needs strace (Debian), and a system that lets it watch")
    if not (UNSHARE and works(UNSHARE, "--net", "true")):
        pytest.skip("needs the right to be without a network (root)")
    # The kernel stops the program for these calls only, not for every call.
    return [UNSHARE, "--net", STRACE, "-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o"]


def left_by(home):
    return [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize("run", RUNS)
def test_a_run_writes_nothing_at_home_and_looks_nothing_up(run, watched, tmp_path):
    home, calls = tmp_path / "home", tmp_path / "calls"
    home.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [*watched, str(calls), sys.executable, *RUNS[run]]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, env=environment, timeout=200)
    assert done.returncode == 0, done.stderr
    assert left_by(home) == []
    assert INTERNET.findall(calls.read_text()) == []


def test_the_window_writes_nothing_at_home_until_it_is_closed(watched, tmp_path):
    pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)
    home, calls, events = tmp_path / "home", tmp_path / "calls", tmp_path / "events.jsonl"
    home.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    arguments = ["main.py", "--demo", "--max-frames", "30", "--events", str(events)]
    # strace would keep the signal for itself, so Python starts it and is found by name.
    starter = f"import os; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); import runpy, sys; "
    starter += f"sys.argv = {arguments!r}; runpy.run_path('main.py', run_name='__main__')"
    command = [*watched, str(calls), sys.executable, "-c", starter]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as process:
        until(lambda: events.exists() and '"summary"' in events.read_text(), 100)
        before = left_by(home)
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert before == []
    assert [path for path in left_by(home) if "mstnet-live" not in path and "fontconfig" not in path] == []
    assert INTERNET.findall(calls.read_text()) == []


@pytest.mark.parametrize(("given", "expected"), [({}, "1"), ({"ORT_DISABLE_TELEMETRY": "0"}, "0")])
def test_who_sets_the_variable_has_decided(given, expected):
    script = "import models, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"} | given
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, cwd=ROOT, capture_output=True, text=True, env=environment
    )
    assert done.stdout.strip() == expected
