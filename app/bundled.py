"""The model and the clip that ship with the program."""

from pathlib import Path

import models

MODEL = Path(models.__file__).resolve().parent / "weights" / "mstnet_small.onnx"
DEMO = Path(__file__).resolve().parent / "demo" / "demo.mp4"
