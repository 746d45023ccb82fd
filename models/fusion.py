"""Fusion: from the steps of one or several networks over a stream to one decision."""

from typing import NamedTuple, Protocol

from models.decoder import GestureEvent, Probabilities
from models.network import Network
from models.recognition import Step


class Decision(NamedTuple):
    """What is decided at one time."""

    step: Step | None
    """The step that decides: of one network, or of several together; None before the first."""
    smoothed: Probabilities
    event: GestureEvent | None
    lasting: str | None


class Fusion(Protocol):
    """Decides from the steps of all networks of one stream.

    It is called at each due time: `wants` for each network in order, `note` where that says yes, and `decide` at last.
    `wants` changes nothing; it need not be called if the steps are there already.
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
        """Decide from what was noted since the last decision."""
        ...


class SingleNetwork:
    """The only network decides.

    Args:
        network: whose steps come.
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
