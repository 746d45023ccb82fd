"""Benchmarks as a shell runs them, without their packages."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["personal_gestures", "takes", "latency", "scaling"])
def test_without_torch_one_line_says_what_to_install(name):
    words = [sys.executable, "-S", "-m", f"benchmarks.{name}"]  # -S leaves out what is installed
    done = subprocess.run(words, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == f"{name}: torch is not installed; `pip install -r requirements-training.txt`\n"
