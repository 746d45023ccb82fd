"""The command behind every published number. Figures of one table come from one process, taken in turns."""

import common  # noqa: F401 - before ONNX Runtime, whose telemetry it turns off
