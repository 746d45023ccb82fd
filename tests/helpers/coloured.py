"""Clips whose colour is their label, and a network fitted to it, for evaluations with known results."""

from pathlib import Path

import cv2
import numpy as np
import torch
from networks import LABELS, small_net, small_spec

from models.nets.checkpoint import save_checkpoint
from models.nets.mstnet import MSTNet
from training.datasets.base import Clip, Index, write_index

SIZE, FRAMES, FPS = 32, 24, 12.0
COLOURS = {
    "No gesture": (20, 20, 20),
    "Swiping Left": (220, 40, 40),
    "Swiping Right": (40, 220, 40),
    "Thumb Up": (60, 60, 230),
}
"""RGB."""
INDEX_LABELS = tuple(reversed(COLOURS))
"""Another order than the network's."""


def picture(label: str) -> np.ndarray:
    return np.full((SIZE, SIZE, 3), COLOURS[label], np.uint8)


def pictures(label: str) -> list[np.ndarray]:
    """A clip: nothing in its first picture, its label's colour in the others."""
    return [picture("No gesture")] + (FRAMES - 1) * [picture(label)]


def write_clip(folder: Path, label: str) -> None:
    folder.mkdir(parents=True)
    for number, shown in enumerate(pictures(label), 1):
        assert cv2.imwrite(str(folder / f"{number:05d}.jpg"), cv2.cvtColor(shown, cv2.COLOR_RGB2BGR))


def coloured_index(folder: Path, shown: list[str], listed: list[str | None] | None = None) -> Path:
    """Write an index of clips that show some labels and are listed with others if given; return its file."""
    clips = []
    for number, (label, said) in enumerate(zip(shown, listed or shown, strict=True)):
        write_clip(folder / str(number), label)
        number_of = INDEX_LABELS.index(said) if said else None
        clips.append(Clip(str(number), folder / str(number), number_of, FRAMES, FPS))
    write_index(folder / "index.jsonl", Index("coloured", "val", INDEX_LABELS, tuple(clips)))
    return folder / "index.jsonl"


def fitted_net() -> MSTNet:
    """A network without time whose classifier is fitted, by ridge regression, to each colour and those near it."""
    net = small_net("mobilenet_v2", "none")
    random = np.random.default_rng(0)
    near = [picture(label) + random.integers(-8, 9, 3) for label in COLOURS for _ in range(16)]
    truth = [LABELS.index(label) for label in COLOURS for _ in range(16)]
    seen = torch.from_numpy(np.stack(near)).permute(0, 3, 1, 2)
    with torch.no_grad():
        features = net(seen[:, None]).embedding[:, 0].double()
        mean, scale = features.mean(0), features.std(0) + 1e-6
        known = (features - mean) / scale
        wanted = 10 * torch.nn.functional.one_hot(torch.tensor(truth), len(LABELS)).double()
        centred = wanted - wanted.mean(0)
        weight = (
            torch.linalg.solve(known.T @ known + 0.1 * torch.eye(known.shape[1]), known.T @ centred) / scale[:, None]
        )
        net.classifier.weight.copy_(weight.T)
        net.classifier.bias.copy_(wanted.mean(0) - mean @ weight)
    return net


def fitted_checkpoint(path: Path) -> Path:
    net = fitted_net()
    save_checkpoint(path, net, small_spec(net, SIZE, FPS))
    return path
