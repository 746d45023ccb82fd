"""How the weights were made: data, transforms, training, evaluation and export."""

import sys

import common  # noqa: F401 - before ONNX Runtime, whose telemetry it turns off
from training import packages

if sys.argv[0] == "-m":  # Python is on its way to a command of this room, which has imported nothing yet
    packages.require()
