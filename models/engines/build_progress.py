"""Progress of a build from the nested phases that TensorRT reports, and a way to stop it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Phase:
    """One phase that is under way."""

    parent: str | None
    steps: int
    done: int = 0


class Progress:
    """Turns phases within phases into one share that only grows.

    Args:
        report: called with the share that is done, 0 to 1, after each tenth.
    """

    def __init__(self, report: Callable[[float], None]) -> None:
        self.cancelled = False
        """Set it, and TensorRT stops the build at its next step."""
        self._on_share = report
        self._phases: dict[str, Phase] = {}
        self._reported = 0

    def start(self, name: str, parent: str | None, steps: int) -> None:
        """A phase of `steps` steps begins, possibly inside another."""
        self._phases[name] = Phase(parent, max(1, steps))

    def complete(self, name: str, step: int) -> bool:
        """A step of a phase is done; returns whether to continue."""
        if phase := self._phases.get(name):
            phase.done = step + 1
            self._report(self._share(name))
        return not self.cancelled

    def finish(self, name: str) -> None:
        """A phase is over."""
        self._phases.pop(name, None)

    def _share(self, name: str) -> float:
        """Share of the whole build: one step of a phase is all of the phase inside it."""
        phase: Phase | None = self._phases[name]
        share = 0.0
        while phase:
            share = (min(phase.done, phase.steps) + (share if phase.done < phase.steps else 0.0)) / phase.steps
            phase = self._phases.get(phase.parent) if phase.parent else None
        return share

    def _report(self, share: float) -> None:
        tenth = int(10 * share)
        if tenth > self._reported:
            self._reported = tenth
            self._on_share(tenth / 10)


def monitor(module: Any, progress: Progress) -> Any:
    """TensorRT's own interface to a `Progress`; None in a version that has none."""
    if not hasattr(module, "IProgressMonitor"):
        return None

    class Monitor(module.IProgressMonitor):  # type: ignore[misc]
        def __init__(self) -> None:
            module.IProgressMonitor.__init__(self)

        def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
            progress.start(phase_name, parent_phase, num_steps)

        def step_complete(self, phase_name: str, step: int) -> bool:
            return progress.complete(phase_name, step)

        def phase_finish(self, phase_name: str) -> None:
            progress.finish(phase_name)

    return Monitor()
