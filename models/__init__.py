"""From frames to events: the network, the engines that run it, and the decoding of its probabilities.

Imports no camera and no window, and reads no clock: each frame carries its time.
"""

import common  # noqa: F401 - before ONNX Runtime, whose telemetry it turns off
