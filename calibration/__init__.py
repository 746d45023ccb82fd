"""Fits a model to one user: recorded takes, temperature, thresholds and own gestures.

    python -m calibration record     record takes of gestures, and a minute of work without gestures
    python -m calibration fit        fit a user profile to the takes; use it with `python main.py --profile NAME`
    python -m calibration gestures   list, rename, delete, export and import a profile's own gestures

Nothing here imports a camera, a window or torch.
"""

import common  # noqa: F401 - before ONNX Runtime, whose telemetry it turns off
