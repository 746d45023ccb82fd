"""The student of clips: a centred network that learns an ensemble's answer from one window."""

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
    """A clip network of Jester's labels, to be taught.

    Raises:
        ModelFileError: the checkpoint is another one's.
    """
    net, spec = load_checkpoint(path)
    if net.causal or spec.labels != LABELS or (spec.height, spec.width, spec.rate_hz) != (SIZE, SIZE, CLIP_RATE_HZ):
        raise ModelFileError(f"{path} is no clip network of Jester's labels; make one: training.transplant --centred")
    return net, spec


class ClipStudent(Student):
    """The network in training, the running average of its weights, and how far it has come.

    Args:
        net: the network to start from, of whole clips; it is not changed.
        recipe: how to train it.
        channels: of its teacher's features.
    """

    def __init__(self, net: MSTNet, recipe: ClipRecipe, channels: int) -> None:
        super().__init__(net, recipe, channels)
        self._batch = recipe.batch

    @staticmethod
    def _in_training(net: MSTNet) -> MSTNet:
        """A copy whose stem does not learn: it is the third of a pass that has least to learn."""
        ours = copy.deepcopy(net)
        for layer in (ours.backbone.get_submodule("conv1"), ours.backbone.get_submodule("bn1")):
            layer.requires_grad_(False)
        return ours

    def learn(self, batch: ClipBatch) -> Losses:
        """Learn a batch batch by batch; the mean losses before each batch was learnt."""
        losses = []
        for first in range(0, len(batch.clips), self._batch):
            part = slice(first, first + self._batch)
            answer = self.net(torch.from_numpy(batch.clips[part]).permute(0, 1, 4, 2, 3))
            wanted = Targets(batch.targets.soft[part], batch.targets.maps[part], batch.targets.feature_weight[part])
            losses.append(self._learn(answer.logits, answer.maps, wanted, [0]))
        self.iterations += 1
        return Losses(*np.mean(losses, 0).tolist())
