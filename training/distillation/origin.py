"""The inputs of a run, as hashes: a run must not be resumed with others."""

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
"""Their names on the command line."""


@dataclass(frozen=True, slots=True)
class Origin:
    """SHA-256 of the inputs of a run, except its recipe."""

    start: str
    """Of the weights it starts from."""
    teacher: str
    """Of the teacher's file."""
    data: str
    """Of the list of recordings, with paths relative to their folders."""

    @classmethod
    def of(cls, start: MSTNet, teacher: Path, folders: Sequence[Path]) -> "Origin":
        """Hash the inputs of a command."""
        recordings = sorted(
            (os.path.relpath(r.path, folder), r.label, r.spans)
            for folder in folders
            for r in training_recordings([folder])
        )
        return cls(weights_hash(start), _hash(teacher.read_bytes()), _hash(repr(recordings).encode()))

    def check(self, before: Mapping[str, str], run: Path) -> None:
        """Compare with the inputs of a stopped run.

        Raises:
            ModelFileError: they differ.
        """
        others = [option for name, option in OPTIONS.items() if before.get(name) != getattr(self, name)]
        if others:
            raise ModelFileError(
                f"{run} was begun with another {' and another '.join(others)}; "
                f"give the same {' and '.join(others)}, or another OUT.pt"
            )


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
