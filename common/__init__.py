"""What every room uses: errors, files, folders, and how a command reads its arguments and ends."""

import os
import sys

# ONNX Runtime 1.29 and later reports its use to its maker, and leaves a device id and a queue in the user's cache
# folder, unless this is set before it is loaded. Every room imports this package first. Whoever sets it has decided.
if "onnxruntime" in sys.modules and "ORT_DISABLE_TELEMETRY" not in os.environ:
    sys.modules["onnxruntime"].disable_telemetry_events()  # too late for the variable: this stops what it still can
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
