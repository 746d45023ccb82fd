"""Fusion: one decision from the steps of one or several networks over a stream."""

from typing import NamedTuple, Protocol

from models.decoder import GestureEvent, Probabilities
from models.network import Network
from models.recognition import Step


class Decision(NamedTuple):
    """The decision at one time."""

    step: Step | None
    """The step that decides, from one network or fused; None before the first."""
    smoothed: Probabilities
    event: GestureEvent | None
    lasting: str | None


class Fusion(Protocol):
    """Decides from the steps of all networks of one stream.

    At each due time, call `wants` for each network in order, `note` with its step if that is True, then `decide`.
    `wants` has no side effect, and is not needed if the steps exist already.
    """

    def reset(self) -> None:
        """Forget the stream."""
        ...

    def wants(self, network: str) -> bool:
        """Whether the network of this name is to step now."""
        ...

    def note(self, step: Step) -> None:
        """Take the step of one network."""
        ...

    def decide(self, time_s: float) -> Decision:
        """Decide from the steps since the last decision."""
        ...


class SingleNetwork:
    """Decides from one network.

    Args:
        network: the network whose steps are noted.
    """

    def __init__(self, network: Network) -> None:
        self._decoder = network.decoder()
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self._decoder.reset()

    def wants(self, network: str) -> bool:  # noqa: ARG002 - there is one
        """Always."""
        return True

    def note(self, step: Step) -> None:
        """Decode one step."""
        self._step, self._event = step, self._decoder.update(step.probabilities, step.time_s)

    def decide(self, time_s: float) -> Decision:  # noqa: ARG002 - the step has it
        """What the decoder found in the newest step."""
        decoder = self._decoder
        return Decision(self._step, decoder.smoothed, self._event, decoder.lasting)
