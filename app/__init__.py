"""Devices and people: cameras, the window, the desktop, and the loop that joins them to a recogniser."""

import common  # noqa: F401 - before ONNX Runtime, whose telemetry it turns off
