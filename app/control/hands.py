"""Hands: what every way of pressing keys and moving the mouse can do."""

from typing import Protocol


class Hands(Protocol):
    """Presses, moves and scrolls. Keys are named as in `app.control.keys`; mouse buttons are keys."""

    name: str

    def lack(self, key: str) -> str:
        """Why a key cannot be pressed here; empty when it can."""
        ...

    def press(self, key: str) -> None:
        """Press a key and keep it down."""
        ...

    def release(self, key: str) -> None:
        """Let go of a key."""
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

    def lack(self, key: str) -> str:
        """Nothing is lacking where nothing is done."""
        del key
        return ""

    def press(self, key: str) -> None:
        """Do nothing."""

    def release(self, key: str) -> None:
        """Do nothing."""

    def move(self, right: int, down: int) -> None:
        """Do nothing."""

    def scroll(self, right: int, down: int) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
