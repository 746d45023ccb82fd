"""Students of distillation: networks that learn the outputs and features of a teacher.

Soft targets carry little information while no gesture is made, which is most of the time. The teacher's features before
pooling are informative at every step (FitNets, arXiv 1412.6550).
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from common.errors import first_line
from models.errors import ModelFileError
from models.frame import Image
from models.nets.mstnet import MSTNet
from models.nets.temporal import MixTConv
from training.distillation.targets import Targets

Batch = TypeVar("Batch")


@dataclass(frozen=True, slots=True)
class Recipe:
    """The hyperparameters of a run. They are saved with it, and a resumed run must have the same."""

    seed: int = 0
    streams: int = 4
    """Streams per iteration."""
    chunk: int = 48
    """Steps per chunk; gradients are truncated at its beginning."""
    chunks: int = 2
    """Chunks per stream; each starts from the state after the one before."""
    first_window: int = 4
    """Step at which the first window of a stream ends. Low, so that the student learns to start from an empty state."""
    every: int = 5
    """Steps between windows."""
    temperature: float = 2.0
    features: float = 4.0
    """Weight of the feature error relative to the divergence of the outputs."""
    lr: float = 1e-4
    warm_up: int = 20
    """Chunks over which the learning rate rises linearly."""
    average: float = 0.99
    """Decay per chunk of the running average of the weights."""
    clip: float = 1.0
    """Maximum norm of the gradient."""


@dataclass(frozen=True, slots=True, eq=False)
class StreamBatch:
    """N streams and the targets at some of their steps."""

    pictures: Image
    """uint8 [N, T, H, W, 3]."""
    ends: tuple[int, ...]
    """The E steps with a target."""
    targets: Targets
    """[N, E, ...]."""


class Losses(NamedTuple):
    """The losses of a student before an update."""

    divergence: float
    """Kullback-Leibler divergence from the soft targets."""
    features: float
    """Squared error of the features, relative to the teacher's."""


