"""Export of a clip network to one self-describing ONNX file, checked against the network.

The graph has the input `clip` (uint8 [T, H, W, 3]) and the outputs `logits` and `embedding`. It has no Conv3d and no
tensor of more than four dimensions (`training.export.lean_clips`).
"""

from pathlib import Path

import numpy as np
import torch

from common.whole_file import whole_file
from conversion.difference import TOLERANCE
from models.clip_spec import CLIP, CLIP_KEY, ClipFusion, ClipSpec
from models.engines.clip_onnxruntime import OnnxRuntimeClipEngine
from models.errors import ModelFileError
from models.nets.mstnet import MSTNet
from models.nets.shufflenet import ShuffleNet
from models.spec import EMBEDDING, LOGITS, Decoding, ModelSpec, Rule
from training.export.lean_clips import LeanClips
from training.export.onnx_file import write_graph

PICTURES = 16
"""T of a clip; the strides of pool and stages reduce it to one step."""

WINDOWS_S = (11 / 6,)
"""Default lengths of its windows."""
TEMPERATURE = 0.5
FUSION = ClipFusion(
    weight=0.5,
    asked_below=0.8,
    decoding=Decoding(0.5, Rule(enter=0.55, exit=0.275, hold_s=0.1, rest_s=1.0)),
)
"""Its fusion with the stream network, chosen with `benchmarks.recordings`."""


def takes_clips(net: MSTNet) -> bool:
    """Whether a network is a clip network that can be exported."""
    return isinstance(net.backbone, ShuffleNet) and net.backbone.clips


def describe_clips(spec: ModelSpec, windows_s: tuple[float, ...]) -> ClipSpec:
    """The spec of a clip network's file, from the spec of its checkpoint."""
    return ClipSpec(
        name=spec.name,
        labels=spec.labels,
        pictures=PICTURES,
        height=spec.height,
        width=spec.width,
        mean=spec.mean,
        std=spec.std,
        rate_hz=spec.rate_hz,
        windows_s=windows_s,
        embedding_width=spec.embedding_width,
        temperature=TEMPERATURE,
        trained=spec.trained,
        weights_sha256=spec.weights_sha256,
        fusion=FUSION,
    )


def export_clips(net: MSTNet, spec: ClipSpec, path: Path) -> None:
    """Write a clip network as a self-describing ONNX file, atomically.

    Raises:
        ModelFileError: the outputs of the file differ from the network's.
    """
    with whole_file(path) as unfinished:
        clip = torch.zeros(spec.clip_shape, dtype=torch.uint8)
        write_graph(
            LeanClips(net.eval(), *spec.clip_shape[:3]),
            (clip,),
            [CLIP],
            [LOGITS, EMBEDDING],
            {CLIP_KEY: spec.to_json()},
            unfinished,
        )
        difference = largest_difference(net, OnnxRuntimeClipEngine(unfinished))
        if difference > TOLERANCE:
            raise ModelFileError(f"the exported {path} differs from its network by {difference:.2g} > {TOLERANCE}")


@torch.inference_mode()
def largest_difference(net: MSTNet, engine: OnnxRuntimeClipEngine, clips: int = 4, seed: int = 0) -> float:
    """The largest absolute difference of logits and embeddings over random clips."""
    random, largest = np.random.default_rng(seed), 0.0
    for _ in range(clips):
        clip = random.integers(0, 256, engine.spec.clip_shape, dtype=np.uint8)
        wanted, output = net(torch.from_numpy(clip).permute(0, 3, 1, 2)[None]), engine.run(clip)
        for expected, got in ((wanted.logits, output.logits), (wanted.embedding, output.embedding)):
            largest = max(largest, float(np.abs(expected[0].numpy() - got).max()))
    return largest
