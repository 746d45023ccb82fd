"""The number of cores that a process may use, not of all cores."""

import os
import sys

import pytest

from models.engines.cores import cores


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports those of a process")
def test_those_that_a_process_is_held_to_count(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {1, 4, 6})
    assert cores() == 3


@pytest.mark.parametrize(("known", "taken"), [(8, 8), (None, 1)])
def test_elsewhere_all_count_and_one_is_sure(monkeypatch, known, taken):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "cpu_count", lambda: known)
    assert cores() == taken
