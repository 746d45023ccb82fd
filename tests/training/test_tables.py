"""The complexity table against the paper's, and the counter against sums by hand."""

import json

import pytest
from networks import small_net

from training.complexity import count
from training.paper import ROWS
from training.tables import counted, main

PAPER_TSN = 33.0
IN_PAPER = [row for row in ROWS if row.paper_gflops and row.frames == 8 and row.row != "conv1d"]


@pytest.mark.parametrize("row", IN_PAPER, ids=lambda row: row.row)
def test_each_row_of_the_paper(row):
    (ours,) = counted((row,))
    assert ours["gflops"] == pytest.approx(row.paper_gflops, rel=0.01)
    assert ours["over_tsn"] == pytest.approx(row.paper_gflops - PAPER_TSN, abs=0.015)


def test_parameters_are_the_papers():
    (ours,) = counted(tuple(row for row in ROWS if row.row == "ks1357"))
    assert ours["mparams"] == pytest.approx(24.3, abs=0.1)


def test_the_counter_by_hand():
    """ResNet-18 at a quarter width on 32 px: the taps of eight blocks come on top of the plain net."""
    plain, mixed = (count(small_net("resnet18", operation), 1, 32) for operation in ("none", "mixtconv"))
    # Channels x pixels at the input of each block, times (1 + 3 + 5 + 7) / 4 taps.
    inputs = [(16, 64)] * 3 + [(32, 16)] * 2 + [(64, 4)] * 2 + [(128, 1)]
    assert mixed.multiply_adds - plain.multiply_adds == 4 * sum(c * pixels for c, pixels in inputs)
    assert mixed.parameters - plain.parameters == 4 * sum(c for c, _ in inputs)


def test_frames_multiply():
    net = small_net("mobilenet_v2")
    assert count(net, 16, 32).multiply_adds == 16 * count(net, 1, 32).multiply_adds


def test_json(capsys, monkeypatch):
    monkeypatch.setattr("training.tables.counted", lambda: iter([{"row": "tsn", "gflops": 1.0, "note": ""}]))
    assert main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"row": "tsn", "gflops": 1.0, "note": ""}]
    assert main([]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "| row | gflops |"
