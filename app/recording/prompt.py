"""Prompt: the current instruction of a guided recording."""

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """One moment of a guided recording."""

    title: str
    hint: str
    left_s: float
    """Seconds until the recording begins, or, once it runs, until it ends."""
    recording: bool
    progress: float
    """Completed fraction of the session, 0..1."""

    @property
    def count(self) -> str:
        """The countdown in whole seconds; empty at 0."""
        return str(math.ceil(self.left_s)) if self.left_s > 0 else ""

    @property
    def line(self) -> str:
        """The prompt as one line for a terminal."""
        if self.recording or not self.count:
            return f"{self.title}: {'now. ' if self.recording else ''}{self.hint}"
        return f"{self.title}: in {self.count} ..."


OnPrompt = Callable[[Prompt], None]


class Printer:
    """Writes prompts as lines: one when a task begins, one per second of the countdown."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._last_line = ""

    def __call__(self, prompt: Prompt) -> None:
        """Write a prompt, unless its line equals the last one."""
        if prompt.line != self._last_line:
            self._last_line = prompt.line
            self._write(prompt.line)
