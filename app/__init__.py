"""The app: cameras, the loop that runs a recogniser on their frames, the window, outputs and desktop control."""

import common  # noqa: F401 - before ONNX Runtime, because it turns off its telemetry
