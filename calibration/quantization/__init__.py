"""Making a float model smaller: INT8 and FP16 forms of an exported graph. Needs `onnx`, which the app does not."""
