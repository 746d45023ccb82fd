"""The student of clips: a centred network that learns an ensemble's answer from one view of a window."""

import copy

import numpy as np
import torch
from torch import Tensor

from models.nets.mstnet import MSTNet
from training.distillation.student import Losses, Student, soft_loss
from training.distillation.windows import ClipLesson, ClipRecipe


class ClipStudent(Student):
    """The network in training, the running average of its weights, and how far it has come.

    Args:
        net: the network to start from, of whole clips; it is not changed.
        recipe: how to train it.
    """

    def __init__(self, net: MSTNet, recipe: ClipRecipe) -> None:
        super().__init__(net, recipe, net.backbone.width)
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
        losses = [
            self._learn_batch(lesson, slice(k, k + self._batch)) for k in range(0, len(lesson.clips), self._batch)
        ]
        self.lessons += 1
        return Losses(*np.mean(losses, 0).tolist())

    def _learn_batch(self, lesson: ClipLesson, part: slice) -> Losses:
        """Take one optimiser step towards the targets of some clips; the losses before it."""
        answer = self.net(torch.from_numpy(lesson.clips[part]).permute(0, 1, 4, 2, 3))
        soft, embeddings, believed = (
            torch.from_numpy(target[part]) for target in (lesson.soft, lesson.embeddings, lesson.believed)
        )
        answers = soft_loss(answer.logits[:, 0], soft, self.recipe.temperature)
        error = embedding_loss(answer.embedding[:, 0], embeddings, believed)
        self._descend(answers + self.recipe.features * error)
        return Losses(answers.item(), error.item())


def embedding_loss(embeddings: Tensor, wanted: Tensor, believed: Tensor) -> Tensor:
    """Squared error of features [B, width], as a share of what is wanted; each clip counts as it is believed."""
    each = ((embeddings - wanted) ** 2).mean(1) / (wanted**2).mean()
    return (each * believed).mean()
