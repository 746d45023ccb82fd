"""What a run was begun with, by its hashes: with anything else, a stopped run would silently become another one."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import ModelFileError
from models.nets.checkpoint import weights_hash
from models.nets.mstnet import MSTNet
from training.distillation.stream_batches import training_recordings

OPTIONS = {"start": "START", "teacher": "--teacher", "data": "--data"}
"""What a user calls them."""


@dataclass(frozen=True, slots=True)
class Origin:
    """SHA-256 of all that decides the outcome of a run, besides its recipe."""

    start: str
    """Of the weights it starts from."""
    teacher: str
    """Of the teacher's file."""
    data: str
    """Of the list of recordings; where their folders lie does not count."""

    @classmethod
    def of(cls, start: MSTNet, teacher: Path, folders: Sequence[Path]) -> "Origin":
        """Of what a command was given."""
        recordings = sorted(
            (os.path.relpath(r.path, folder), r.label, r.spans)
            for folder in folders
            for r in training_recordings([folder])
        )
        return cls(weights_hash(start), _hash(teacher.read_bytes()), _hash(repr(recordings).encode()))

    def check(self, before: Mapping[str, str], run: Path) -> None:
        """Compare with what a stopped run was begun with.

        Raises:
            ModelFileError: it is not the same.
        """
        others = [option for name, option in OPTIONS.items() if before.get(name) != getattr(self, name)]
        if others:
            raise ModelFileError(
                f"{run} was begun with another {' and another '.join(others)}; "
                f"give the same {' and '.join(others)}, or another OUT.pt"
            )


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
