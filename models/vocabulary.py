"""Vocabulary: groups of labels that mean the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import VocabularyError
from models.spec import Decoding, Rule, idle_labels


@dataclass(frozen=True, slots=True)
class Group:
    """Labels that mean the same."""

    name: str
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.name:
            raise VocabularyError(f"the group of {', '.join(self.labels) or 'no labels'} has no name; give it one")
        if not self.labels:
            raise VocabularyError(f"group {self.name!r} has no labels; give it one or several")

    @property
    def is_idle(self) -> bool:
        """Whether it contains an idle label; then the group never fires."""
        return bool(idle_labels(self.labels))

    def rule(self, decoding: Decoding) -> Rule:
        """The strictest of its labels' rules: highest enter, lowest exit, longest hold and rest."""
        rules = [decoding.rule_for(label) for label in self.labels]
        return Rule(
            max(rule.enter for rule in rules),
            min(rule.exit for rule in rules),
            max(rule.hold_s for rule in rules),
            max(rule.rest_s for rule in rules),
        )


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Groups of labels. A label that is in no group never fires.

    Raises:
        VocabularyError: two groups have the same name, or a label is in two groups.
    """

    groups: tuple[Group, ...]

    def __post_init__(self) -> None:
        if name := _doubled([group.name for group in self.groups]):
            raise VocabularyError(f"two groups are called {name!r}; rename one of them")
        if label := _doubled([label for group in self.groups for label in group.labels]):
            raise VocabularyError(f"{label!r} is listed twice; a label belongs to one group")

    @classmethod
    def each(cls, labels: Sequence[str]) -> "Vocabulary":
        """One group per label, with its name."""
        return cls(tuple(Group(label, (label,)) for label in labels))

    def places(self, labels: Sequence[str]) -> tuple[NDArray[np.intp], ...]:
        """The indices of each group's labels among a model's labels, int [members] per group.

        Raises:
            VocabularyError: the model has no such label.
        """
        if unknown := [label for group in self.groups for label in group.labels if label not in labels]:
            raise VocabularyError(f"no gesture is called {unknown[0]!r}; there are: {', '.join(labels)}")
        return tuple(np.array([labels.index(label) for label in group.labels]) for group in self.groups)


def _doubled(words: Sequence[str]) -> str | None:
    """The first word that occurs twice, or None."""
    return next((word for k, word in enumerate(words) if word in words[:k]), None)
