"""The places that CONTRIBUTING.md names for changes exist, and the options and commands change what a run decides."""

import ast
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.command_line import make_parser, parse
from app.outputs.kinds import KINDS
from calibration.__main__ import main as calibrate
from calibration.__main__ import parser as calibration_parser
from calibration.described_file import DescribedFile
from models.decoder import Decoder
from models.shipped import SHIPPED_MODEL
from models.softmax import softmax

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)[1:]


def names_in(path):
    """The names that a module gives, and those of its classes' members behind the class's name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        yield from names_of(node)
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}.{name}" for member in node.body for name in names_of(member))


def names_of(node):
    """The names that one statement gives."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [name.id for target in targets if target for name in ast.walk(target) if isinstance(name, ast.Name)]


def test_ten_changes_are_reported():
    assert len(ROWS) == 10
    assert all("`" in where for _, where, _ in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_place_exists(row):
    places = re.findall(r"`([\w/.]+\.\w+)(?::([\w.]+))?`", " ".join(row[1:]))
    assert places
    for path, name in places:
        assert (ROOT / path).is_file(), path
        assert not name or name in set(names_in(ROOT / path)), (path, name)


def test_every_command_of_the_table_exists():
    commands = re.findall(r"`python -m calibration (\w+)`", TEXT)
    known = re.findall(r"^ +(\w+)", calibration_parser().format_help(), re.MULTILINE)
    assert commands
    assert set(commands) <= set(known)


def test_every_option_of_the_table_exists():
    known = set(make_parser()._option_string_actions)
    assert {option for row in ROWS for option in re.findall(r"`(--[\w-]+)`", " ".join(row))} <= known


def test_every_output_has_a_row_in_its_document():
    text = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    rows = "\n".join(re.findall(r"^\| `--.*$", text, re.MULTILINE))
    asked = [kind.options[0] for kind in KINDS]
    assert [option for option in asked if f"--{option}" not in rows] == []


TUNING = {"a pause between events": ("--rest", 10.0), "the temperature": ("--temperature", 30.0)}
"""Rows about values of a model file, the option that each names, and a value with which fewer gestures fire."""


def fired(spec):
    """Number of events that a model's description decides on for two gestures, each between two rests of 2 s."""
    decoder, count = Decoder(spec.labels, spec.decoding), 0
    shown = ("No gesture", "Swiping Left", "No gesture", "Swiping Right", "No gesture")
    for k, label in enumerate(label for label in shown for _ in range(24)):
        logits = np.where(np.array(spec.labels) == label, 8.0, 0.0).astype(np.float32)
        count += decoder.update(softmax(logits, spec.temperature), k / spec.rate_hz) is not None
    return count


@pytest.mark.parametrize("change", TUNING)
def test_what_a_row_about_a_model_file_names_has_an_effect(change, tmp_path):
    (row,) = (row for row in ROWS if row[0] == change)
    option, value = TUNING[change]
    assert f"`{option}`" in row[1]
    assert "`python -m calibration thresholds`" in row[1]
    spec = DescribedFile(SHIPPED_MODEL).spec
    assert fired(spec) == 2
    asked = parse([option, str(value)]).model.decoding
    run = replace(spec, temperature=asked.temperature or spec.temperature, decoding=asked.of(spec.decoding))
    assert fired(run) < 2
    model = Path(shutil.copy(SHIPPED_MODEL, tmp_path / "model.onnx"))
    assert calibrate(["thresholds", str(model), option, str(value)]) == 0
    assert fired(DescribedFile(model).spec) == fired(run)


def test_training_takes_both_values_from_the_grid_that_the_rows_name():
    search = pytest.importorskip("training.decoding_search")
    spec = DescribedFile(SHIPPED_MODEL).spec
    rule = replace(spec.decoding.rule, rest_s=77.0)
    other = replace(spec, temperature=77.0, decoding=replace(spec.decoding, rule=rule))
    chosen, _ = search.choose([], [], other)
    assert chosen in list(search.candidates(spec))
