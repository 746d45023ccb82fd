"""Background: mean and covariance of a network's embeddings while the user makes no own gesture."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.errors import ProfileError
from common.arrays import Floats
from common.whole_file import whole_file

FOLDER = Path(__file__).resolve().parent / "backgrounds"
"""Shipped statistics, one file per model, named by the first 16 characters of the hash of its weights."""
N_DIRECTIONS = 64
"""Principal directions kept for a whitening, and in a file."""
SHRINKAGE = 0.2
"""Share of the spherical covariance in the shrunk one: a minute of work spans few directions."""


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Mean [width] and covariance [width, width] of embeddings, float64."""

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]

    @classmethod
    def of(cls, embeddings: Floats) -> "Background":
        """Compute both over the embeddings of T steps, float32 [T, width]."""
        return cls(embeddings.mean(axis=0, dtype=np.float64), np.cov(embeddings.T.astype(np.float64), ddof=0))

    def pooled_with(self, other: "Background | None") -> "Background":
        """This mean, with the average of both covariances; unchanged if `other` is None."""
        return self if other is None else Background(self.mean, (self.covariance + other.covariance) / 2)

    def save(self, folder: Path, weights_sha256: str) -> Path:
        """Write the principal directions to `folder`, named after the model's weights; return the file."""
        variances, axes = _principal_directions(self.covariance)
        rest = (np.trace(self.covariance) - variances.sum()) / len(self.mean)
        path = folder / f"{weights_sha256[:16]}.npz"
        arrays = {"mean": self.mean, "axes": axes, "strengths": variances, "rest": np.array(rest)}
        narrow = {name: array.astype(np.float16 if name == "axes" else np.float32) for name, array in arrays.items()}
        with whole_file(path) as unfinished, unfinished.open("wb") as file:
            np.savez_compressed(file, **narrow)  # type: ignore[arg-type]
        return path

    @classmethod
    def bundled(cls, weights_sha256: str, folder: Path = FOLDER) -> "Background | None":
        """Read the shipped background of a model; None if there is none.

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
    """Whitens embeddings: the background then has the same variance in every direction."""

    mean: Floats
    """float32 [width]."""
    axes: Floats
    """float32 [width, directions]."""

    @classmethod
    def against(cls, background: Background) -> "Whitening":
        """The whitening by a background's principal directions, with shrunk variances."""
        variances, axes = _principal_directions(background.covariance)
        mean_variance = np.trace(background.covariance) / len(background.mean)
        scales = np.sqrt((1 - SHRINKAGE) * variances + SHRINKAGE * mean_variance + np.finfo(np.float32).tiny)
        return cls(background.mean.astype(np.float32), (axes / scales).astype(np.float32))

    def __call__(self, embeddings: Floats) -> Floats:
        """Whiten embeddings [..., width] to [..., directions]."""
        return np.asarray((embeddings - self.mean) @ self.axes, np.float32)


def _principal_directions(covariance: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Variances [k], largest first, and their axes [width, k]."""
    variances, axes = np.linalg.eigh(covariance)
    return np.maximum(variances[::-1][:N_DIRECTIONS], 0.0), axes[:, ::-1][:, :N_DIRECTIONS]
