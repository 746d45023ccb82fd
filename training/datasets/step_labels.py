"""Labels of the steps of a stream: one that is right, either of two, or none that is scored."""

import torch
from torch import Tensor

NO_LABEL = -1
"""Do not score."""


def either(label: int, other: int, classes: int) -> int:
    """The number, from `classes` on, that says that one label or the other is right."""
    return classes * (1 + label) + other


def correct_classes(labels: Tensor, classes: int) -> Tensor:
    """Which answers are right, bool [..., classes], for labels int64 [...] that are not `NO_LABEL`."""
    answers = torch.arange(classes, device=labels.device)
    first = torch.where(labels < classes, labels, labels // classes - 1)
    return (answers == first[..., None]) | (answers == labels[..., None] % classes)
