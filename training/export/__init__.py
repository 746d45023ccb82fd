"""Export of checkpoints to ONNX, `python -m training.export CHECKPOINT.pt OUT.onnx`, and recovery from ONNX."""
