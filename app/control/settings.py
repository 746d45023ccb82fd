"""Settings of desktop control."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """The key maps, the backend and the start state of control."""

    key_maps: tuple[str, ...]
    """Names of bundled key maps, or paths; at least one."""
    back_end: str = "auto"
    """One of `app.control.back_ends.BACK_ENDS`."""
    armed: bool = False
    """Armed from the start."""
    dry_run: bool = False
    """Only log what would be done."""
    allow_commands: bool = False
    """Let the key maps start the programs that they name."""
