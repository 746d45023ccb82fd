"""The keys that the watchdog finds down at the end of the app."""

import io

from app.control.watchdog_process import watch


def test_the_keys_down_at_the_end_in_the_order_of_pressing():
    assert watch(io.BytesIO(b"+ctrl\n+c\n-c\n+shift\n+-\n++\n")) == ["ctrl", "shift", "-", "+"]
    assert watch(io.BytesIO(b"+ctrl\n-ctrl\n")) == []
    assert watch(io.BytesIO("+é\n-x\n".encode())) == ["é"]
    assert watch(io.BytesIO(b"")) == []
