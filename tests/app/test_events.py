"""JSON lines: what programs read."""

import json

import numpy as np
import pytest
from fakes import LABELS, ScriptedEngine

from app.events import JsonLines
from app.meters import Percentiles
from models.decoder import GestureEvent
from models.errors import UserError
from models.frame import Frame
from models.recognizer import Recognition, Step

PROBABILITIES = np.full(len(LABELS), 0.2, np.float32)
FRAME = Frame(np.zeros((2, 2, 3), np.uint8), 1.8333333, 55)
EVENT = GestureEvent("Swiping Left", 0.93123456, 1.25, 1.8333333)


def recognition(steps=1, event=None):
    taken = tuple(Step(FRAME.time_s, PROBABILITIES) for _ in range(steps))
    return Recognition(FRAME, taken, PROBABILITIES, PROBABILITIES, event)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_whole_stream(tmp_path):
    log = JsonLines(str(tmp_path / "events.jsonl"))
    engine = ScriptedEngine()
    log.header(engine.spec, engine.name)
    log.see(recognition(), 3.1)
    log.see(recognition(event=EVENT), 3.1)
    log.summary(986, 394, 2, Percentiles(3.0, 3.4, 4.1))
    log.close()
    header, gesture, summary = lines(tmp_path / "events.jsonl")
    assert header == {
        "v": 1,
        "type": "header",
        "labels": list(LABELS),
        "model": "scripted",
        "engine": "scripted:none",
        "rate_hz": 12.0,
    }
    assert gesture == {
        "v": 1,
        "type": "gesture",
        "label": "Swiping Left",
        "score": 0.9312,
        "began_s": 1.25,
        "fired_s": 1.833,
        "frame": 55,
    }
    assert summary == {
        "v": 1,
        "type": "summary",
        "frames": 986,
        "steps": 394,
        "dropped": 2,
        "step_ms": {"p50": 3.0, "p95": 3.4, "p99": 4.1},
    }


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_a_trace_has_every_step(tmp_path, steps):
    log = JsonLines(str(tmp_path / "trace.jsonl"), steps=True)
    log.see(recognition(steps, EVENT), 3.1416)
    log.close()
    *taken, gesture = lines(tmp_path / "trace.jsonl")
    assert len(taken) == steps
    assert all(
        line
        == {
            "v": 1,
            "type": "step",
            "frame": 55,
            "time_s": 1.833,
            "probs": [0.2] * 5,
            "step_ms": 3.142,
        }
        for line in taken
    )
    assert gesture["type"] == "gesture"


def test_lines_are_there_as_soon_as_they_happen(tmp_path):
    log = JsonLines(str(tmp_path / "events.jsonl"))
    log.see(recognition(event=EVENT), 3.1)
    assert len(lines(tmp_path / "events.jsonl")) == 1
    log.close()


def test_standard_output_stays_open(capsys):
    log = JsonLines("-")
    log.see(recognition(event=EVENT), 3.1)
    log.close()
    print("still there")
    written = capsys.readouterr().out.splitlines()
    assert json.loads(written[0])["label"] == "Swiping Left"
    assert written[1] == "still there"


def test_a_file_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(UserError, match="cannot write"):
        JsonLines(str(tmp_path / "no" / "such" / "folder.jsonl"))
    with pytest.raises(UserError, match="cannot write"):
        JsonLines(str(tmp_path))


def test_a_full_disk_is_one_line():
    log = JsonLines("/dev/full")
    with pytest.raises(UserError, match="No space left"):
        log.see(recognition(event=EVENT), 3.1)
    log.close()


def test_arming_is_written_after_the_header_and_whenever_it_changes(tmp_path):
    log = JsonLines(str(tmp_path / "events.jsonl"))
    engine = ScriptedEngine()
    log.arm(False)
    log.header(engine.spec, engine.name)
    log.arm(True)
    log.close()
    header, *arming = lines(tmp_path / "events.jsonl")
    assert header["type"] == "header"
    assert arming == [{"v": 1, "type": "control", "armed": False}, {"v": 1, "type": "control", "armed": True}]


def test_arming_on_a_full_disk_is_left_to_the_line_that_follows():
    log = JsonLines("/dev/full")
    log._begun = True
    log.arm(True)
    with pytest.raises(UserError, match="cannot write"):
        log.see(recognition(event=EVENT), 3.1)
    log.close()
