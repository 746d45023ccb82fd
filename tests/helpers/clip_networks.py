"""3-D clip networks for tests: a random ShuffleNet checkpoint, and a teacher whose logits are its input."""

from pathlib import Path

import onnx
import torch
from onnx import TensorProto, helper
from torch import Tensor

from training.distillation.teacher import WINDOW
from training.jester import LABELS

STAGES = ((120, 4), (240, 8), (480, 4))


def random_checkpoint(rank_1: bool, seed: int = 0) -> dict[str, Tensor]:
    """A 3D-ShuffleNet's state dict with weights that keep the scale of what passes through."""
    random = torch.Generator().manual_seed(seed)
    weights: dict[str, Tensor] = {}

    def convolution(key: str, *shape: int) -> None:
        fan_in = shape[1] * shape[2] * shape[3] * shape[4]
        weights[key] = torch.randn(shape, generator=random) * (2 / fan_in) ** 0.5

    def batch_norm(key: str, channels: int) -> None:
        for name, low in (("weight", 0.8), ("bias", -0.1), ("running_mean", -0.1), ("running_var", 0.8)):
            weights[f"{key}.{name}"] = low + 0.2 * torch.rand(channels, generator=random)
        weights[f"{key}.num_batches_tracked"] = torch.tensor(7)

    convolution("conv1.0.weight", 12, 3, 3, 3, 3)
    weights["conv1.0.weight"] /= 60  # pictures reach 255
    batch_norm("conv1.1", 12)
    width = 12
    for stage, (to, units) in enumerate(STAGES, 1):
        for k in range(units):
            unit, middle, out = f"layer{stage}.{k}", to // 4, to - width if k == 0 else to
            convolution(f"{unit}.conv1.weight", middle, width // 3, 1, 1, 1)
            convolution(f"{unit}.conv2.weight", middle, 1, 3, 3, 3)
            convolution(f"{unit}.conv3.weight", out, middle // 3, 1, 1, 1)
            for number, channels in ((1, middle), (2, middle), (3, out)):
                batch_norm(f"{unit}.bn{number}", channels)
            width = to
    if rank_1:
        for key in [key for key in weights if key.endswith("conv2.weight")]:
            time, space = (torch.randn(len(weights[key]), n, generator=random) for n in (3, 9))
            weights[key] = (0.2 * time[:, :, None] * space[:, None]).reshape(-1, 1, 3, 3, 3)
    weights["classifier.1.weight"] = 0.1 * torch.randn(27, 480, generator=random)
    weights["classifier.1.bias"] = 0.1 * torch.randn(27, generator=random)
    return weights


def write_teacher(path: Path, classes: int = len(LABELS), pictures: int = WINDOW) -> None:
    """A teacher whose logit k is the mean of the window's k-th picture's red, as in the network's input; k < 16.

    Its maps, before pooling, are the pictures.
    """
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["clip"], ["means"], axes=[3, 4], keepdims=0),
            helper.make_node("Slice", ["means", "zero", "one", "one"], ["red"]),
            helper.make_node("Squeeze", ["red", "one"], ["times"]),
            helper.make_node("Pad", ["times", "pads"], ["logits"]),
        ],
        "teacher",
        [helper.make_tensor_value_info("clip", TensorProto.FLOAT, ["n", 3, pictures, 112, 112])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", classes])],
        [
            helper.make_tensor("zero", TensorProto.INT64, [1], [0]),
            helper.make_tensor("one", TensorProto.INT64, [1], [1]),
            helper.make_tensor("pads", TensorProto.INT64, [4], [0, 0, 0, classes - pictures]),
        ],
    )
    # Slice needs its axis; the second of [n, 3, T] is colour.
    graph.node[1].input[3] = "one"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
