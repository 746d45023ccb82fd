"""The student of clips: a centred network that learns an ensemble's answer from one window."""

import copy

import numpy as np
import torch

from models.nets.mstnet import MSTNet
from training.distillation.student import Losses, Student
from training.distillation.targets import Targets
from training.distillation.windows import ClipLesson, ClipRecipe


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

    def learn(self, lesson: ClipLesson) -> Losses:
        """Learn a lesson batch by batch; the mean losses before each batch was learnt."""
        losses = []
        for first in range(0, len(lesson.clips), self._batch):
            part = slice(first, first + self._batch)
            answer = self.net(torch.from_numpy(lesson.clips[part]).permute(0, 1, 4, 2, 3))
            wanted = Targets(lesson.targets.soft[part], lesson.targets.maps[part], lesson.targets.believed[part])
            losses.append(self._learn(answer.logits, answer.maps, wanted, [0]))
        self.lessons += 1
        return Losses(*np.mean(losses, 0).tolist())
