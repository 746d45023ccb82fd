"""The student of clips: a centred network that learns the mean output of several views from one window."""

import copy
from pathlib import Path

import numpy as np
import torch

from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint
from models.nets.mstnet import MSTNet
from models.spec import ModelSpec
from training.distillation.clip_batches import ClipBatch, ClipRecipe
from training.distillation.student import Losses, Student
from training.distillation.targets import Targets
from training.jester import LABELS, SIZE
from training.transplant.shufflenet3d import CLIP_RATE_HZ


def load_clip_network(path: Path) -> tuple[MSTNet, ModelSpec]:
    """Load a checkpoint of a clip network with Jester's labels.

    Raises:
        ModelFileError: the checkpoint is of another network.
    """
    net, spec = load_checkpoint(path)
    if net.causal or spec.labels != LABELS or (spec.height, spec.width, spec.rate_hz) != (SIZE, SIZE, CLIP_RATE_HZ):
        raise ModelFileError(
            f"{path} is no clip network of Jester's labels; create one with training.transplant --centred"
        )
    return net, spec


class ClipStudent(Student[ClipBatch]):
    """A clip network, trained on `ClipRecipe.batch` clips per update."""

    def __init__(self, net: MSTNet, recipe: ClipRecipe, channels: int) -> None:
        super().__init__(net, recipe, channels)
        self._size = recipe.batch

    @staticmethod
    def _trained_form(net: MSTNet) -> MSTNet:
        """A copy with a frozen stem: it takes a third of the time and changes least."""
        trained = copy.deepcopy(net)
        for layer in (trained.backbone.get_submodule("conv1"), trained.backbone.get_submodule("bn1")):
            layer.requires_grad_(False)
        return trained

    def learn(self, batch: ClipBatch) -> Losses:
        """Train on `ClipRecipe.batch` clips at a time."""
        losses = []
        for first in range(0, len(batch.clips), self._size):
            part = slice(first, first + self._size)
            output = self.net(torch.from_numpy(batch.clips[part]).permute(0, 1, 4, 2, 3))
            targets = Targets(batch.targets.soft[part], batch.targets.maps[part], batch.targets.feature_weight[part])
            losses.append(self._update(output.logits, output.maps, targets, [0]))
        self.iterations += 1
        return Losses(*np.mean(losses, 0).tolist())
