"""Runs networks on streams and on the clips of an index."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from common.arrays import Floats
from models.frame import Image
from models.nets.mstnet import MSTNet, NetOutput
from training.datasets.base import BrokenClipError, Clip, Index, read_frames
from training.datasets.loading import start_worker, worker_deaths_reported
from training.datasets.sampling import Sampling
from training.datasets.transforms import Transform
from training.errors import DataError
from training.evaluation.metrics import Ints

CHUNK = 32
"""Steps of a stream per call of the network."""


def stream_logits(net: MSTNet, pictures: Image) -> Floats:
    """The logits [T, classes] of a causal network for a stream uint8 [T, H, W, 3], from an empty state."""
    return np.concatenate([output.logits[0].cpu().numpy() for output in _outputs(net, pictures)])


def stream_features(net: MSTNet, pictures: Image) -> tuple[Floats, Floats]:
    """As `stream_logits`, with the features before pooling, [T, width, h, w]."""
    parts = [(output.logits[0].cpu().numpy(), output.maps[0].cpu().numpy()) for output in _outputs(net, pictures)]
    logits, maps = zip(*parts, strict=True)
    return np.concatenate(logits), np.concatenate(maps)


@torch.inference_mode()
def _outputs(net: MSTNet, pictures: Image) -> Iterator[NetOutput]:
    """The outputs for a stream, chunk by chunk."""
    past = None
    for first in range(0, len(pictures), CHUNK):
        chunk = torch.from_numpy(pictures[first : first + CHUNK]).permute(0, 3, 1, 2)
        output = net(chunk[None].to(net.mean.device), past)
        past = output.past
        yield output


Read = tuple[int, Tensor | None]
"""A clip's number and its views, None for a broken clip."""


class Views(Dataset[Read]):
    """A clip's number and all its views, uint8 [views, T, 3, H, W]; None for a broken clip.

    Args:
        clips: the clips.
        sampling: chooses the frames of the views, concatenated.
        steps: T of each view.
        transform: makes pictures of equal size, possibly several crops of each.
    """

    def __init__(self, clips: Sequence[Clip], sampling: Sampling, steps: int, transform: Transform) -> None:
        self._clips, self._sampling, self._steps, self._transform = clips, sampling, steps, transform

    def __len__(self) -> int:
        return len(self._clips)

    def __getitem__(self, number: int) -> Read:
        """The views of a clip, without randomness."""
        clip, rng = self._clips[number], np.random.default_rng(0)
        try:
            frames = read_frames(clip, self._sampling(clip.frames, rng).tolist(), self._transform.shortest)
        except BrokenClipError:
            return number, None
        pictures, _ = self._transform(frames, 0, rng)
        views = pictures.reshape(-1, self._steps, *pictures.shape[1:]).transpose(0, 1, 4, 2, 3)
        return number, torch.from_numpy(np.ascontiguousarray(views))


@dataclass(frozen=True, slots=True, eq=False)
class ClipOutputs:
    """The outputs of a network for clips, one row per clip."""

    logits: Floats
    """float32 [N, classes], mean over steps and views."""
    embeddings: Floats
    """float32 [N, width], mean of the features before the classifier."""
    numbers: Ints
    """int64 [N], numbers of the clips, without broken ones."""


@torch.inference_mode()
def run_clips(net: MSTNet, views: Views, batch: int = 8, workers: int = 0) -> ClipOutputs:
    """Run a network on all views of clips, `batch` clips per call.

    Raises:
        DataError: every clip is broken, or a process that reads them died.
    """
    loader = DataLoader(views, batch, num_workers=workers, collate_fn=list, worker_init_fn=start_worker)
    logits, embeddings, numbers = [], [], []
    with worker_deaths_reported("give fewer --workers"):
        for read in tqdm(loader, "clips", len(loader), disable=None, leave=False):
            readable = [(number, clip) for number, clip in read if clip is not None]
            if not readable:
                continue
            clips = torch.stack([clip for _, clip in readable])
            output = net(clips.flatten(0, 1).to(net.mean.device))
            logits.append(_mean(output.logits, clips))
            embeddings.append(_mean(output.embedding, clips))
            numbers += [number for number, _ in readable]
    if not numbers:
        raise DataError(f"none of {len(views)} clips can be read; prepare the data set again")
    return ClipOutputs(np.concatenate(logits), np.concatenate(embeddings), np.array(numbers, np.int64))


def _mean(outputs: Tensor, clips: Tensor) -> Floats:
    """The mean of outputs [N * views, T, width] over steps and views."""
    mean: Floats = outputs.mean(1).unflatten(0, clips.shape[:2]).mean(1).cpu().numpy()
    return mean


def labelled(index: Index, labels: Sequence[str]) -> list[tuple[Clip, int]]:
    """The clips of an index that have a label, each with the number of its label in a network.

    Raises:
        DataError: there is none, or the network lacks a label of the index.
    """
    unknown = [label for label in index.labels if label not in labels]
    if unknown:
        raise DataError(
            f"the network does not have {len(unknown)} of the {len(index.labels)} labels of {index.dataset}, such as "
            f"{unknown[0]!r}; give the checkpoint of a network that was trained on it"
        )
    clips = [(clip, labels.index(index.labels[clip.label])) for clip in index.clips if clip.label is not None]
    if not clips:
        raise DataError(f"the {index.split} split of {index.dataset} has no labels; give the index of another split")
    return clips
