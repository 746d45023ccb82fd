"""Pixels in, gestures out: the network, the ways to run it, and the step from probabilities to events.

No camera, no window and no clock live here: time comes in with each frame.
"""

import common  # noqa: F401 - before ONNX Runtime, whose telemetry it turns off
