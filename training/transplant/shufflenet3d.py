"""Converts a 3D-ShuffleNet trained on Jester into an MSTNet of 2-D and temporal convolutions, without training.

Each 3x3x3 depthwise kernel of that network (github.com/okankop/Efficient-3DCNNs, arXiv 1904.02422) is nearly the
product of a temporal kernel of three taps and a spatial kernel of 3x3; the best such product is the kernel's rank-1
SVD. The sum of two products (`--ranks 2`) is a better approximation, the sum of three is exact.

The causal form has an output at every step of a stream: strides in time become dilations, and future taps are dropped,
as are the taps that it used at the edges of its clip. The checkpoint was trained on every second frame of 12 per
second, so that a clip position is two steps of the stream. The centred form (`--centred`) keeps strides and future taps
and has one output for a clip of 16 frames.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from models.errors import ModelFileError
from models.nets.checkpoint import describe
from models.nets.mstnet import BackboneName, MSTNet, MSTNetConfig
from models.nets.shufflenet import ShuffleUnit
from models.nets.temporal import TemporalConfig
from models.spec import ModelSpec
from training.jester import LABELS, MEAN, RATE_HZ, SIZE, STD

CLIP_RATE_HZ = 6.0
"""Frames per second of the clips that the 3-D network was trained on."""
NEWEST_FIRST, CENTRED = (2, 1, 0), (1, 2, 0)
"""Temporal positions of a 3-D kernel in the order of `Stack`: the present, then each lag."""
LAST_STAGE = "layer3"
"""Has two clip positions, both at an edge: no oldest tap in its first unit, only the middle tap in the others."""


def transplant(
    checkpoint: Mapping[str, Tensor], name: str = "the checkpoint", centred: bool = False, ranks: int = 1
) -> tuple[MSTNet, ModelSpec]:
    """Build the causal or the centred network from a 3D-ShuffleNet's state dict (width 0.5, 3 groups, 27 classes).

    Args:
        checkpoint: state dict of Efficient-3DCNNs, without the `module.` prefix.
        name: name of the checkpoint in error messages.
        centred: whether to build the centred network for clips instead of the causal one for streams.
        ranks: products of time and space per kernel, 1 to 3.

    Raises:
        ModelFileError: a key is missing, unknown, or has another shape.
    """
    backbone: BackboneName = "clip_shufflenet" if centred else "shufflenet"
    temporal = TemporalConfig(kernels=(3,), causal=not centred)
    net = MSTNet(MSTNetConfig(len(LABELS), backbone, temporal=temporal, ranks=ranks, mean=MEAN, std=STD))
    _check(checkpoint, net, name)
    weights = {ours: checkpoint[theirs] for ours, theirs in _names(net).items()}
    weights["backbone.conv1.weight"] = stem(checkpoint["conv1.0.weight"], CENTRED if centred else NEWEST_FIRST)
    for unit, module in _units(net).items():
        for pair, (taps, space) in enumerate(split(checkpoint[f"{unit}.conv2.weight"], ranks)):
            where = f"backbone.{unit}" if pair == 0 else f"backbone.{unit}.more.{pair - 1}"
            causal = causal_taps(taps, module.stride == 2, unit.startswith(LAST_STAGE))
            weights[f"{where}.temporal.taps.0"] = taps.flip(1) if centred else causal
            weights[f"{where}.conv2.weight"] = space
    shapes = {key: value.shape for key, value in net.state_dict().items()}
    net.load_state_dict({key: value.reshape(shapes[key]) for key, value in weights.items()})
    trained, rate_hz = "transplanted from a Jester-trained 3D-ShuffleNet", CLIP_RATE_HZ if centred else RATE_HZ
    spec = describe(net, name="transplant", labels=LABELS, height=SIZE, width=SIZE, rate_hz=rate_hz, trained=trained)
    return net.eval(), spec


def split(kernel: Tensor, ranks: int = 1) -> list[tuple[Tensor, Tensor]]:
    """Approximate depthwise kernels by a sum of products of time and space.

    Args:
        kernel: [C, 1, 3, 3, 3], time before space.
        ranks: number of products, 1 to 3; three are exact.

    Returns:
        For each product the temporal taps [C, 3], oldest first, and the spatial kernels [C, 1, 3, 3], of equal norm.
    """
    u, s, v = torch.linalg.svd(kernel.reshape(-1, 3, 9), full_matrices=False)
    scale = s.sqrt()
    return [(u[:, :, k] * scale[:, k, None], (v[:, k] * scale[:, k, None]).reshape(-1, 1, 3, 3)) for k in range(ranks)]


def causal_taps(taps: Tensor, strided: bool, last_stage: bool) -> Tensor:
    """Move the taps of a centred kernel into the past.

    Args:
        taps: [C, 3], at the clip positions before, at and after the middle one.
        strided: whether the kernel has a stride in time; its three positions are then t-2d, t-d and t.
        last_stage: whether the unit is in the last stage, whose clip positions are all at an edge.

    Returns:
        [C, 3] at t, t-d and t-2d, as MixTConv has them.
    """
    before, middle, after = taps.unbind(1)
    nothing = torch.zeros_like(middle)
    if strided:
        return torch.stack([after, middle, nothing if last_stage else before], 1)
    # Without stride, a clip position is 2d. The tap after t would be in the future and is dropped.
    return torch.stack([middle, nothing, nothing if last_stage else before], 1)


def stem(kernel: Tensor, order: Sequence[int]) -> Tensor:
    """Flatten the kernel [C, 3, T, 3, 3] of a 3-D stem for frames stacked in an order: [C, 3 * T, 3, 3]."""
    return kernel[:, :, list(order)].transpose(1, 2).flatten(1, 2)


def _units(net: MSTNet) -> dict[str, ShuffleUnit]:
    """The units, by their names in the 3-D network."""
    return {name: module for name, module in net.backbone.named_modules() if isinstance(module, ShuffleUnit)}


def _names(net: MSTNet) -> dict[str, str]:
    """Map from our key to that of the 3-D network, for every weight that both have."""
    renamed = {"backbone.conv1.": "conv1.0.", "backbone.bn1.": "conv1.1.", "classifier.": "classifier.1."}
    names = {}
    for ours in net.state_dict():
        if ".taps." in ours or ".more." in ours:
            continue
        prefix = next((prefix for prefix in renamed if ours.startswith(prefix)), None)
        names[ours] = ours.replace(prefix, renamed[prefix], 1) if prefix else ours.removeprefix("backbone.")
    return names


def _check(checkpoint: Mapping[str, Tensor], net: MSTNet, name: str) -> None:
    """Check that a state dict has the keys and shapes of the 3-D network."""
    ours = net.state_dict()
    expected = {theirs: _shape_in_3d(theirs, tuple(ours[key].shape)) for key, theirs in _names(net).items()}
    wrong = sorted(
        key for key in expected | dict(checkpoint) if key not in expected or _shape(checkpoint, key) != expected[key]
    )
    if wrong:
        raise ModelFileError(
            f"{name} is not a 3D-ShuffleNet 0.5x with 3 groups and {len(LABELS)} classes: {len(wrong)} keys differ, "
            f"such as {wrong[0]}; give a state dict of Efficient-3DCNNs' shufflenet"
        )


def _shape_in_3d(key: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape in the 3-D network of a weight that has `shape` here."""
    if len(shape) < 4:
        return shape
    if key == "conv1.0.weight":
        return (shape[0], shape[1] // 3, 3, *shape[2:])
    return (*shape[:2], 3 if key.endswith("conv2.weight") else 1, *shape[2:])


def _shape(checkpoint: Mapping[str, Tensor], key: str) -> tuple[int, ...] | None:
    value = checkpoint.get(key)
    return tuple(value.shape) if isinstance(value, Tensor) else None
