"""A model that reads brightness, and clips of plain grey for it: a script of gestures, as pixels."""

from pathlib import Path

import numpy as np
import onnx
from films import grey, write_film
from onnx import TensorProto, helper

from models.spec import EMBEDDING, LOGITS, PICTURE, SPEC_KEY, Decoding, ModelSpec, Rule

LABELS = ("No gesture", "Swiping Left", "Swiping Right", "Thumb Up", "Stop Sign")
"""Each label is a brightness, `BRIGHTNESS[label]`."""
BRIGHTNESS = {label: 25 + 50 * k for k, label in enumerate(LABELS)}
SIZE = 16
FPS = 30


def grey_model(path: Path, sharpness: float = 0.02) -> Path:
    """Write a model whose output is the label with the brightness nearest to the picture's.

    Args:
        path: the file.
        sharpness: a lower one lowers the confidence for brightnesses between two labels.
    """
    spec = ModelSpec(
        "grey", LABELS, SIZE, SIZE, (0.0,) * 3, (1.0,) * 3, 12.0, (), 1, 4, 1.0, Decoding(0.1, Rule(0.6, 0.3, 0.0, 0.2))
    )
    levels = np.array([list(BRIGHTNESS.values())], np.float32)
    nodes = [
        helper.make_node("Cast", [PICTURE], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Reshape", ["mean", "column"], ["level"]),
        helper.make_node("Sub", ["level", "levels"], ["off"]),
        helper.make_node("Mul", ["off", "off"], ["square"]),
        helper.make_node("Mul", ["square", "minus"], [LOGITS]),
        helper.make_node("Concat", ["level"] * 4, [EMBEDDING], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "grey",
        [helper.make_tensor_value_info(PICTURE, TensorProto.UINT8, spec.picture_shape)],
        [
            helper.make_tensor_value_info(LOGITS, TensorProto.FLOAT, [1, len(LABELS)]),
            helper.make_tensor_value_info(EMBEDDING, TensorProto.FLOAT, [1, 4]),
        ],
        [
            onnx.numpy_helper.from_array(levels, "levels"),
            onnx.numpy_helper.from_array(np.array(-sharpness, np.float32), "minus"),
            onnx.numpy_helper.from_array(np.array([1, 1], np.int64), "column"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {SPEC_KEY: spec.to_json()})
    onnx.save(model, path)
    return path


def grey_clip(path: Path, *script: tuple[str | int, float]) -> Path:
    """Write a clip of (label or brightness, seconds)."""
    shades = ((BRIGHTNESS[shade] if isinstance(shade, str) else shade, seconds) for shade, seconds in script)
    return write_film(path, grey(level for level, seconds in shades for _ in range(round(seconds * FPS))), FPS)
