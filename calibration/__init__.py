"""Making a model fit a chip and a person: INT8, confidence temperature, thresholds, personal gestures.

Nothing is in this room yet; the shipped model's own thresholds and temperature travel in its file (`models/spec.py`).
"""
