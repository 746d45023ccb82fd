"""What a network answers: to a stream step by step, to the clips of an index."""

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
from training.datasets.base import BrokenClip, Clip, Index, read_frames
from training.datasets.loading import readers_watched, start_worker
from training.datasets.sampling import Sampling
from training.datasets.transforms import Transform
from training.errors import DataError
from training.evaluation.metrics import Ints

CHUNK = 32
"""Steps of a stream that are computed at once."""


def stream_logits(net: MSTNet, pictures: Image) -> Floats:
    """Run a causal network along a stream uint8 [T, H, W, 3], from an empty past; its logits [T, classes]."""
    return np.concatenate([answer.logits[0].cpu().numpy() for answer in _answers(net, pictures)])


def stream_features(net: MSTNet, pictures: Image) -> tuple[Floats, Floats]:
    """The same, and its features before they are pooled, [T, width, h, w]."""
    parts = [(answer.logits[0].cpu().numpy(), answer.maps[0].cpu().numpy()) for answer in _answers(net, pictures)]
    logits, maps = zip(*parts, strict=True)
    return np.concatenate(logits), np.concatenate(maps)


@torch.inference_mode()
def _answers(net: MSTNet, pictures: Image) -> Iterator[NetOutput]:
    """What it says of a stream, chunk by chunk."""
    past = None
    for first in range(0, len(pictures), CHUNK):
        chunk = torch.from_numpy(pictures[first : first + CHUNK]).permute(0, 3, 1, 2)
        answer = net(chunk[None].to(net.mean.device), past)
        past = answer.past
        yield answer


Read = tuple[int, Tensor | None]
"""A clip's number and its views; None where it is broken."""


class Views(Dataset[Read]):
    """A clip's number and all its views, uint8 [views, T, 3, H, W]; None in their place where it is broken.

    Args:
        clips: whose views.
        sampling: which frames make the views, one view behind the other.
        steps: T of each view.
        transform: makes pictures of one size of them, perhaps several crops of each.
    """

    def __init__(self, clips: Sequence[Clip], sampling: Sampling, steps: int, transform: Transform) -> None:
        self._clips, self._sampling, self._steps, self._transform = clips, sampling, steps, transform

    def __len__(self) -> int:
        """How many clips."""
        return len(self._clips)

    def __getitem__(self, number: int) -> Read:
        """A clip's views, always the same."""
        clip, rng = self._clips[number], np.random.default_rng(0)
        try:
            frames = read_frames(clip, self._sampling(clip.frames, rng).tolist(), self._transform.shortest)
        except BrokenClip:
            return number, None
        pictures, _ = self._transform(frames, 0, rng)
        views = pictures.reshape(-1, self._steps, *pictures.shape[1:]).transpose(0, 1, 4, 2, 3)
        return number, torch.from_numpy(np.ascontiguousarray(views))


@dataclass(frozen=True, slots=True, eq=False)
class ClipAnswers:
    """What a network answers to some clips, a row a clip."""

    logits: Floats
    """float32 [N, classes], the mean over the clip's steps and views."""
    embeddings: Floats
    """float32 [N, width], the mean of the features before the classifier."""
    numbers: Ints
    """int64 [N], which clips; those that are missing were broken."""


@torch.inference_mode()
def answer_clips(net: MSTNet, views: Views, batch: int = 8, workers: int = 0) -> ClipAnswers:
    """Run a network on all views of clips, so many clips at once.

    Raises:
        DataError: every clip is broken, or a process that reads them died.
    """
    loader = DataLoader(views, batch, num_workers=workers, collate_fn=list, worker_init_fn=start_worker)
    logits, embeddings, numbers = [], [], []
    with readers_watched("give fewer --workers"):
        for read in tqdm(loader, "clips", len(loader), disable=None, leave=False):
            whole = [(number, clip) for number, clip in read if clip is not None]
            if not whole:
                continue
            clips = torch.stack([clip for _, clip in whole])
            answer = net(clips.flatten(0, 1).to(net.mean.device))
            logits.append(_mean(answer.logits, clips))
            embeddings.append(_mean(answer.embedding, clips))
            numbers += [number for number, _ in whole]
    if not numbers:
        raise DataError(f"not one of {len(views)} clips can be read; prepare the data set anew")
    return ClipAnswers(np.concatenate(logits), np.concatenate(embeddings), np.array(numbers, np.int64))


def _mean(answers: Tensor, clips: Tensor) -> Floats:
    """The mean of answers [N * views, T, width] over steps and views."""
    mean: Floats = answers.mean(1).unflatten(0, clips.shape[:2]).mean(1).cpu().numpy()
    return mean


def labelled(index: Index, labels: Sequence[str]) -> list[tuple[Clip, int]]:
    """The clips of an index that have a label, each with its label's number among a network's.

    Raises:
        DataError: there is none, or the network does not have the index's labels.
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
