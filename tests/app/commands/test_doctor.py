"""The doctor's check of the display."""

import sys

import pytest

from app.commands.doctor import check_display


@pytest.mark.skipif(sys.platform != "linux", reason="X11")
@pytest.mark.parametrize(("display", "why"), [(":99", "':99' does not respond"), ("", "No display to open")])
def test_the_doctor_tries_the_display(monkeypatch, display, why):
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", display)
    (finding,) = check_display()
    assert finding.state == "note"
    assert why in finding.text
