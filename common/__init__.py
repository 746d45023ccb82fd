"""What every package uses: errors, files, folders, command-line arguments and exit statuses."""

import os
import sys

# ONNX Runtime 1.29 and later sends telemetry, and writes a device id and a queue to the user's cache folder, unless
# this is set before it is loaded. Every package imports this one first. A value that the user has set is kept.
if "onnxruntime" in sys.modules and "ORT_DISABLE_TELEMETRY" not in os.environ:
    sys.modules["onnxruntime"].disable_telemetry_events()  # already loaded, too late for the variable
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
