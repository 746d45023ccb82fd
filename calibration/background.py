"""Background: how a network's embeddings spread when no gesture of a person's own is made."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.errors import ProfileError
from common.arrays import Floats
from common.whole_file import whole_file

FOLDER = Path(__file__).resolve().parent / "backgrounds"
"""Shipped statistics, one file a model, named by the first letters of its weights' hash."""
DIRECTIONS = 64
"""Directions kept of a whitening, and of a statistic on disk."""
SHRINK = 0.2
"""How far a covariance is drawn towards a ball; a minute of work fills few of its directions."""


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Mean [width] and covariance [width, width] of embeddings, float64."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @classmethod
    def of(cls, embeddings: Floats) -> "Background":
        """The statistic of some steps, [T, width]."""
        return cls(embeddings.mean(axis=0, dtype=np.float64), np.cov(embeddings.T.astype(np.float64), ddof=0))

    def seen_with(self, other: "Background | None") -> "Background":
        """This person's mean, and the covariance of both alike."""
        return self if other is None else Background(self.mean, (self.covariance + other.covariance) / 2)

    def save(self, folder: Path, weights_sha256: str) -> Path:
        """Write the statistic of one model, its strongest directions only; return the file."""
        strengths, axes = _strongest(self.covariance)
        rest = (np.trace(self.covariance) - strengths.sum()) / len(self.mean)
        path = folder / f"{weights_sha256[:16]}.npz"
        arrays = {"mean": self.mean, "axes": axes, "strengths": strengths, "rest": np.array(rest)}
        narrow = {name: array.astype(np.float16 if name == "axes" else np.float32) for name, array in arrays.items()}
        with whole_file(path) as unfinished, unfinished.open("wb") as file:
            np.savez_compressed(file, **narrow)  # type: ignore[arg-type]
        return path

    @classmethod
    def bundled(cls, weights_sha256: str, folder: Path = FOLDER) -> "Background | None":
        """The shipped statistic for one model; None where there is none.

        Raises:
            ProfileError: its file is damaged.
        """
        path = folder / f"{weights_sha256[:16]}.npz"
        if not weights_sha256 or not path.is_file():
            return None
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                axes = data["axes"].astype(np.float64)
                covariance = (axes * data["strengths"]) @ axes.T + data["rest"] * np.eye(len(axes))
                return cls(data["mean"].astype(np.float64), covariance)
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise ProfileError(f"{path} is damaged ({type(error).__name__}); install the program again") from error


@dataclass(frozen=True, slots=True, eq=False)
class Whitening:
    """Turns embeddings so that a background spreads alike in every direction; gestures then stand out of it."""

    mean: Floats
    """float32 [width]."""
    axes: Floats
    """float32 [width, directions]."""

    @classmethod
    def against(cls, background: Background) -> "Whitening":
        """The whitening of one background."""
        strengths, axes = _strongest(background.covariance)
        ball = np.trace(background.covariance) / len(background.mean)
        scales = np.sqrt((1 - SHRINK) * strengths + SHRINK * ball + np.finfo(np.float32).tiny)
        return cls(background.mean.astype(np.float32), (axes / scales).astype(np.float32))

    def __call__(self, embeddings: Floats) -> Floats:
        """Whiten embeddings [..., width] to [..., directions]."""
        return np.asarray((embeddings - self.mean) @ self.axes, np.float32)


def _strongest(covariance: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The strongest directions: variances [k], strongest first, and axes [width, k]."""
    strengths, axes = np.linalg.eigh(covariance)
    return np.maximum(strengths[::-1][:DIRECTIONS], 0.0), axes[:, ::-1][:, :DIRECTIONS]
