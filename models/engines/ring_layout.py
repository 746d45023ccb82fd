"""The layout of a stream's tensors in one block of memory, and the slots of each phase."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.spec import EMBEDDING, LOGITS, PICTURE, ModelSpec

ALIGNMENT = 256
"""Alignment of every tensor in bytes, as TensorRT requires."""


@dataclass(frozen=True, slots=True)
class RingLayout:
    """Offsets in bytes: the picture, the outputs, then the slots of every layer."""

    picture: int
    logits: int
    embedding: int
    answer_end: int
    """Where the slots begin; the part before them is copied to or from the host."""
    end: int
    phases: tuple[tuple[tuple[str, int], ...], ...]
    """For each phase of the ring, the offset of every tensor of the graph."""


def lay_out(spec: ModelSpec, sizes: Mapping[str, int], lag_divisor: int = 1) -> RingLayout:
    """Compute the layout.

    Args:
        spec: the network.
        sizes: bytes of each of the graph's tensors, by name.
        lag_divisor: divisor of all lags.
    """
    logits = _aligned(sizes[PICTURE])
    embedding = logits + _aligned(sizes[LOGITS])
    answer_end = end = embedding + _aligned(sizes[EMBEDDING])
    slots: dict[str, list[int]] = {}
    for memory, length in zip(spec.memories, spec.ring_slots(lag_divisor), strict=True):
        size = _aligned(sizes[memory.newest])
        slots[memory.layer] = [end + k * size for k in range(length)]
        end += length * size
    fixed = ((PICTURE, 0), (LOGITS, logits), (EMBEDDING, embedding))
    phases = tuple(fixed + _turned(spec, slots, phase, lag_divisor) for phase in range(spec.ring_phases(lag_divisor)))
    return RingLayout(0, logits, embedding, answer_end, end, phases)


def _turned(spec: ModelSpec, slots: dict[str, list[int]], phase: int, lag_divisor: int) -> tuple[tuple[str, int], ...]:
    """Names and offsets of past tensors in one phase: the slice of k steps ago is k slots before the newest."""
    places = []
    for memory in spec.memories:
        own = slots[memory.layer]
        places.append((memory.newest, own[phase % len(own)]))
        backs = zip(memory.lags, memory.steps_back(lag_divisor), strict=True)
        places += [(memory.past(lag), own[(phase - back) % len(own)]) for lag, back in backs]
    return tuple(places)


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
