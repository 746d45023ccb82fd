"""Recorder: follows a recording plan in stream time and saves one take per task."""

from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from app.recording.plan import RecordingPlan, RecordingTask
from app.recording.prompt import OnPrompt, Prompt
from calibration.take import Kind, Take
from calibration.take_folder import TakeFolder
from models.frame_times import MAX_REPEAT_S
from models.recognition import Recognition, Step
from models.spec import ModelSpec

LEAD_S = 3.0
"""Seconds of the countdown that a take keeps: the longest window before a gesture."""
ROUNDING_S = 1e-3
"""Times in video files are rounded, to milliseconds at worst."""


class Recorder:
    """An observer that issues the prompts of a plan and saves the steps of each task as a take.

    Args:
        plan: the tasks.
        recordings: where the takes are saved.
        spec: of the network that steps the stream; there must be only one.
        on_end: called once, when the plan is finished.
    """

    def __init__(
        self, plan: RecordingPlan, recordings: TakeFolder, spec: ModelSpec, on_end: Callable[[], None]
    ) -> None:
        self._recordings, self._spec, self._on_end = recordings, spec, on_end
        self._tasks = list(plan.tasks())
        self._total_s = sum(task.ready_s + task.length_s for task in self._tasks)
        self._lead: deque[Step] = deque(maxlen=round(LEAD_S * spec.rate_hz))
        self._kept: list[Step] = []
        self._began_s: float | None = None
        self._seen_s = 0.0
        self._interval_s = MAX_REPEAT_S
        """The shortest time between two frames; a longer one is a stall."""
        self.done = 0
        """Number of saved tasks."""
        self.listener: OnPrompt = lambda _: None

    @property
    def tasks(self) -> int:
        return len(self._tasks)

    @property
    def finished(self) -> bool:
        """Whether all tasks are saved."""
        return self.done == self.tasks

    def see(self, seen: Recognition) -> None:
        if self.finished:
            return
        time_s = seen.frame.time_s
        since_s = time_s - self._seen_s
        if self._began_s is None or not 0 <= since_s <= MAX_REPEAT_S:
            self._begin(time_s)  # also after a gap, such as a pause: an interrupted task starts again
            self._interval_s = MAX_REPEAT_S
            since_s = 0.0
        elif since_s > 0:
            self._interval_s = min(self._interval_s, since_s)
        self._seen_s = time_s
        # A frame lasts until the next one: the last frame of a video lies before the video's end.
        lasts_s = self._interval_s if since_s else 0.0
        self._follow(self._tasks[self.done], seen.steps, time_s, time_s + lasts_s)

    def _begin(self, time_s: float) -> None:
        self._began_s = time_s
        self._kept = []
        self._lead.clear()

    def _follow(self, task: RecordingTask, steps: Sequence[Step], time_s: float, until_s: float) -> None:
        """Keep the steps of one frame, send the prompt, and finish the task if its time is over."""
        assert self._began_s is not None
        starts_s = self._began_s + task.ready_s
        for step in steps:
            (self._kept if step.time_s >= starts_s else self._lead).append(step)
        self.listener(self._prompt(task, time_s - self._began_s))
        ends_s = starts_s + task.length_s
        if until_s >= ends_s - ROUNDING_S:
            self._finish(task, ends_s)

    def _finish(self, task: RecordingTask, ends_s: float) -> None:
        self._recordings.add(cut(task.kind, task.label, list(self._lead), self._kept, self._spec))
        self.done += 1
        self._begin(ends_s)
        if self.finished:
            self.listener(Prompt("Done", "Everything is saved.", 0.0, False, 1.0))
            self._on_end()

    def _prompt(self, task: RecordingTask, inside_s: float) -> Prompt:
        recording = inside_s >= task.ready_s
        left_s = task.ready_s - inside_s + (task.length_s if recording else 0.0)
        before_s = sum(each.ready_s + each.length_s for each in self._tasks[: self.done])
        progress = min(1.0, (before_s + inside_s) / self._total_s)
        return Prompt(task.title, task.hint, max(0.0, left_s), recording, progress)


def cut(kind: Kind, label: str, lead: Sequence[Step], kept: Sequence[Step], spec: ModelSpec) -> Take:
    """Build a take from its steps and the steps before it."""
    steps = [*lead, *kept]
    return Take(
        kind,
        label,
        np.array([step.time_s for step in steps]),
        np.stack([step.picture for step in steps]),
        np.stack([step.logits for step in steps]),
        np.stack([step.embedding for step in steps]),
        spec,
        begins=len(lead),
    )
