"""Teach the last layer of a clip network which windows show a whole gesture, part of one, or none.

    python -m training.clip_head START.pt OUT.pt --data ../shared/data [--data FOLDER]

A clip network knows clips that begin and end with a gesture. In the app it also sees half a gesture, two of them, and
people who do other things. Streams are drawn as for distilling, and windows are cut out of them. Where one shows part
of a gesture, that gesture and none are both right. The layer stays near the one that it starts from: most gestures in
the streams are made from stills, and real people must not pay for what is learnt from them. Everything before the last
layer stays as it is.
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

from common.arguments import CommandParser, natural, positive, positive_float, share
from common.arrays import Floats
from common.command import command
from models.engines.clip_engine import ClipEngine
from models.engines.clip_onnxruntime import OnnxRuntimeClipEngine
from models.errors import ModelFileError
from models.nets.checkpoint import save_checkpoint, weights_hash
from models.nets.mstnet import MSTNet
from models.spec import ModelSpec
from training.distillation.clip_student import load_clip_network
from training.distillation.lessons import training_recordings
from training.distillation.training_streams import Playlist
from training.distillation.window_answers import Shows, window_answer
from training.distillation.windows import RATE_HZ, window
from training.errors import DataError
from training.export.clip_export import WINDOWS_S, describe_clips, export_clips
from training.jester import LABELS, SIZE
from training.recording_list import Shelf

STREAM_S = 16.0
FIRST_S, EVERY_S = 2 / 3, 1 / 3
"""When the first window of a stream ends, and how long after it the next one."""
SHARES = {Shows.NOTHING: 0.5, Shows.PART: 0.2, Shows.GESTURE: 0.3}
"""How much the windows that show this count together."""
NEARNESS = 0.7
"""How strongly the layer is held to the one that it starts from, unless said otherwise."""


class Windows(NamedTuple):
    """Windows as the layer sees them, and what is right for each."""

    embeddings: Floats
    """[N, width]."""
    right: NDArray[np.bool_]
    """[N, labels]."""
    shows: NDArray[np.int64]
    """[N], `Shows`."""

    @property
    def weights(self) -> Floats:
        """[N], with a sum of 1."""
        weights = np.zeros(len(self.shows), np.float32)
        for shows, share_of_all in SHARES.items():
            found = self.shows == shows
            weights[found] = share_of_all / max(1, int(found.sum()))
        return weights / weights.sum()


def windows_of(playlist: Playlist, engine: ClipEngine, streams: int, seed: int) -> Windows:
    """Draw streams and look at them through windows of the length that the app uses."""
    (seconds,) = WINDOWS_S
    steps = round(STREAM_S * RATE_HZ)
    embeddings, right, shows = [], [], []
    for number in tqdm(range(streams), "streams", disable=None, leave=False):
        rng = np.random.default_rng((seed, number))
        stream = playlist.draw(rng, steps)
        pictures = stream.pictures
        first = round(FIRST_S * RATE_HZ) + int(rng.integers(round(EVERY_S * RATE_HZ)))
        for end in range(first, steps, round(EVERY_S * RATE_HZ)):
            answer = window_answer(stream, end, seconds)
            embeddings.append(engine.run(pictures[window(end, seconds)]).embedding[0])
            right.append(answer.right)
            shows.append(int(answer.shows))
    return Windows(np.stack(embeddings), np.stack(right), np.array(shows))


def fit(windows: Windows, weight: Tensor, bias: Tensor, nearness: float = NEARNESS) -> tuple[Tensor, Tensor]:
    """The layer [labels, width] and [labels] that finds what is right likeliest, near the one that it starts from.

    The loss is the negative logarithm of the probability of all right labels together. Distances from the start are
    measured in standard deviations of the embedding.
    """
    embeddings, right = torch.from_numpy(windows.embeddings), torch.from_numpy(windows.right)
    counts = torch.from_numpy(windows.weights)
    mean, deviation = embeddings.mean(0), embeddings.std(0) + 1e-3
    standardised = (embeddings - mean) / deviation
    before = embeddings @ weight.T + bias
    moved, shifted = torch.zeros_like(weight, requires_grad=True), torch.zeros_like(bias, requires_grad=True)
    optimizer = torch.optim.LBFGS([moved, shifted], max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        chances = torch.log_softmax(before + standardised @ moved.T + shifted, 1)
        missed = -torch.logsumexp(chances.masked_fill(~right, -torch.inf), 1)
        total = (counts * missed).sum() + nearness * (moved.square().sum() + 0.1 * shifted.square().sum())
        total.backward()
        return total

    optimizer.step(loss)
    change = moved.detach() / deviation
    return weight + change, bias + shifted.detach() - change @ mean


def embedder(net: MSTNet, spec: ModelSpec) -> ClipEngine:
    """An engine that runs a clip network; many times as fast as the network itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.onnx"
        export_clips(net, describe_clips(spec, WINDOWS_S), path)
        return OnnxRuntimeClipEngine(path)


@command("clip_head")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = CommandParser(prog="python -m training.clip_head", description="Teach a clip network's head.")
    parser.add_argument("start", type=Path, help="checkpoint of a clip network")
    parser.add_argument("out", type=Path, help="checkpoint to write")
    parser.add_argument("--data", type=Path, action="append", required=True, help="folder with clips.csv; repeatable")
    parser.add_argument("--cache", type=Path, default=Path("runs/cache"), help="where decoded pictures are kept")
    parser.add_argument("--streams", type=positive, default=320, help="of 16 s (default: %(default)s)")
    parser.add_argument("--seed", type=natural, default=0)
    parser.add_argument("--faster", type=share, default=0.15, help="scenes played faster (default: %(default)s)")
    parser.add_argument(
        "--nearness", type=positive_float, default=NEARNESS, help="holds the layer to START's (default: %(default)s)"
    )
    given = parser.parse_args(arguments)
    if given.out.resolve() == given.start.resolve():
        raise ModelFileError(f"{given.out} is START itself; name another OUT.pt")
    net, spec = load_clip_network(given.start)
    recordings = training_recordings(given.data)
    if not recordings:
        raise DataError(f"no recording to train on in {', '.join(map(str, given.data))}; give others with --data")
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    playlist = Playlist(recordings, Shelf(given.cache), LABELS, SIZE, SIZE, RATE_HZ, given.faster)
    windows = windows_of(playlist, embedder(net, spec), given.streams, given.seed)
    layer = net.classifier
    weight, bias = fit(windows, layer.weight.detach(), layer.bias.detach(), given.nearness)
    layer.load_state_dict({"weight": weight, "bias": bias})
    counts = ", ".join(f"{np.count_nonzero(windows.shows == shows)} {shows.name.lower()}" for shows in Shows)
    print(f"windows that show: {counts}")
    trained = f"{spec.trained}; its last layer on {len(windows.shows)} windows of streams"
    save_checkpoint(given.out, net, replace(spec, trained=trained, weights_sha256=weights_hash(net)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
