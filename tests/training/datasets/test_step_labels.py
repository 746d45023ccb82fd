"""Labels of steps: one label, or either of two."""

import torch

from training.datasets.step_labels import correct_classes, either


def test_correct_classes() -> None:
    labels = torch.tensor([2, either(2, 0, 3), either(0, 2, 3), either(1, 1, 3)])
    assert correct_classes(labels, 3).int().tolist() == [[0, 0, 1], [1, 0, 1], [1, 0, 1], [0, 1, 0]]


def test_numbers_of_two_are_apart_from_those_of_one_and_from_each_other() -> None:
    classes = 4
    numbers = [either(a, b, classes) for a in range(classes) for b in range(classes)]
    assert min(numbers) >= classes
    assert len(set(numbers)) == classes**2
