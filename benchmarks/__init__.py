"""The command behind every published number. Figures of one table come from one process, taken in turns."""

import models  # noqa: F401 - before ONNX Runtime, whose telemetry it turns off
