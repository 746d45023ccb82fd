"""Take: a few seconds of pictures, and the network's output for them."""

import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from calibration.errors import TakeError
from common.arrays import Floats
from common.whole_file import whole_file
from models.errors import ModelFileError
from models.frame import Image
from models.spec import READABLE_VERSIONS, ModelSpec


class Kind(Enum):
    """What a take shows."""

    GESTURE = "gesture"
    """Its label, performed once."""
    WORK = "work"
    """Work without gestures."""
    NOT_THIS = "not this"
    """A moment in which its label fired wrongly."""


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One recording, one row per step. It keeps the input pictures, so that another model can be run on them."""

    kind: Kind
    label: str
    """The gesture; empty for work."""
    times_s: NDArray[np.float64]
    """float64 [T], times in the stream that it was cut from."""
    pictures: Image
    """uint8 [T, H, W, 3], RGB."""
    logits: Floats
    """float32 [T, labels], not divided by a temperature."""
    embeddings: Floats
    """float32 [T, width]."""
    spec: ModelSpec
    """The model that it was recorded with."""
    begins: int = 0
    """The step at which the user was asked to move; earlier steps are context."""
    file: Path | None = None
    """The file that it was read from, for messages."""

    def __len__(self) -> int:
        return len(self.times_s)

    @property
    def duration_s(self) -> float:
        """Seconds from `begins` to the end."""
        return (len(self) - self.begins) / self.spec.rate_hz

    def save(self, path: Path) -> None:
        """Write it atomically to a file that only its owner can read.

        Raises:
            WriteError: it cannot be written.
        """
        with whole_file(path, private=True) as unfinished, unfinished.open("wb") as file:
            self._write(file)

    def _write(self, file: BinaryIO) -> None:
        np.savez_compressed(
            file,
            kind=np.array(self.kind.value),
            label=np.array(self.label),
            spec=np.array(self.spec.to_json()),
            begins=np.array(self.begins),
            times_s=self.times_s,
            pictures=self.pictures,
            logits=self.logits,
            embeddings=self.embeddings,
        )

    @classmethod
    def load(cls, path: Path) -> "Take":
        """Read a take.

        Raises:
            TakeError: the file is not a take.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                take = cls(
                    Kind(str(data["kind"])),
                    unicodedata.normalize("NFC", str(data["label"])),
                    data["times_s"],
                    data["pictures"],
                    data["logits"],
                    data["embeddings"],
                    ModelSpec.from_json(str(data["spec"]), str(path), READABLE_VERSIONS),
                    int(data["begins"]),
                    path,
                )
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, ModelFileError) as error:
            raise TakeError(f"{path} is not a take ({type(error).__name__}); delete it and record it again") from error
        if not len(take.pictures) == len(take.logits) == len(take.embeddings) == len(take) > 0:
            raise TakeError(f"{path} is damaged; delete it and record it again")
        return take


def take_numbers(takes: Sequence[Take]) -> list[int]:
    """The number of each take of a gesture: that of its file, or its position if it was not read from one."""
    stems = [take.file.stem if take.file else "" for take in takes]
    return [int(stem) if stem.isdecimal() else position for position, stem in enumerate(stems, 1)]


def named_take(number: int, take: Take) -> str:
    """A take in a message: its number, and its file if it was read from one."""
    return f"take {number} ({take.file})" if take.file else f"take {number}"
