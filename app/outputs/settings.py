"""Settings of the outputs."""

from dataclasses import dataclass
from pathlib import Path

from app.outputs.address import Address
from app.outputs.broker import Broker


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """The outputs of a run; None for an output that is not used. They contain no passwords."""

    events: str | None = None
    """File for the events; `-` is standard output."""
    trace: str | None = None
    """File for the events and every step; `-` is standard output."""
    serve: Address | None = None
    """Address that the web page listens on."""
    websocket: Address | None = None
    """Address that the WebSocket of events listens on."""
    token_file: Path | None = None
    """File with the access token of the page and the WebSocket."""
    allowed_origins: tuple[str, ...] = ()
    """Origins of other web pages that may connect."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names of this machine."""
    mqtt: Broker | None = None
    osc: Address | None = None
    """Address that OSC packets are sent to."""
    obs: Address | None = None
    """Address of OBS Studio's WebSocket server."""
    obs_scenes: tuple[tuple[str, str], ...] = ()
    """Pairs of a gesture and the scene that it switches to."""
