"""The clip that ships with the app."""

from pathlib import Path

DEMO = Path(__file__).resolve().parent / "demo" / "demo.mp4"
"""A drawn person who gestures; made by `training.synthetic.demo`."""
