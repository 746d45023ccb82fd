"""A stand-in for an input backend that records what it sends."""


class RecordingBackend:
    """Keeps a list of everything done; `?` needs shift, as on many keyboards; `€` is lacking."""

    name, why_lacking = "recording", "it is not on this keyboard"

    def __init__(self) -> None:
        self.done: list[str] = []
        self.down: set[str] = set()
        self.broken = ""
        self.closed = False

    def strokes(self, key: str) -> tuple[str, ...]:
        return {"?": ("shift", "?"), "€": ()}.get(key, (key,))

    def press(self, stroke: str) -> None:
        if stroke == self.broken:
            raise OSError("broken")
        self.done.append(f"+{stroke}")
        self.down.add(stroke)

    def release(self, stroke: str) -> None:
        self.done.append(f"-{stroke}")
        self.down.discard(stroke)

    def move(self, right: int, down: int) -> None:
        self.done.append(f"move {right} {down}")

    def scroll(self, right: int, down: int) -> None:
        self.done.append(f"scroll {right} {down}")

    def close(self) -> None:
        self.closed = True
