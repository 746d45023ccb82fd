"""Where everything of one stream lies in one stretch of memory, and how its slots turn."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.spec import EMBEDDING, LOGITS, PICTURE, ModelSpec

ALIGNMENT = 256
"""Every tensor begins at a multiple of so many bytes, as TensorRT wants it."""


@dataclass(frozen=True, slots=True)
class RingLayout:
    """Offsets in bytes. First the picture, then the answer, then `ring_length` slots for every memory."""

    picture: int
    logits: int
    embedding: int
    answer_end: int
    """Where the slots begin: what lies before is copied to or from the host."""
    end: int
    phases: tuple[tuple[tuple[str, int], ...], ...]
    """For each phase of the ring, every tensor of the graph and where it lies then."""


def lay_out(spec: ModelSpec, sizes: Mapping[str, int]) -> RingLayout:
    """Give everything its place.

    Args:
        spec: the network.
        sizes: bytes of each of the graph's tensors, by name.
    """
    logits = _aligned(sizes[PICTURE])
    embedding = logits + _aligned(sizes[LOGITS])
    answer_end = end = embedding + _aligned(sizes[EMBEDDING])
    slots: dict[str, list[int]] = {}
    for memory in spec.memories:
        size = _aligned(sizes[memory.newest])
        slots[memory.layer] = [end + k * size for k in range(spec.ring_length)]
        end += spec.ring_length * size
    fixed = ((PICTURE, 0), (LOGITS, logits), (EMBEDDING, embedding))
    phases = tuple(fixed + _turned(spec, slots, phase) for phase in range(spec.ring_length))
    return RingLayout(0, logits, embedding, answer_end, end, phases)


def _turned(spec: ModelSpec, slots: dict[str, list[int]], phase: int) -> tuple[tuple[str, int], ...]:
    """Names and places of the memories' tensors in one phase: lag k lies k slots before the one that is written."""
    newest = [(memory.newest, slots[memory.layer][phase]) for memory in spec.memories]
    past = [(memory.past(lag), slots[memory.layer][phase - lag]) for memory in spec.memories for lag in memory.lags]
    return (*newest, *past)


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
