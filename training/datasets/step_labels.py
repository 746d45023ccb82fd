"""Labels of the steps of a stream: one label, either of two, or not scored."""

import torch
from torch import Tensor

NO_LABEL = -1
"""The step is not scored."""


def either(label: int, other: int, classes: int) -> int:
    """The number, `classes` or above, for a step at which both labels are correct."""
    return classes * (1 + label) + other


def correct_classes(labels: Tensor, classes: int) -> Tensor:
    """The correct classes, bool [..., classes], for labels int64 [...] that are not `NO_LABEL`."""
    numbers = torch.arange(classes, device=labels.device)
    first = torch.where(labels < classes, labels, labels // classes - 1)
    return (numbers == first[..., None]) | (numbers == labels[..., None] % classes)
