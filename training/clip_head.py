"""Train the last layer of a clip network on windows that show a whole gesture, part of one, or none.

    python -m training.clip_head START.pt OUT.pt --data ../shared/data [--data FOLDER]

A clip network is trained on clips of one complete gesture. In the app its windows also show parts of gestures, several
gestures, and other movements. This command draws streams as distillation does and cuts windows out of them. For a
window that shows part of a gesture, both that gesture and no gesture are correct. A penalty keeps the layer close to
that of START, since most gestures in the streams are generated from stills and the network must still recognise real
ones. All other layers are unchanged.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from common.arguments import CommandParser, OldSpelling, natural, positive, positive_float, share
from common.arrays import Floats
from common.command import command
from models.engines.clip_engine import ClipEngine
from models.engines.clip_onnxruntime import OnnxRuntimeClipEngine
from models.errors import ModelFileError
from models.nets.checkpoint import save_checkpoint, weights_hash
from models.nets.mstnet import MSTNet
from models.spec import ModelSpec
from training.distillation.clip_batches import RATE_HZ, window
from training.distillation.clip_student import load_clip_network
from training.distillation.stream_batches import training_recordings
from training.distillation.training_streams import StreamSampler
from training.distillation.window_targets import WindowContent, window_target
from training.errors import DataError
from training.export.clip_export import WINDOWS_S, describe_clips, export_clips
from training.jester import LABELS, SIZE
from training.recording_list import FrameCache

STREAM_S = 16.0
FIRST_S, EVERY_S = 2 / 3, 1 / 3
"""Seconds until the first window of a stream ends, and from one window to the next."""
SHARES = {WindowContent.NOTHING: 0.5, WindowContent.PART: 0.2, WindowContent.GESTURE: 0.3}
"""Share of the loss of all windows that show this."""
PENALTY = 0.7
"""Default weight of the L2 penalty on the change of the layer."""


class Windows(NamedTuple):
    """Inputs of the layer and their targets."""

    embeddings: Floats
    """[N, width]."""
    correct: NDArray[np.bool_]
    """[N, labels]; several labels of a window may be correct."""
    shows: NDArray[np.int64]
    """[N], `WindowContent`."""

    @property
    def weights(self) -> Floats:
        """Weights of the windows in the loss, [N], with a sum of 1."""
        weights = np.zeros(len(self.shows), np.float32)
        for shows, share_of_all in SHARES.items():
            found = self.shows == shows
            weights[found] = share_of_all / max(1, int(found.sum()))
        return weights / weights.sum()


def windows_of(sampler: StreamSampler, engine: ClipEngine, streams: int, seed: int) -> Windows:
    """Draw streams, and run the network on windows of the length that the app uses."""
    (seconds,) = WINDOWS_S
    steps = round(STREAM_S * RATE_HZ)
    embeddings, correct, shows = [], [], []
    for number in tqdm(range(streams), "streams", disable=None, leave=False):
        rng = np.random.default_rng((seed, number))
        stream = sampler.draw(rng, steps)
        pictures = stream.pictures
        first = round(FIRST_S * RATE_HZ) + int(rng.integers(round(EVERY_S * RATE_HZ)))
        for end in range(first, steps, round(EVERY_S * RATE_HZ)):
            target = window_target(stream, end, seconds)
            embeddings.append(engine.run(pictures[window(end, seconds)]).embedding[0])
            correct.append(target.correct)
            shows.append(int(target.content))
    return Windows(np.stack(embeddings), np.stack(correct), np.array(shows))


def fit(windows: Windows, weight: Tensor, bias: Tensor, penalty: float = PENALTY) -> tuple[Tensor, Tensor]:
    """Fit the weight [labels, width] and the bias [labels] by L-BFGS.

    The loss of a window is the negative logarithm of the summed probability of its correct labels. The penalty is on
    the change of the weights for embeddings in units of their standard deviation.
    """
    embeddings, correct = torch.from_numpy(windows.embeddings), torch.from_numpy(windows.correct)
    weights = torch.from_numpy(windows.weights)
    mean, deviation = embeddings.mean(0), embeddings.std(0) + 1e-3
    standardised = (embeddings - mean) / deviation
    before = embeddings @ weight.T + bias
    moved, shifted = torch.zeros_like(weight, requires_grad=True), torch.zeros_like(bias, requires_grad=True)
    optimizer = torch.optim.LBFGS([moved, shifted], max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        log_probabilities = torch.log_softmax(before + standardised @ moved.T + shifted, 1)
        losses = -torch.logsumexp(log_probabilities.masked_fill(~correct, -torch.inf), 1)
        total = (weights * losses).sum() + penalty * (moved.square().sum() + 0.1 * shifted.square().sum())
        total.backward()
        return total

    optimizer.step(loss)
    change = moved.detach() / deviation
    return weight + change, bias + shifted.detach() - change @ mean


def embedder(net: MSTNet, spec: ModelSpec) -> ClipEngine:
    """Export a clip network to ONNX Runtime, which runs many times as fast as torch."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.onnx"
        export_clips(net, describe_clips(spec, WINDOWS_S), path)
        return OnnxRuntimeClipEngine(path)


@command("clip_head")
def main(arguments: list[str] | None = None) -> int:
    """Train the layer and write the checkpoint."""
    parser = CommandParser(prog="python -m training.clip_head", description="Train the last layer of a clip network.")
    parser.add_argument("start", type=Path, help="checkpoint of a clip network")
    parser.add_argument("out", type=Path, help="checkpoint to write")
    parser.add_argument("--data", type=Path, action="append", required=True, help="folder with clips.csv; repeatable")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="folder of decoded pictures")
    parser.add_argument("--streams", type=positive, default=320, help="streams of 16 s")
    parser.add_argument("--seed", type=natural, default=0)
    parser.add_argument("--faster", type=share, default=0.15, help="share of scenes played faster")
    parser.add_argument("--penalty", type=positive_float, default=PENALTY, help="on the change of the layer")
    parser.add_argument("--nearness", type=positive_float, action=OldSpelling, dest="penalty")
    given = parser.parse_args(arguments)
    if given.out.resolve() == given.start.resolve():
        raise ModelFileError(f"{given.out} is START itself; name another OUT.pt")
    net, spec = load_clip_network(given.start)
    recordings = training_recordings(given.data)
    if not recordings:
        raise DataError(f"no training recordings in {', '.join(map(str, given.data))}; give others with --data")
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    sampler = StreamSampler(recordings, FrameCache(given.cache), LABELS, SIZE, SIZE, RATE_HZ, given.faster)
    windows = windows_of(sampler, embedder(net, spec), given.streams, given.seed)
    layer = net.classifier
    weight, bias = fit(windows, layer.weight.detach(), layer.bias.detach(), given.penalty)
    layer.load_state_dict({"weight": weight, "bias": bias})
    counts = ", ".join(f"{np.count_nonzero(windows.shows == shows)} {shows.name.lower()}" for shows in WindowContent)
    print(f"windows that show: {counts}")
    trained = f"{spec.trained}; its last layer on {len(windows.shows)} windows of streams"
    save_checkpoint(given.out, net, replace(spec, trained=trained, weights_sha256=weights_hash(net)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
