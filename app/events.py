"""Events as JSON lines, one object a line, for programs to read (`"v": 1`)."""

import json
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, TextIO

from app.meters import Percentiles
from models.errors import UserError
from models.recognizer import Recognition
from models.spec import ModelSpec

FORMAT_VERSION = 1
STDOUT = "-"
"""The file name that means standard output."""


class JsonLines:
    """Writes what happens in a stream. Every line is written whole, in one piece, as it happens.

    Args:
        file: a path, or `-` for standard output.
        steps: whether every step of the network is written as well (a trace).

    Raises:
        UserError: the file cannot be written.
    """

    def __init__(self, file: str, steps: bool = False) -> None:
        self._steps = steps
        self._lock = Lock()
        self._begun = False
        self._armed: bool | None = None
        self._name = "standard output" if file == STDOUT else file
        try:
            self._out: TextIO = sys.stdout if file == STDOUT else Path(file).open("w", encoding="utf-8")  # noqa: SIM115
        except OSError as error:
            raise UserError(f"cannot write {file} ({error.strerror}); name a file in a folder that exists") from error

    def header(self, spec: ModelSpec, engine: str) -> None:
        """The first line: what the rest was made with."""
        self._write("header", labels=spec.labels, model=spec.name, engine=engine, rate_hz=spec.rate_hz)
        self._begun = True
        if self._armed is not None:
            self.arm(self._armed)

    def see(self, seen: Recognition, step_ms: float) -> None:
        """Write the steps of a frame, if this is a trace, and the gesture that fired on it, if one did."""
        frame = seen.frame
        for step in seen.steps if self._steps else ():
            probabilities = [round(float(p), 5) for p in step.probabilities]
            time_s = round(step.time_s, 3)
            self._write("step", frame=frame.index, time_s=time_s, probs=probabilities, step_ms=round(step_ms, 3))
        if event := seen.event:
            self._write(
                "gesture",
                label=event.label,
                score=round(event.score, 4),
                began_s=round(event.began_s, 3),
                fired_s=round(event.fired_s, 3),
                frame=frame.index,
            )

    def arm(self, armed: bool) -> None:
        """Write that gestures act on the desktop from here on, or no longer do. Any thread may call it."""
        self._armed = armed
        if self._begun:
            with suppress(BrokenPipeError, UserError):  # whoever writes the next line hears of it
                self._write("control", armed=armed)

    def summary(self, frames: int, steps: int, dropped: int, step_ms: Percentiles) -> None:
        """The last line."""
        times = {name: round(getattr(step_ms, name), 3) for name in ("p50", "p95", "p99")}
        self._write("summary", frames=frames, steps=steps, dropped=dropped, step_ms=times)

    def close(self) -> None:
        """Close the file; standard output stays open."""
        if self._out is not sys.stdout:
            with suppress(OSError):  # a full disk was told when the line was written
                self._out.close()

    def _write(self, kind: str, **fields: Any) -> None:
        line = json.dumps({"v": FORMAT_VERSION, "type": kind, **fields}, ensure_ascii=False, separators=(",", ":"))
        try:
            with self._lock:
                self._out.write(line + "\n")
                self._out.flush()
        except BrokenPipeError:
            raise  # the reader has had enough; not an error of this file
        except OSError as error:
            raise UserError(
                f"cannot write events to {self._name} any more ({error.strerror}); the lines before this are whole"
            ) from error
