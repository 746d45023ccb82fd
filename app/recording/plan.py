"""RecordingPlan: the tasks of a guided recording, in order."""

from collections.abc import Iterator
from dataclasses import dataclass

from calibration.errors import TakeError
from calibration.person_files import normalized_name
from calibration.recording_options import FIRST_READY_S, READY_S
from calibration.take import Kind
from models.spec import NO_GESTURE_LABELS


@dataclass(frozen=True, slots=True)
class RecordingTask:
    """One take to record."""

    kind: Kind
    label: str
    number: int
    of: int
    ready_s: float
    length_s: float

    @property
    def title(self) -> str:
        """What to do, as a title."""
        if self.kind is Kind.WORK:
            return "Just work"
        return f"{self.label} · {self.number} of {self.of}"

    @property
    def hint(self) -> str:
        """How to do it, in one sentence."""
        if self.kind is Kind.WORK:
            return "Type, drink, scratch your nose. No gestures."
        return "Make the movement once, then lower your hand."


@dataclass(frozen=True, slots=True)
class RecordingPlan:
    """The takes of one session."""

    gestures: tuple[str, ...]
    takes: int = 5
    take_s: float = 3.0
    work_s: float = 60.0
    """Length of the take without gestures; 0 for none."""

    def check(self) -> None:
        """Check the names of the gestures.

        Raises:
            UserError: a name cannot be used, or there is nothing to record.
        """
        for label in self.gestures:
            normalized_name(label)
            if label in NO_GESTURE_LABELS:
                raise TakeError(f"{label!r} is not a gesture; --work records takes without gestures")
        if not self.gestures and not self.work_s:
            raise TakeError("there is nothing to record; name a gesture: --gesture NAME")

    def tasks(self) -> Iterator[RecordingTask]:
        """Every take of every gesture, then the take without gestures."""
        for label in map(normalized_name, self.gestures):
            for number in range(1, self.takes + 1):
                ready_s = FIRST_READY_S if number == 1 else READY_S
                yield RecordingTask(Kind.GESTURE, label, number, self.takes, ready_s, self.take_s)
        if self.work_s:
            yield RecordingTask(Kind.WORK, "", 1, 1, FIRST_READY_S, self.work_s)
