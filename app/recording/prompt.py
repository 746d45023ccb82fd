"""Prompt: what to tell a person now, as plain data."""

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
    """How much of the session is over, 0..1."""

    @property
    def count(self) -> str:
        """The count-down; nothing once there is nothing to count."""
        return str(math.ceil(self.left_s)) if self.left_s > 0 else ""

    @property
    def line(self) -> str:
        """The prompt for somebody who reads it in a terminal."""
        if self.recording or not self.count:
            return f"{self.title}: {'now. ' if self.recording else ''}{self.hint}"
        return f"{self.title}: in {self.count} ..."


OnPrompt = Callable[[Prompt], None]


class Printer:
    """Hands prompts on as lines, one when something new begins and one a second of the count-down."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._told = ""

    def __call__(self, prompt: Prompt) -> None:
        """Hand on a prompt, unless it reads like the one before."""
        if prompt.line != self._told:
            self._told = prompt.line
            self._write(prompt.line)
