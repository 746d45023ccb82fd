"""Settings of desktop control."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """Which profiles act on the desktop, and how."""

    profiles: tuple[str, ...]
    """Names of bundled profiles, or paths."""
    back_end: str = "auto"
    """One of `app.control.back_ends.BACK_ENDS`."""
    armed: bool = False
    """Act from the start."""
    dry_run: bool = False
    """Only report what would be done."""
    allow_commands: bool = False
    """Let the profiles start the programs that they name."""
