"""Generated embeddings of work, of movements and of moments."""

import numpy as np

from calibration.take import Kind, Take
from models.spec import Decoding, ModelSpec, Rule

WIDTH = 16
LABELS = ("Doing other things", "No gesture", "Swiping Left", "Thumb Up")
SPEC = ModelSpec(
    "toy", LABELS, 8, 8, (0.0,) * 3, (1.0,) * 3, 12.0, (), 1, WIDTH, 1.0, Decoding(0.2, Rule()), "", "ab" * 32
)


def work_stream(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """A slow random walk of embeddings, float32 [T, WIDTH]."""
    steps = round(12 * seconds)
    noise = rng.normal(size=(steps, WIDTH))
    for k in range(1, steps):
        noise[k] = 0.85 * noise[k - 1] + 0.35 * noise[k]
    return noise.astype(np.float32)


def movement(axis: int) -> np.ndarray:
    """A movement's own course through embedding space, two seconds, float32 [24, WIDTH]: out one way, back another."""
    course = np.zeros((24, WIDTH), np.float32)
    course[:12, axis] = course[12:, axis + 1] = 8.0
    return course


def performed(rng: np.random.Generator, axis: int, before_s: float = 3.0, after_s: float = 0.8) -> np.ndarray:
    """Work, the movement at a random time and strength, then work."""
    steps = round(12 * (before_s + 2 + after_s))
    stream = work_stream(rng, steps / 12)
    first = round(12 * before_s) + int(rng.integers(-2, 3))
    stream[first : first + 24] += movement(axis) * rng.uniform(0.8, 1.2)
    return stream


def a_take(kind: Kind, label: str, embeddings: np.ndarray, logits: np.ndarray | None = None, begins: int = 0) -> Take:
    """A take of generated embeddings; no gesture unless logits are given."""
    steps = len(embeddings)
    if logits is None:
        logits = np.tile(np.array([0, 6, 0, 0], np.float32), (steps, 1))
    pictures = np.zeros((steps, 8, 8, 3), np.uint8)
    return Take(kind, label, np.arange(steps) / 12, pictures, logits, embeddings, SPEC, begins)


def takes_of(label: str, axis: int, count: int, seed: int = 0) -> list[Take]:
    """Takes of one movement."""
    rng = np.random.default_rng((seed, axis))
    return [a_take(Kind.GESTURE, label, performed(rng, axis), begins=30) for _ in range(count)]


def a_minute_of_work(seed: int = 1) -> Take:
    """Work and nothing else."""
    return a_take(Kind.WORK, "", work_stream(np.random.default_rng(seed), 60))
