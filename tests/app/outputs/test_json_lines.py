"""JSON lines in files, in pipes and on standard output, with readers of every kind."""

import json
import os
import subprocess
import sys
import threading

import pytest
from streams import fired, header, summary, until

from app.events import message
from app.outputs.json_lines import JsonLines
from app.outputs.line_writer import LineWriter
from app.outputs.open_file import OpenFile
from app.shutdown import shutdown_requested as requested
from common.errors import UserError

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes and locks")


def lines_of(path):
    return [json.loads(line)["type"] for line in path.read_text().splitlines()]


@pytest.fixture
def shutdown_requested():
    requested.set()
    yield
    requested.clear()


@pytest.fixture
def pipe():
    """A pipe: its reading end, and an `OpenFile` of its writing end."""
    reading, writing = os.pipe()
    yield reading, OpenFile(writing, "a pipe")
    os.close(reading)


def step(number=0):
    return message("step", frame=number, time_s=number / 12, probs=[0.1] * 27, step_ms=3.0)


def test_lines_are_written_immediately(tmp_path):
    log = JsonLines(str(tmp_path / "events.jsonl"))
    log.take(header())
    log.take(fired())
    assert until(lambda: len(lines_of(tmp_path / "events.jsonl")) == 2)
    assert lines_of(tmp_path / "events.jsonl") == ["header", "gesture"]
    log.close()


def test_standard_output_stays_open(capfd):
    log = JsonLines("-")
    log.take(fired())
    log.close()
    print("still there")
    written = capfd.readouterr().out.splitlines()
    assert json.loads(written[0])["label"] == "Swiping Left"
    assert written[1] == "still there"


def test_a_file_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(UserError, match="cannot write"):
        JsonLines(str(tmp_path / "no" / "such" / "folder.jsonl"))
    with pytest.raises(UserError, match="cannot write"):
        JsonLines(str(tmp_path))


def failure(log, takes):
    """The error that taking messages or closing raises."""
    try:
        for taken in takes:
            log.take(taken)
    except UserError:
        pass
    with pytest.raises(UserError) as raised:
        log.close()
    return str(raised.value)


@posix
def test_a_full_disk_is_one_line():
    assert "No space left" in failure(JsonLines("/dev/full"), [header(), fired(), summary()])


@posix
def test_a_disk_that_fills_up_keeps_complete_lines(tmp_path):
    """A file is limited to 10,000 bytes; no part of the line that exceeds it is written."""
    script = (
        "import resource, signal, sys; sys.path.insert(0, 'tests/helpers')\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "from streams import fired; from app.outputs.json_lines import JsonLines; from models.errors import UserError\n"
        "log = JsonLines(sys.argv[1])\n"
        "for _ in range(200): log.take(fired())\n"
        "try: log.close()\n"
        "except UserError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "log")], check=True, capture_output=True, text=True
    )
    assert "the earlier lines are complete" in done.stdout
    written = (tmp_path / "log").read_text()
    assert 9_000 < len(written) <= 10_000
    assert written.endswith("}\n")
    assert set(lines_of(tmp_path / "log")) == {"gesture"}


def test_a_log_grows(tmp_path):
    path = tmp_path / "log"
    path.write_text('{"type":"summary"}\n{"type":"cut off by a power cut')
    log = JsonLines(str(path))
    log.take(header())
    log.close()
    assert path.read_text().splitlines()[:2] == ['{"type":"summary"}', '{"type":"cut off by a power cut']
    assert json.loads(path.read_text().splitlines()[2])["type"] == "header"


@posix
def test_a_log_is_locked_by_one_run(tmp_path):
    first = JsonLines(str(tmp_path / "log"))
    first.take(header())
    with pytest.raises(UserError, match="another run writes to"):
        JsonLines(str(tmp_path / "log"))
    first.close()
    second = JsonLines(str(tmp_path / "log"))
    second.take(summary())
    second.close()
    assert lines_of(tmp_path / "log") == ["header", "summary"]


@posix
@pytest.mark.parametrize("blocking", [True, False])
def test_a_late_reader_gets_every_line_complete(pipe, blocking):
    reading, to = pipe
    os.set_blocking(to._descriptor, blocking)
    writer = LineWriter(to)
    sent = [f"{number} {'x' * (number % 9000)}\n".encode() for number in range(400)]
    for line in sent:
        writer.put(line)
    got = []
    reader = threading.Thread(target=lambda: got.extend(iter(lambda: os.read(reading, 1 << 16), b"")))
    reader.start()
    assert writer.close() == 0
    reader.join(10)
    assert b"".join(got) == b"".join(sent)


@posix
def test_without_a_reader_nothing_blocks_and_dropped_lines_are_counted(pipe, shutdown_requested):
    reading, to = pipe
    writer = LineWriter(to, max_bytes=500_000)
    line = b"x" * 999 + b"\n"
    for _ in range(2000):
        writer.put(line, droppable=True)
    assert 1400 <= writer.left_out <= 1501
    left_out = writer.left_out
    for _ in range(100):
        writer.put(line)  # events have a higher limit than steps
    assert writer.left_out == left_out
    unread = writer.close()
    os.set_blocking(reading, False)
    got = os.read(reading, 1 << 20)
    assert len(got) % len(line) == 0
    assert len(got) // len(line) + unread + left_out == 2100


@posix
def test_the_summary_has_the_number_of_dropped_steps(pipe, monkeypatch, caplog):
    reading, to = pipe
    monkeypatch.setattr("app.outputs.json_lines._destination", lambda _: to)
    log = JsonLines("-", steps=True)
    log._writer._max_bytes = 200_000
    for number in range(2000):
        log.take(step(number))
    log.take(fired())
    log.take(summary())
    got = []
    reader = threading.Thread(target=lambda: got.extend(iter(lambda: os.read(reading, 1 << 16), b"")))
    reader.start()
    log.close()
    reader.join(10)
    *steps, gesture, last = [json.loads(line) for line in b"".join(got).splitlines()]
    assert gesture["type"] == "gesture"
    assert len(steps) + last["left_out"] == 2000
    assert "read too slowly" in caplog.text
    assert f"read in time: {last['left_out']} " in caplog.text


@posix
def test_a_named_pipe_does_not_wait_and_continues_with_the_next_reader(tmp_path, caplog):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    log = JsonLines(str(path))
    log.take(header())
    with path.open("rb", buffering=0) as reader:
        assert json.loads(reader.read(100_000))["type"] == "header"
    log.take(fired(frame=1))
    assert until(lambda: "has no reader any more" in caplog.text)
    log.take(fired(frame=2))
    with path.open("rb") as reader:
        assert [json.loads(reader.readline())["type"] for _ in range(2)] == ["header", "gesture"]
        assert json.loads(reader.readline())["frame"] == 2
        log.close()
        assert reader.read() == b""


@posix
def test_a_named_pipe_without_a_reader_ends_and_logs_it(tmp_path, caplog):
    os.mkfifo(tmp_path / "pipe")
    log = JsonLines(str(tmp_path / "pipe"))
    log.take(header())
    log.close()
    assert "not read in time: 1 " in caplog.text


@posix
def test_a_rotated_log_starts_with_its_header(tmp_path):
    path = tmp_path / "log"
    log = JsonLines(str(path))
    log.take(header())
    assert until(lambda: lines_of(path) == ["header"])
    path.rename(tmp_path / "log.1")
    log.take(fired())
    log.close()
    assert lines_of(tmp_path / "log.1") == ["header"]
    assert lines_of(path) == ["header", "gesture"]
