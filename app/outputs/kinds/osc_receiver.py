"""`--osc`: a program that receives OSC packets."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from app.outputs.address import ADDRESS, Address
from app.outputs.kind import OpenedOutput, OutputKind, RunFacts
from app.outputs.option_types import address
from app.outputs.osc import Osc


@dataclass(frozen=True, slots=True)
class OscOutput:
    """A receiver of OSC packets."""

    address: Address

    def open(self, run: RunFacts) -> OpenedOutput:
        """Open a socket.

        Raises:
            UserError: the host is unknown.
        """
        del run
        osc = Osc(self.address)
        return OpenedOutput(osc, osc.close, undelivered=osc.undelivered)


def _add_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--osc",
        type=address,
        metavar=ADDRESS,
        help="send gestures as OSC packets (UDP) to a music, light or stage program",
    )


def _read(options: argparse.Namespace) -> Iterator[OscOutput]:
    if options.osc:
        yield OscOutput(options.osc)


OSC = OutputKind(("osc",), _add_options, _read)
