"""Making a float model smaller: INT8 and FP16 forms of an exported graph. Needs the `onnx` package; the app does not."""
