"""The student: a causal network that learns, chunk by chunk, the answers and the features it is given for a stream.

Soft answers alone say little where nothing happens, which is most of the time; the teacher's features before they are
pooled say as much at every step (FitNets, arXiv 1412.6550).
"""

import copy
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from common.errors import first_line
from models.errors import ModelFileError
from models.frame import Image
from models.nets.mstnet import MSTNet
from models.nets.temporal import MixTConv
from training.distillation.targets import Targets


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides the outcome of a run, besides its data."""

    seed: int = 0
    streams: int = 4
    """Streams a batch."""
    chunk: int = 48
    """Steps of a chunk; gradients do not go back beyond it."""
    chunks: int = 2
    """Chunks a stream; the later ones start from the past of the ones before."""
    first_window: int = 4
    """The step at which the first window of a stream ends. Low, so that it learns to answer out of an empty past."""
    every: int = 5
    """Steps between windows."""
    temperature: float = 2.0
    features: float = 4.0
    """How much the features' error counts beside that of the answers."""
    lr: float = 1e-4
    warm_up: int = 20
    """Chunks over which the learning rate rises."""
    average: float = 0.99
    """How much of the weights' running average stays with each chunk."""
    clip: float = 1.0
    """Largest norm of a gradient."""


@dataclass(frozen=True, slots=True, eq=False)
class StreamBatch:
    """A batch of streams with the answers to learn."""

    pictures: Image
    """uint8 [N, T, H, W, 3]."""
    ends: tuple[int, ...]
    """The steps that are judged."""
    targets: Targets
    """Of N streams at those steps."""


class Losses(NamedTuple):
    """How far off a student was before it learnt."""

    answers: float
    """Kullback-Leibler divergence of its softened answers."""
    features: float
    """Squared error of its features, as a share of the teacher's."""


class Student:
    """The network in training, the running average of its weights, and how far it has come.

    Args:
        net: the network to start from; it is not changed.
        recipe: how to train it.
        channels: of its teacher's features. Where the network has as many, they are compared one by one; else they
            are mixed by a 1x1 convolution that is learnt beside it and left behind.
        device: where it learns.
    """

    def __init__(self, net: MSTNet, recipe: Recipe, channels: int, device: str = "cpu") -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self._device = recipe, device
        # Twice as fast on a CPU as the usual layout.
        ours = self._in_training(net).eval()
        self.net: MSTNet = ours.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = {name: value.detach().clone() for name, value in self.net.named_parameters()}
        width = net.backbone.width
        self._mix = (nn.Identity() if width == channels else nn.Conv2d(width, channels, 1)).to(device)
        self._optimizer = torch.optim.Adam([*self.net.parameters(), *self._mix.parameters()], recipe.lr)
        self.iterations = 0
        """Batches taken."""
        self.chunks = 0
        """Chunks learnt, one optimiser step each."""

    @staticmethod
    def _in_training(net: MSTNet) -> MSTNet:
        """A copy of the network in the form that is trained."""
        return at_half_rate(net)

    def take(self, batch: StreamBatch) -> Losses:
        """Learn a batch chunk by chunk; the mean losses before each chunk was learnt."""
        past, losses = None, []
        for first in range(0, batch.pictures.shape[1], self.recipe.chunk):
            last = first + self.recipe.chunk
            pictures = torch.from_numpy(batch.pictures[:, first:last]).to(self._device).permute(0, 1, 4, 2, 3)
            answer = self.net(pictures, past)
            past = {name: value.detach() for name, value in answer.past.items()}
            judged = [k for k, end in enumerate(batch.ends) if first <= end < last]
            steps = [batch.ends[k] - first for k in judged]
            losses.append(self._learn(answer.logits[:, steps], answer.maps[:, steps], batch.targets, judged))
        self.iterations += 1
        return Losses(*(sum(kind) / len(losses) for kind in zip(*losses, strict=True)))

    def _learn(self, logits: Tensor, maps: Tensor, wanted: Targets, judged: list[int]) -> Losses:
        """Take one optimiser step towards the targets of some steps; the losses before it."""
        soft, features, feature_weight = (
            torch.from_numpy(part[:, judged]).to(self._device)
            for part in (wanted.soft, wanted.maps, wanted.feature_weight)
        )
        answers = soft_loss(logits, soft, self.recipe.temperature)
        mixed = self._mix(maps.flatten(0, 1)).unflatten(0, maps.shape[:2])
        error = feature_loss(mixed, features, feature_weight)
        self._descend(answers + self.recipe.features * error)
        return Losses(answers.item(), error.item())

    def _descend(self, loss: Tensor) -> None:
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
        """Put the averaged weights into a network as it was given."""
        net.load_state_dict({**self.net.state_dict(), **self.average})
        return net.eval()

    def state(self) -> dict[str, Any]:
        """Everything needed to go on."""
        return {
            "recipe": asdict(self.recipe),
            "weights": self.net.state_dict(),
            "mix": self._mix.state_dict(),
            "average": self.average,
            "optimizer": self._optimizer.state_dict(),
            "lessons": self.iterations,  # the key in files of earlier versions
            "chunks": self.chunks,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` returned.

        Raises:
            ModelFileError: it is of another recipe or of another network, or damaged.
        """
        if state.get("recipe") != asdict(self.recipe):
            raise ModelFileError("the stopped run had another recipe; give its options again, or another OUT.pt")
        try:
            self.net.load_state_dict(state["weights"])
            self._mix.load_state_dict(state["mix"])
            self.average = {name: value.to(self._device) for name, value in state["average"].items()}
            self._optimizer.load_state_dict(state["optimizer"])
            self.iterations, self.chunks = state["lessons"], state["chunks"]
        except (AttributeError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise ModelFileError(
                f"the stopped run is damaged or of another network ({first_line(error)}); give another OUT.pt"
            ) from error


def at_half_rate(net: MSTNet) -> MSTNet:
    """The same network for every second picture: a copy whose layers look half as many steps back.

    Raises:
        ModelFileError: a layer looks an odd number of steps back.
    """
    half = copy.deepcopy(net)
    for name, layer in half.temporal_layers.items():
        if any(lag % 2 for lag in layer.lags):
            raise ModelFileError(
                f"distilling needs layers that look an even number of steps back; {name} looks {layer.lags} back"
            )
        layer.lags = tuple(lag // 2 for lag in layer.lags)
        if isinstance(layer, MixTConv):
            layer.group_lags = [[lag // 2 for lag in lags] for lags in layer.group_lags]
    return half


def soft_loss(logits: Tensor, wanted: Tensor, temperature: float) -> Tensor:
    """Kullback-Leibler divergence from softened answers, [N, E, classes] both; a scalar."""
    answers = F.log_softmax(logits / temperature, -1)
    divergence = F.kl_div(answers, wanted, reduction="none").sum(-1).mean()
    return divergence * temperature**2


def feature_loss(maps: Tensor, wanted: Tensor, feature_weight: Tensor) -> Tensor:
    """Squared error of features [N, E, C, h, w] relative to `wanted`, weighted per step by `feature_weight` [N, E]."""
    height, width = wanted.shape[-2:]
    error = (F.adaptive_avg_pool2d(maps.flatten(0, 1), (height, width)) - wanted.flatten(0, 1)) ** 2
    each = error.flatten(1).mean(1) / (wanted**2).mean()
    return (each * feature_weight.flatten()).mean()
