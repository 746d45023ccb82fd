"""Where everything of one stream lies in one stretch of memory, and how its slots turn."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.spec import EMBEDDING, LOGITS, PICTURE, ModelSpec

ALIGNMENT = 256
"""Alignment of every tensor in bytes, as TensorRT requires."""


@dataclass(frozen=True, slots=True)
class RingLayout:
    """Offsets in bytes. First the picture, then the answer, then the slots of every memory."""

    picture: int
    logits: int
    embedding: int
    answer_end: int
    """Where the slots begin: what lies before is copied to or from the host."""
    end: int
    phases: tuple[tuple[tuple[str, int], ...], ...]
    """For each phase of the ring, every tensor of the graph and where it lies then."""


def lay_out(spec: ModelSpec, sizes: Mapping[str, int], lag_divisor: int = 1) -> RingLayout:
    """Give everything its place.

    Args:
        spec: the network.
        sizes: bytes of each of the graph's tensors, by name.
        lag_divisor: how many times less far back the layers look than they were trained to.
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
    """Names and places of the memories' tensors in one phase: what lies k steps back lies k slots before the newest."""
    places = []
    for memory in spec.memories:
        own = slots[memory.layer]
        places.append((memory.newest, own[phase % len(own)]))
        backs = zip(memory.lags, memory.steps_back(lag_divisor), strict=True)
        places += [(memory.past(lag), own[(phase - back) % len(own)]) for lag, back in backs]
    return tuple(places)


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
