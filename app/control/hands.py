"""Hands: what every way of pressing keys and moving the mouse can do."""

from typing import Protocol


class Hands(Protocol):
    """Presses, moves and scrolls. Keys are named as in `app.control.keys`; mouse buttons are keys."""

    name: str
    why_lacking: str
    """What to say of a key that cannot be pressed here."""

    def strokes(self, key: str) -> tuple[str, ...]:
        """The keys to press, one by one, for a key or a character: `?` may need shift; none where it is lacking."""
        ...

    def press(self, stroke: str) -> None:
        """Press one key and keep it down."""
        ...

    def release(self, stroke: str) -> None:
        """Let go of one key."""
        ...

    def move(self, right: int, down: int) -> None:
        """Move the pointer by so many pixels."""
        ...

    def scroll(self, right: int, down: int) -> None:
        """Turn the wheel by so many notches."""
        ...

    def close(self) -> None:
        """Give the device back."""
        ...


class NoHands:
    """Does nothing: for a dry run."""

    name = "dry run"
    why_lacking = ""

    def strokes(self, key: str) -> tuple[str, ...]:
        """Every key is there."""
        return (key,)

    def press(self, stroke: str) -> None:
        """Do nothing."""

    def release(self, stroke: str) -> None:
        """Do nothing."""

    def move(self, right: int, down: int) -> None:
        """Do nothing."""

    def scroll(self, right: int, down: int) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
