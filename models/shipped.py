"""The model that ships with the project."""

from pathlib import Path

SHIPPED_MODEL = Path(__file__).resolve().parent / "weights" / "mstnet_small.onnx"
"""The stream network with its fast pass; its model card is in the same folder."""
