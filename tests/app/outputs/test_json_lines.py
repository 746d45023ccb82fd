"""JSON lines in files and on standard output."""

import json

import pytest
from streams import fired, header

from app.outputs.json_lines import JsonLines
from models.errors import UserError


def test_lines_are_there_as_soon_as_they_happen(tmp_path):
    log = JsonLines(str(tmp_path / "events.jsonl"))
    log.take(header())
    log.take(fired())
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [line["type"] for line in lines] == ["header", "gesture"]
    log.close()


def test_standard_output_stays_open(capsys):
    log = JsonLines("-")
    log.take(fired())
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
        log.take(fired())
    log.close()
