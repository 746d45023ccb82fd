"""The student: a causal network that learns, chunk by chunk, the soft answers it is given for a stream."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from models.errors import ModelFileError
from models.frame import Image
from models.nets.mstnet import MSTNet
from models.nets.shufflenet import ShuffleNet
from models.nets.temporal import TemporalLayer

HALF_PACES = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides the outcome of a run, besides its data."""

    seed: int = 0
    streams: int = 4
    """Streams a lesson."""
    chunk: int = 48
    """Steps of a chunk; gradients do not go back beyond it."""
    chunks: int = 2
    """Chunks a stream; the later ones start from the past of the ones before."""
    first_window: int = 14
    """The step at which the first window of a stream ends; the answers before, out of an empty past, are not judged."""
    every: int = 5
    """Steps between windows."""
    temperature: float = 2.0
    lr: float = 1e-4
    warm_up: int = 20
    """Chunks over which the learning rate rises."""
    average: float = 0.99
    """How much of the weights' running average stays with each chunk."""
    clip: float = 1.0
    """Largest norm of a gradient."""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A batch of streams with the answers to learn."""

    pictures: Image
    """uint8 [N, T, H, W, 3]."""
    ends: tuple[int, ...]
    """The steps that are judged."""
    targets: NDArray[np.float32]
    """[N, len(ends), classes], softened by the recipe's temperature."""


class Student:
    """The network in training, the running average of its weights, and how far it has come.

    Args:
        net: the network to start from; it is not changed.
        recipe: how to train it.
    """

    def __init__(self, net: MSTNet, recipe: Recipe) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        # Twice as fast on a CPU as the usual layout.
        self.net: MSTNet = at_half_rate(net).eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = {name: value.detach().clone() for name, value in self.net.named_parameters()}
        self._optimizer = torch.optim.Adam(self.net.parameters(), recipe.lr)
        self.lessons = 0
        """Lessons taken."""
        self.chunks = 0
        """Chunks learnt, one optimiser step each."""

    def take(self, lesson: Lesson) -> float:
        """Learn a lesson chunk by chunk; the mean loss before each chunk was learnt."""
        past, losses = None, []
        for first in range(0, lesson.pictures.shape[1], self.recipe.chunk):
            last = first + self.recipe.chunk
            pictures = torch.from_numpy(lesson.pictures[:, first:last]).permute(0, 1, 4, 2, 3)
            answer = self.net(pictures, past)
            past = {name: value.detach() for name, value in answer.past.items()}
            judged = [k for k, end in enumerate(lesson.ends) if first <= end < last]
            steps = [lesson.ends[k] - first for k in judged]
            loss = soft_loss(answer.logits[:, steps], torch.from_numpy(lesson.targets[:, judged]), self.recipe)
            self._learn(loss)
            losses.append(loss.item())
        self.lessons += 1
        return sum(losses) / len(losses)

    def _learn(self, loss: Tensor) -> None:
        self.chunks += 1
        for group in self._optimizer.param_groups:
            group["lr"] = self.recipe.lr * min(1.0, self.chunks / self.recipe.warm_up)
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), self.recipe.clip)
        self._optimizer.step()
        # At first the average would mostly be the start; let it follow faster there.
        keep = min(self.recipe.average, self.chunks / (self.chunks + 10))
        with torch.no_grad():
            for name, value in self.net.named_parameters():
                self.average[name].lerp_(value, 1 - keep)

    def averaged(self, net: MSTNet) -> MSTNet:
        """Put the averaged weights into a network of full paces."""
        net.load_state_dict({**self.net.state_dict(), **self.average})
        return net.eval()

    def state(self) -> dict[str, Any]:
        """Everything needed to go on."""
        return {
            "recipe": asdict(self.recipe),
            "weights": self.net.state_dict(),
            "average": self.average,
            "optimizer": self._optimizer.state_dict(),
            "lessons": self.lessons,
            "chunks": self.chunks,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned.

        Raises:
            ModelFileError: it is of another recipe.
        """
        if state.get("recipe") != asdict(self.recipe):
            raise ModelFileError("the stopped run had another recipe; give its options again, or another OUT.pt")
        self.net.load_state_dict(state["weights"])
        self.average = dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.lessons, self.chunks = state["lessons"], state["chunks"]


def at_half_rate(net: MSTNet) -> MSTNet:
    """The same network for every second picture: a copy with its paces halved.

    Raises:
        ModelFileError: it is no shufflenet.
    """
    if net.config.backbone != "shufflenet":
        raise ModelFileError(f"distilling needs a transplanted shufflenet; got a {net.config.backbone}")
    half = MSTNet(net.config)
    half.backbone = ShuffleNet(net.config.temporal.build, HALF_PACES)
    for name, layer in half.backbone.named_modules():
        if isinstance(layer, TemporalLayer):
            layer.name = name
    half.load_state_dict(net.state_dict())
    return half


def soft_loss(logits: Tensor, wanted: Tensor, recipe: Recipe) -> Tensor:
    """Kullback-Leibler divergence from softened answers, [N, E, classes] both; a scalar."""
    answers = F.log_softmax(logits / recipe.temperature, -1)
    divergence = F.kl_div(answers, wanted, reduction="none").sum(-1).mean()
    return divergence * recipe.temperature**2
