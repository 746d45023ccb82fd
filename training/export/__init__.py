"""Exporting checkpoints to ONNX: `python -m training.export CHECKPOINT.pt OUT.onnx`."""
