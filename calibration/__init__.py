"""Making a model fit a person: recordings of them, temperature, thresholds and gestures of their own.

    python -m calibration record     record takes of gestures and a minute of "just work"
    python -m calibration fit        make a user profile of them; use it with `python main.py --profile NAME`
    python -m calibration gestures   list, rename, delete, export and import a profile's own gestures

Nothing in here knows a camera, a window or torch.
"""

import common  # noqa: F401 - before ONNX Runtime, whose telemetry it turns off
