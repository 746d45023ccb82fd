"""Converts an exported model: a rolled form for servers, a repository for Triton, an engine for TensorRT.

    python -m conversion rolled MODEL.onnx OUT.onnx         for batches of streams; the past is an input and an output
    python -m conversion triton MODEL.onnx REPOSITORY       a model repository of NVIDIA's Triton Inference Server
    python -m conversion tensorrt MODEL.onnx                a TensorRT engine, built on the machine that will run it

Needs the exported file only, no checkpoint and no PyTorch. The output of the new file is compared with the model's
before it is saved. INT8 and FP16 forms need recordings: `python -m calibration.quantize`.
"""

import common  # noqa: F401 - before ONNX Runtime, whose telemetry it turns off
