"""The commands behind published numbers. The figures of a table come from one process, with alternating runs."""

import common  # noqa: F401 - before ONNX Runtime, whose telemetry it turns off
