"""Measure the cost of each approximation from the 3-D clip network to the causal stream network, in clips named.

    python -m training.experiments.approximations TEACHER.onnx CHECKPOINT.pth --data ../shared/data

The first rows change the depthwise kernels of the 3-D network: to sums of `rank` products of time and space, then
without the taps on future frames. The other rows run the transplanted networks: the centred form on the same window,
the causal form frame by frame.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from common.arguments import CommandParser
from common.command import command
from models.errors import ModelFileError
from models.frame import Image
from models.nets.checkpoint import read_whole
from models.nets.mstnet import MSTNet
from models.spec import ModelSpec
from training.distillation.teacher import WINDOW
from training.errors import DataError
from training.evaluation.held_out_streams import clip_streams
from training.evaluation.inference import stream_logits
from training.evaluation.labelled_streams import LabelledStream
from training.jester import LABELS, MEAN, RATE_HZ
from training.transplant.shufflenet3d import transplant

Kernels = NDArray[np.float32]
"""Depthwise kernels [C, 1, 3, 3, 3], time before space."""
Change = Callable[[Kernels, bool], Kernels]
"""Maps the kernels of one layer, and whether it has a stride in time, to new kernels."""
STILL_S = 2.0
"""How long the first frame is repeated before the clip, in seconds."""


def of_rank(rank: int) -> Change:
    """Approximate kernels by a sum of `rank` products of a temporal and a spatial kernel, by SVD."""

    def change(kernels: Kernels, strided: bool) -> Kernels:  # noqa: ARG001
        u, s, v = np.linalg.svd(kernels.reshape(-1, 3, 9), full_matrices=False)
        kept: Kernels = np.einsum("ctr,cr,crs->cts", u[:, :, :rank], s[:, :rank], v[:, :rank])
        return kept.reshape(kernels.shape).astype(np.float32)

    return change


def without_future(kernels: Kernels, strided: bool) -> Kernels:
    """The rank-1 kernels without the future tap; the last tap of a strided layer is the present."""
    kept = of_rank(1)(kernels, strided)
    if not strided:
        kept[:, :, 2] = 0
    return kept


def changed(model: onnx.ModelProto, change: Change) -> onnx.ModelProto:
    """A copy of the network with changed depthwise kernels."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    weights = {tensor.name: tensor for tensor in copy.graph.initializer}
    for name, strided in _depthwise(copy):
        kernels = change(numpy_helper.to_array(weights[name]).copy(), strided)
        weights[name].CopyFrom(numpy_helper.from_array(kernels, name))
    return copy


def _depthwise(model: onnx.ModelProto) -> Iterator[tuple[str, bool]]:
    """The weights of each depthwise 3x3x3 convolution, and whether it has a stride in time."""
    for node in model.graph.node:
        given = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Conv" and given.get("group", 1) > 3 and list(given["kernel_shape"]) == [3, 3, 3]:
            yield node.input[1], given.get("strides", [1])[0] > 1


def count_by_3d(model: onnx.ModelProto, takes: Sequence[LabelledStream]) -> int:
    """The number of clips that the 3-D network names on the window in the middle."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    clips = [middle(take.pictures) - np.array(MEAN, np.float32) for take in takes]
    outputs = [session.run(None, {name: clip.transpose(3, 0, 1, 2)[None]})[0][0] for clip in clips]
    return _right(outputs, takes)


def middle(pictures: Image) -> NDArray[np.float32]:
    """Every second frame of the middle of a clip of 12 frames per second, float32 [16, H, W, 3]."""
    first = (len(pictures) - 2 * WINDOW) // 2
    shown = np.clip(first + 2 * np.arange(WINDOW), 0, len(pictures) - 1)
    return pictures[shown].astype(np.float32)


def count_by_stream(net: MSTNet, takes: Sequence[LabelledStream], still_s: float) -> int:
    """The number of clips that the stream network names at the last step, after `still_s` of the first frame."""
    still = round(still_s * RATE_HZ)
    streams = [np.concatenate([np.repeat(take.pictures[:1], still, 0), take.pictures]) for take in takes]
    return _right([stream_logits(net, stream)[-1] for stream in streams], takes)


def _right(outputs: Sequence[NDArray[np.float32]], takes: Sequence[LabelledStream]) -> int:
    return sum(LABELS[int(a.argmax())] == take.truths[0].label for a, take in zip(outputs, takes, strict=True))


def count_by_centred(net: MSTNet, takes: Sequence[LabelledStream]) -> int:
    """The number of clips that a centred network names on the window in the middle."""
    clips = [torch.from_numpy(middle(take.pictures)).permute(0, 3, 1, 2)[None] for take in takes]
    with torch.inference_mode():
        return _right([net(clip).logits[0, 0].numpy() for clip in clips], takes)


def rows(
    model: onnx.ModelProto, net: MSTNet, centred_forms: Mapping[int, MSTNet], takes: Sequence[LabelledStream]
) -> Iterator[tuple[str, int]]:
    """Yield each approximation and the number of clips that it names."""
    yield "3-D network", count_by_3d(model, takes)
    for rank in (2, 1):
        yield f"kernels of rank {rank}", count_by_3d(changed(model, of_rank(rank)), takes)
    yield "rank 1, future taps dropped", count_by_3d(changed(model, without_future), takes)
    for ranks, centred in centred_forms.items():
        yield f"centred form of rank {ranks}, by 2-D convolutions", count_by_centred(centred, takes)
    yield "causal stream, after 2 s of the first frame", count_by_stream(net, takes, STILL_S)
    yield "causal stream, from an empty past", count_by_stream(net, takes, 0)


@command("approximations")
def main(arguments: list[str] | None = None) -> int:
    """Print the number of clips named, one line per approximation."""
    parser = CommandParser(
        prog="python -m training.experiments.approximations", description="Measure the cost of the transplant."
    )
    parser.add_argument("teacher", type=Path, help="the 3-D network's .onnx")
    parser.add_argument("checkpoint", type=Path, help="the same as a state dict")
    parser.add_argument("--data", type=Path, required=True, help="folder with jester_val/")
    given = parser.parse_args(arguments)
    checkpoint, name = read_whole(given.checkpoint), str(given.checkpoint)
    net, spec = transplant(checkpoint, name)
    centred = {ranks: transplant(checkpoint, name, centred=True, ranks=ranks)[0] for ranks in (1, 2, 3)}
    takes = _takes(given.data, spec)
    for name, named in rows(_load(given.teacher), net, centred, takes):
        print(f"{name}: {named}/{len(takes)}", flush=True)
    return 0


def _load(path: Path) -> onnx.ModelProto:
    try:
        return onnx.load(path)
    except Exception as error:  # onnx raises protobuf's errors and the system's
        raise ModelFileError(f"cannot read {path} as ONNX ({error}); give the 3-D network's .onnx") from error


def _takes(data: Path, spec: ModelSpec) -> list[LabelledStream]:
    try:
        return clip_streams(data / "jester_val", spec)
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"{data} has no jester_val ({error}); give the folder that holds it") from error


if __name__ == "__main__":
    sys.exit(main())
