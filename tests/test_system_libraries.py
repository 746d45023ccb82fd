"""What `make` installs on a fresh Debian or Ubuntu, whose package manager may be busy with itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "system-libraries"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="does nothing elsewhere")

APT_GET = """#!/bin/sh
echo "$@" >> "$0.calls"
case "$*" in
*install*)
    if [ "$(grep -c install "$0.calls")" -le "${DOWNLOADING:-0}" ]; then
        echo "E: Could not get lock /var/cache/apt/archives/lock. It is held by process 1 (apt-get)" >&2
        exit 100
    fi
    [ -n "$DOWNLOADING" ] || [ -e "$0.updated" ] || exit 100 ;;
*update*)
    tries=$(grep -c update "$0.calls")
    if [ "$tries" -le "$BUSY" ]; then
        echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1 (apt-get)" >&2
        exit 100
    fi
    [ -z "$BROKEN" ] || { echo "E: The repository has no Release file" >&2; exit 100; }
    touch "$0.updated" ;;
esac
"""


@pytest.fixture
def run(tmp_path):
    """Run the script on a machine without libraries whose package lists are locked for the given number of tries."""
    for name, text in {
        "apt-get": APT_GET,
        "ldconfig": "#!/bin/sh\n",
        "id": "#!/bin/sh\necho 0\n",
        "sleep": "#!/bin/sh\n",
    }.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)

    def start(busy, **settings):
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "BUSY": str(busy), **settings}
        done = subprocess.run([SCRIPT, "window"], check=False, capture_output=True, text=True, env=environment)
        calls = (tmp_path / "apt-get.calls").read_text().splitlines()
        return done, calls

    return start


def test_a_package_manager_that_is_busy_is_waited_for(run):
    done, calls = run(busy=3)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Another package manager is busy; waiting for it") == 3
    assert "install" in calls[0]
    assert "install" in calls[-1]
    assert sum("update" in call for call in calls) == 4
    assert all("DPkg::Lock::Timeout=" in call for call in calls)


def test_one_that_downloads_is_waited_for(run):
    done, calls = run(busy=0, DOWNLOADING="2")
    assert done.returncode == 0, done.stderr
    assert len(calls) == 3
    assert all("install" in call for call in calls)
    assert done.stderr.count("waiting for it") == 2


def test_one_that_stays_busy_is_given_up(run):
    done, _ = run(busy=1000, APT_TIMEOUT_S="20")
    assert done.returncode != 0
    assert "install these yourself: libgl1" in done.stderr


def test_apt_get_never_waits_for_a_negative_time(run):
    done, calls = run(busy=0, APT_TIMEOUT_S="3")  # less than one failed try takes off
    assert done.returncode == 0, done.stderr
    assert len(calls) == 3
    assert not any("Timeout=-" in call for call in calls)


def test_another_trouble_is_reported_and_not_waited_for(run):
    done, calls = run(busy=0, BROKEN="1")
    assert done.returncode != 0
    assert sum("update" in call for call in calls) == 1
    assert "has no Release file" in done.stderr
