"""Settings of desktop control."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """Which gestures do what on the desktop, and how."""

    key_maps: tuple[str, ...]
    """Names of bundled key maps, or paths; at least one."""
    back_end: str = "auto"
    """One of `app.control.back_ends.BACK_ENDS`."""
    armed: bool = False
    """Act from the start."""
    dry_run: bool = False
    """Only report what would be done."""
    allow_commands: bool = False
    """Let the key maps start the programs that they name."""
