"""`--events`, `--trace`: messages as JSON lines, in a file, a named pipe or on standard output."""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass

from app.outputs.json_lines import STDOUT, JsonLines
from app.outputs.kind import OpenedOutput, OutputKind, RunFacts
from common.errors import UserError


@dataclass(frozen=True, slots=True)
class FileOutput:
    """A file of JSON lines."""

    file: str
    """A path; `-` is standard output."""
    steps: bool = False
    """Also write every step (a trace)."""
    others: tuple[str, ...] = ()
    """Other files that the run writes to."""

    def open(self, run: RunFacts) -> OpenedOutput:
        """Open it.

        Raises:
            UserError: it cannot be written, or the run writes to it or reads it otherwise.
        """
        if real_path(self.file) in map(real_path, self.others):
            raise UserError(
                f"--events and --trace both write to {self.file}; a trace has the events, so --trace is enough"
            )
        if real_path(self.file) in map(real_path, run.sources):
            raise UserError(f"{self.file} is read as the camera and cannot be written; name another file")
        lines = JsonLines(self.file, self.steps)
        return OpenedOutput(lines, lines.close)


def real_path(file: str) -> str:
    """The real path of a file; the name itself for standard output, or if the working folder no longer exists."""
    try:
        return file if file == STDOUT else os.path.realpath(file)
    except OSError:
        return file


def _add_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--events", metavar="FILE", help="write events as JSON lines ('-' is standard output)")
    group.add_argument("--trace", metavar="FILE", help="events and every step of the networks with its probabilities")


def _read(options: argparse.Namespace) -> Iterator[FileOutput]:
    """Without a window and an output file, the events go to standard output."""
    events = options.events or (STDOUT if options.headless and not options.trace else None)
    if events:
        yield FileOutput(events, others=(options.trace,) if options.trace else ())
    if options.trace:
        yield FileOutput(options.trace, steps=True)


FILES = OutputKind(("events", "trace"), _add_options, _read)
