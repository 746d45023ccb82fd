"""Pixels in, gestures out: the network, the ways to run it, and the step from probabilities to events.

No camera, no window and no clock live here: time comes in with each frame.
"""

import os
import sys

# ONNX Runtime 1.29 and later reports its use to its maker, and leaves a device id and a queue in the user's cache
# folder, unless this is set before it is loaded. Every room imports this package first. Whoever sets it has decided.
if "onnxruntime" in sys.modules and "ORT_DISABLE_TELEMETRY" not in os.environ:
    sys.modules["onnxruntime"].disable_telemetry_events()  # too late for the variable: this stops what it still can
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
