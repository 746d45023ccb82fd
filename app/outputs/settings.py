"""Settings of the outputs."""

from dataclasses import dataclass
from pathlib import Path

from app.outputs.address import Address
from app.outputs.broker import Broker


@dataclass(frozen=True, slots=True)
class OutputSettings:
    """The outputs of a run; None where there is none of a kind. Passwords are not in here."""

    events: str | None = None
    """File for the events; `-` is standard output."""
    trace: str | None = None
    """File for the events and every step; `-` is standard output."""
    serve: Address | None = None
    """Where the web page listens."""
    websocket: Address | None = None
    """Where the WebSocket of events listens."""
    token_file: Path | None = None
    """Holds the token that the page and the WebSocket ask for."""
    allowed_origins: tuple[str, ...] = ()
    """Web pages elsewhere that may listen."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names of this machine."""
    mqtt: Broker | None = None
    osc: Address | None = None
    """Where OSC packets are sent."""
    obs: Address | None = None
    """Where OBS Studio listens."""
    obs_scenes: tuple[tuple[str, str], ...] = ()
    """Gestures, each with the scene that it switches to."""
