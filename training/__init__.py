"""How the weights were made: data, transforms, training, evaluation and export."""

import sys

import common  # noqa: F401 - before ONNX Runtime, whose telemetry it turns off
from training import packages

if sys.argv[0] == "-m":  # Python starts a command of this package, which has imported nothing yet
    packages.require()
