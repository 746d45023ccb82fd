"""InputBackend: the interface of everything that sends key, pointer and wheel events."""

from typing import Protocol


class InputBackend(Protocol):
    """Sends input events. Keys are named as in `app.control.keys`; mouse buttons are keys."""

    name: str
    why_lacking: str
    """Why a key cannot be pressed here, for error messages."""

    def strokes(self, key: str) -> tuple[str, ...]:
        """The keys to press, in order, for a key or a character (`?` may need shift); empty if it cannot be pressed."""
        ...

    def press(self, stroke: str) -> None:
        """Press one key and keep it down."""
        ...

    def release(self, stroke: str) -> None:
        """Release one key."""
        ...

    def move(self, right: int, down: int) -> None:
        """Move the pointer by pixels."""
        ...

    def scroll(self, right: int, down: int) -> None:
        """Turn the wheel by notches."""
        ...

    def close(self) -> None:
        """Close the device."""
        ...


class DryRunBackend:
    """Sends nothing: for `--dry-run`."""

    name = "dry run"
    why_lacking = ""

    def strokes(self, key: str) -> tuple[str, ...]:
        return (key,)

    def press(self, stroke: str) -> None:
        pass

    def release(self, stroke: str) -> None:
        pass

    def move(self, right: int, down: int) -> None:
        pass

    def scroll(self, right: int, down: int) -> None:
        pass

    def close(self) -> None:
        pass
