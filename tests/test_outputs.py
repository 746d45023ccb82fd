"""The program with its outputs, as a user starts it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import forked
import pytest
from streams import until
from websockets.sync.client import connect

ROOT = Path(__file__).resolve().parent.parent
DEMO = ("--demo", "--headless")


def command(*arguments):
    return [sys.executable, "-W", "error", str(ROOT / "main.py"), *map(str, arguments)]


def main(*arguments, **environment):
    done = forked.run("main", *arguments, env=os.environ | environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def refused(*arguments, **environment):
    status, lines, errors = main(*DEMO, *arguments, **environment)
    assert (status, lines) == (2, [])
    return errors


@pytest.fixture
def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def without_timings(message):
    return {key: value for key, value in message.items() if key != "step_ms"}


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_every_output_says_the_same(small_model):
    arguments = ("--demo", "--realtime", "--headless", "--websocket", "0", "--trace", "-")
    with subprocess.Popen(
        command(*arguments, "--model", small_model), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        url = re.search(r"ws://\S+", process.stderr.readline())[0]
        with connect(url + "events?steps", proxy=None) as client:
            heard = [json.loads(client.recv(30)) for _ in range(8)]
            process.send_signal(signal.SIGTERM)
            heard += [json.loads(line) for line in client]
        printed = [json.loads(line) for line in process.stdout.read().splitlines()]
        assert process.wait(20) == 0
    # A client that connects late misses the first steps, but nothing in between.
    assert heard[0] == printed[0]
    assert heard[-1] == printed[-1]
    assert heard[1:] == printed[-len(heard) + 1 :]


def test_a_broker_that_is_down_changes_no_event_and_ends_with_status_2(small_model, free_port):
    arguments = (
        *DEMO,
        "--main-pass-only",
        "--model",
        small_model,
        "--max-frames",
        "60",
        "--mqtt",
        f"127.0.0.1:{free_port}",
    )
    status, lines, errors = main(*arguments)
    alone_status, alone, _ = main(*arguments[:-2])
    assert (status, alone_status) == (2, 0)
    assert [without_timings(line) for line in lines] == [without_timings(line) for line in alone]
    unreachable, undelivered = errors.splitlines()
    assert "is unreachable" in unreachable
    assert "no message reached the MQTT broker" in undelivered
    assert "refused" in undelivered


def test_ctrl_c_still_says_what_was_not_delivered(small_model, free_port):
    arguments = (*DEMO, "--realtime", "--model", small_model, "--mqtt", f"127.0.0.1:{free_port}")
    with subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "no message reached the MQTT broker" in errors.splitlines()[-1]


def test_a_camera_that_fails_is_reported_not_the_receiver_that_got_nothing(small_model, free_port):
    arguments = ("--camera", "none.mp4", "--headless", "--model", small_model, "--obs", free_port)
    status, _, errors = main(*arguments, "--obs-scene", "Thumb Up=Desk")
    assert status == 2
    assert "none.mp4" in errors.splitlines()[-1]


def test_obs_that_is_never_there_ends_with_status_2(small_model, free_port):
    arguments = (*DEMO, "--model", small_model, "--max-frames", "3", "--obs", free_port)
    status, _, errors = main(*arguments, "--obs-scene", "Thumb Up=Desk")
    assert status == 2
    assert "was never reached" in errors.splitlines()[-1]


@pytest.mark.skipif(not shutil.which("mosquitto_sub"), reason="needs mosquitto-clients (Debian)")
def test_a_signal_says_goodbye_everywhere(small_model, free_port, tmp_path):
    broker = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    (tmp_path / "conf").write_text(f"listener {free_port} 127.0.0.1\nallow_anonymous true\n")
    with subprocess.Popen([broker, "-c", tmp_path / "conf"], stderr=subprocess.DEVNULL) as mosquitto:
        try:
            until(lambda: listens(free_port))
            outputs = ("--serve", "0", "--mqtt", f"127.0.0.1:{free_port}/x")
            arguments = (*DEMO, "--realtime", "--model", small_model, *outputs)
            with subprocess.Popen(
                command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            ) as process:
                assert kept(free_port, "x/header").startswith('{"v":1')
                assert kept(free_port, "x/status") == "online"
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=30)
            assert process.returncode == 0
            assert kept(free_port, "x/status") == "offline"
        finally:
            mosquitto.terminate()


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def kept(port, topic):
    """What the broker keeps under a topic, or the first that comes there."""
    asked = ["mosquitto_sub", "-p", str(port), "-t", topic, "-C", "1", "-W", "60"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def test_a_port_that_is_taken_is_reported():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        line = refused("--serve", taken.getsockname()[1])
    assert "cannot listen on 127.0.0.1" in line
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    ("module", "arguments"),
    [("aiohttp", ["--serve", "0"]), ("aiohttp", ["--websocket", "0"]), ("paho", ["--mqtt", "127.0.0.1"]),
     ("websockets", ["--obs", "4455", "--obs-scene", "Thumb Up=Desk"])],
)  # fmt: skip
def test_a_missing_package_is_reported(module, arguments):
    script = (
        f"import sys; sys.modules['{module}'] = None\n"
        f"import main; sys.exit(main.main(['--demo', '--headless', *{arguments}]))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "pip install -r requirements-outputs.txt" in done.stderr


def test_without_the_packages_everything_else_works():
    script = (
        "import sys\nfor name in ('aiohttp', 'paho', 'websockets'): sys.modules[name] = None\n"
        "import main; sys.exit(main.main(['--demo', '--headless', '--max-frames', '5', '--osc', '9']))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--obs", "4455", "--obs-scene", "Thumbs Up=Desk"), "'Thumb Up'"),
        (("--obs", "4455"), "--obs-scene"),
        (("--obs-scene", "Thumb Up=Desk"), "--obs"),
        (("--serve", "0", "--token-file", "nothere"), "nothere"),
        (("--osc", "nowhere.invalid:9"), "nowhere.invalid"),
        (("--serve", "nowhere.invalid:9"), "nowhere.invalid"),
    ],
)
def test_what_cannot_be_used_is_one_line(arguments, message):
    line = refused(*arguments)
    assert message in line
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    "wrong",
    [("--serve", "web"), ("--websocket", "1:2:3"), ("--mqtt", "http://h"), ("--mqtt", "h/#"), ("--osc", "h"),
     ("--obs-scene", "Thumb Up"), ("--allow-origin", "null"), ("--allow-origin", "http://h/path")],
)  # fmt: skip
def test_wrong_options_are_reported(wrong):
    assert f"argument {wrong[0]}: " in refused(*wrong)
