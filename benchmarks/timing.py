"""Wall time and processor time of calls that alternate."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from tqdm import tqdm

Step = Callable[[], object]
"""Processes one more picture, or one of each stream."""
N_WARM_UP = 3
"""Turns before the measurement."""


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost of each call in ms."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    """Processor time over all threads of the process."""

    def take(self, step: Step) -> None:
        """Call a function and record its cost."""
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        step()
        self.cpu_ms.append(1000 * (time.process_time() - began_cpu_s))
        self.wall_ms.append(1000 * (time.perf_counter() - began_s))


def in_turns(steps: Mapping[str, Step], turns: int, seed: int = 0) -> dict[str, Costs]:
    """Measure one call of each per turn, in a different order each turn, so that caches favour none."""
    random = np.random.default_rng(seed)
    costs = {name: Costs() for name in steps}
    for turn in tqdm(range(-N_WARM_UP, turns), "turns", leave=False, disable=None):  # None: on a terminal only
        for name in random.permutation(list(steps)):
            if turn < 0:
                steps[name]()
            else:
                costs[name].take(steps[name])
    return costs


def ratio(ones: list[float], others: list[float]) -> float:
    """The median of the ratios turn by turn."""
    return float(np.median(np.divide(ones, others)))