class Student(ABC, Generic[Batch]):
    """A network in training, the running average of its weights, and the optimiser.

    Args:
        net: the network to start from; it is not changed.
        recipe: the hyperparameters.
        channels: of the teacher's features. If the network has as many they are compared directly, else through a 1x1
            convolution that is trained with it and discarded.
        device: of the training.
    """

    def __init__(self, net: MSTNet, recipe: Recipe, channels: int, device: str = "cpu") -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self._device = recipe, device
        # On a CPU twice as fast as the default memory format.
        trained = self._trained_form(net).eval()
        self.net: MSTNet = trained.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = {name: value.detach().clone() for name, value in self.net.named_parameters()}
        width = net.backbone.width
        self._mix = (nn.Identity() if width == channels else nn.Conv2d(width, channels, 1)).to(device)
        self._optimizer = torch.optim.Adam([*self.net.parameters(), *self._mix.parameters()], recipe.lr)
        self.iterations = 0
        """Batches learnt."""
        self.chunks = 0
        """Optimiser steps, one per chunk."""

    @staticmethod
    @abstractmethod
    def _trained_form(net: MSTNet) -> MSTNet:
        """A copy of the network in the form that is trained; its parameters have the same names."""

    @abstractmethod
    def learn(self, batch: Batch) -> Losses:
        """Train on a batch; returns the mean of the losses before each update."""

    def _update(self, logits: Tensor, maps: Tensor, targets: Targets, chosen: list[int]) -> Losses:
        """Take one optimiser step towards the targets of the chosen steps; returns the losses before it."""
        soft, features, weight = (
            torch.from_numpy(part[:, chosen]).to(self._device)
            for part in (targets.soft, targets.maps, targets.feature_weight)
        )
        divergence = soft_loss(logits, soft, self.recipe.temperature)
        mixed = self._mix(maps.flatten(0, 1)).unflatten(0, maps.shape[:2])
        error = feature_loss(mixed, features, weight)
        self._descend(divergence + self.recipe.features * error)
        return Losses(divergence.item(), error.item())

    def _descend(self, loss: Tensor) -> None:
        self.chunks += 1
        for group in self._optimizer.param_groups:
            group["lr"] = self.recipe.lr * min(1.0, self.chunks / self.recipe.warm_up)
        self._optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), self.recipe.clip)
        self._optimizer.step()
        # A lower decay at first: the average would consist of the initial weights mostly.
        keep = min(self.recipe.average, self.chunks / (self.chunks + 10))
        with torch.no_grad():
            for name, value in self.net.named_parameters():
                self.average[name].lerp_(value, 1 - keep)

    def averaged(self, net: MSTNet) -> MSTNet:
        """Load the averaged weights into a network of the original form."""
        net.load_state_dict({**self.net.state_dict(), **self.average})
        return net.eval()

    def state(self) -> dict[str, Any]:
        """Everything needed to resume, under the keys of saved runs."""
        return {
            "recipe": asdict(self.recipe),
            "weights": self.net.state_dict(),
            "mix": self._mix.state_dict(),
            "average": self.average,
            "optimizer": self._optimizer.state_dict(),
            "lessons": self.iterations,
            "chunks": self.chunks,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Resume from what `state` returned.

        Raises:
            ModelFileError: the state has another recipe, is of another network, or is damaged.
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


class StreamStudent(Student[StreamBatch]):
    """A causal network, trained at half its rate on chunks of streams."""

    @staticmethod
    def _trained_form(net: MSTNet) -> MSTNet:
        return at_half_rate(net)

    def learn(self, batch: StreamBatch) -> Losses:
        """Train chunk by chunk; the state is carried over, gradients are not."""
        past, losses = None, []
        for first in range(0, batch.pictures.shape[1], self.recipe.chunk):
            last = first + self.recipe.chunk
            pictures = torch.from_numpy(batch.pictures[:, first:last]).to(self._device).permute(0, 1, 4, 2, 3)
            output = self.net(pictures, past)
            past = {name: value.detach() for name, value in output.past.items()}
            chosen = [k for k, end in enumerate(batch.ends) if first <= end < last]
            steps = [batch.ends[k] - first for k in chosen]
            losses.append(self._update(output.logits[:, steps], output.maps[:, steps], batch.targets, chosen))
        self.iterations += 1
        return Losses(*(sum(kind) / len(losses) for kind in zip(*losses, strict=True)))


def at_half_rate(net: MSTNet) -> MSTNet:
    """The same network for every second picture: a copy with all lags halved.

    Raises:
        ModelFileError: a layer has an odd lag.
    """
    half = copy.deepcopy(net)
    for name, layer in half.temporal_layers.items():
        if any(lag % 2 for lag in layer.lags):
            raise ModelFileError(f"distillation needs layers with even lags; {name} has the lags {layer.lags}")
        layer.lags = tuple(lag // 2 for lag in layer.lags)
        if isinstance(layer, MixTConv):
            layer.group_lags = [[lag // 2 for lag in lags] for lags in layer.group_lags]
    return half


def soft_loss(logits: Tensor, soft: Tensor, temperature: float) -> Tensor:
    """Kullback-Leibler divergence of softened logits from soft targets, [N, E, classes] both; a scalar."""
    log_probabilities = F.log_softmax(logits / temperature, -1)
    divergence = F.kl_div(log_probabilities, soft, reduction="none").sum(-1).mean()
    return divergence * temperature**2


def feature_loss(maps: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Squared error of features [N, E, C, h, w] relative to `wanted`, with a weight per step, [N, E]; a scalar."""
    height, width = wanted.shape[-2:]
    error = (F.adaptive_avg_pool2d(maps.flatten(0, 1), (height, width)) - wanted.flatten(0, 1)) ** 2
    each = error.flatten(1).mean(1) / (wanted**2).mean()
    return (each * weight.flatten()).mean()
