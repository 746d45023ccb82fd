"""Kind: what there is to know of a kind of output: its options, the settings that they make, and how it is opened."""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from app.events import Sink
from app.observer import Observer


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What an output may have to know of the run."""

    sources: tuple[str, ...]
    """What is read as a camera."""
    gestures: tuple[str, ...]
    """The names under which gestures fire."""


@dataclass(frozen=True, slots=True)
class OpenedOutput:
    """An output, open until closed."""

    sink: Sink
    close: Callable[[], None]
    observer: Observer | None = None
    """Sees every recognition, where messages are not enough."""
    describe: Callable[[str, bool], None] | None = None
    """Takes what became known after it was opened: the source's name, and whether it is shown mirrored."""


class Output(Protocol):
    """The settings of one output, without passwords."""

    def open(self, run: RunFacts) -> OpenedOutput:
        """Open it. Packages that only it needs are imported here.

        Raises:
            UserError: it cannot be opened.
        """
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of output."""

    options: tuple[str, ...]
    """The options that ask for it, such as `obs_scene`."""
    add_options: Callable[[argparse._ArgumentGroup], None]
    """Adds these, and those that say how."""
    read: Callable[[argparse.Namespace], Iterable[Output]]
    """The outputs of this kind that a command line asks for."""
