"""Kind: the options of a kind of output, its settings, and how it is opened."""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from app.events import Sink
from app.observer import Observer


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Facts of the run that outputs use."""

    sources: tuple[str, ...]
    """The sources that are read as cameras."""
    gestures: tuple[str, ...]
    """The labels or groups that can fire."""


@dataclass(frozen=True, slots=True)
class OpenedOutput:
    """An output, open until closed."""

    sink: Sink
    close: Callable[[], None]
    observer: Observer | None = None
    """Receives every recognition, for an output that needs more than the messages."""
    describe: Callable[[str, bool], None] | None = None
    """Receives the source's name and whether its picture is mirrored, which are known only after opening."""
    undelivered: Callable[[], str] | None = None
    """Why nothing at all reached the receiver, for an output that can know it; empty if something did. Called after
    closing."""


class OutputSettings(Protocol):
    """The settings of one output, without passwords."""

    def open(self, run: RunFacts) -> OpenedOutput:
        """Open it; the packages that only this output needs are imported here.

        Raises:
            UserError: it cannot be opened.
        """
        ...


@dataclass(frozen=True, slots=True)
class OutputKind:
    """A kind of output."""

    options: tuple[str, ...]
    """The options that select it, such as `obs_scene`."""
    add_options: Callable[[argparse._ArgumentGroup], None]
    """Adds these options, and those that configure it."""
    read: Callable[[argparse.Namespace], Iterable[OutputSettings]]
    """The settings of the outputs of this kind that a command line selects."""
