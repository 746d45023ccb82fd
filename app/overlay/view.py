"""View: what the window shows, as plain data without Qt."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

import numpy as np

from app.meters import Readings
from app.recording.prompt import Prompt
from app.replay import Replay
from models.decoder import GestureEvent, Probabilities
from models.frame import Image
from models.recognition import Recognition
from models.region import Region
from models.vocabulary import Vocabulary

HOLD_S = 2.0
"""How long a gesture stays on the screen after it fired, in seconds of stream time."""
N_PAST_EVENTS = 200
"""Number of past events kept."""
CONTROL_KEY = "C"
"""The window's key that arms and disarms control."""
_N_RANKED = 10


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """Options of the window, known before the first frame."""

    labels: tuple[str, ...]
    model: str
    """Name of the model."""
    engine: str
    """Name of the engine, such as `onnxruntime:CPUExecutionProvider`."""
    source: str
    """Name of the camera or file, such as `Camera 0` or `clip.mp4`."""
    mirror: bool = False
    """Mirror the picture."""
    overlay: bool = False
    """Show the click-through HUD instead of the window."""
    guided: bool = False
    """Whether it is a guided recording, with prompts."""
    replay: Replay | None = None
    """The kept seconds before each event; None for no replay."""
    draw_region: Callable[[Region | None], None] | None = None
    """Called with the region that the user draws on the picture, or None if they remove it."""
    vocabulary: Vocabulary | None = None
    """The groups of labels that are decided together; None for none."""
    armed: bool | None = None
    """Whether control is armed at the start; None without control."""
    control_key: str = ""
    """The key that arms and disarms control; empty for none."""
    slow_remedy: str = ""
    """What makes a stream faster that is too slow for this machine."""
    on_focus: Callable[[bool], None] | None = None
    """Called with whether the window has the focus, on each change."""

    @property
    def engine_words(self) -> str:
        """Display name of the engine: `onnxruntime · CPU`."""
        return self.engine.replace("ExecutionProvider", "").replace(":", " · ")


@dataclass(slots=True)
class ViewUpdate:
    """The changes since the window last took an update."""

    seen: Recognition | None = None
    """The newest recognition."""
    readings: Readings | None = None
    events: list[GestureEvent] = field(default_factory=list)
    """All events, also of recognitions that a newer one replaced."""
    prompt: Prompt | None = None
    """The newest prompt of a guided recording."""
    message: str | None = None
    """A new status message; empty clears it."""
    armed: bool | None = None
    """Whether control is armed; None if unchanged."""
    handed_over: bool | None = None
    """Whether use of mouse or keyboard withholds gestures; None if unchanged."""
    ended: bool = False
    error: BaseException | None = None


class Tone(Enum):
    """Kind of a status, which selects its sign and colour."""

    WAITING = auto()
    LIVE = auto()
    PAUSED = auto()
    ENDED = auto()
    WARNING = auto()


@dataclass(frozen=True, slots=True)
class Status:
    """The status of the stream as a short text."""

    tone: Tone
    text: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A label and its smoothed probability, 0..1."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Past:
    """A past event, with its time on the view's clock."""

    label: str
    score: float
    at_s: float


class View:
    """Turns the worker's updates into what the window shows.

    Its clock follows stream time, but never runs backwards: if a stream starts again, the clock continues.
    """

    def __init__(self, options: ViewOptions) -> None:
        self.options = options
        self.paused = False
        self.ended = False
        self.armed = options.armed
        """Whether control is armed; None if unknown."""
        self.focused = False
        """Whether the window has the focus; control does nothing then."""
        self.handed_over = False
        """Whether use of mouse or keyboard withheld a gesture, and still does."""
        self.prompt: Prompt | None = None
        self.message = ""
        self.seen: Recognition | None = None
        self.readings: Readings | None = None
        self.clock_s = 0.0
        self._past: deque[Past] = deque(maxlen=N_PAST_EVENTS)
        self._ranked: tuple[Ranked, ...] = ()

    def take(self, update: ViewUpdate) -> None:
        if update.seen is not None:
            self._tick(update.seen.frame.time_s)
            self._rank(update.seen.smoothed)
            self.seen, self.readings = update.seen, update.readings
        for event in update.events:
            self._past.appendleft(Past(event.label, event.score, self._on_clock(event.fired_s)))
        self.message = self.message if update.message is None else update.message
        self.prompt = update.prompt or self.prompt
        self.armed = self.armed if update.armed is None else update.armed
        self.handed_over = self.handed_over if update.handed_over is None else update.handed_over
        self.ended = self.ended or update.ended

    def _tick(self, time_s: float) -> None:
        before_s = self.seen.frame.time_s if self.seen else time_s
        self.clock_s += max(0.0, time_s - before_s)

    def _rank(self, smoothed: Probabilities) -> None:
        if self.seen is None or self.seen.smoothed is not smoothed:  # unchanged on a frame without a step
            order = np.argsort(-np.round(100 * smoothed), kind="stable").tolist()
            self._ranked = tuple(Ranked(self.options.labels[k], float(smoothed[k])) for k in order[:_N_RANKED])

    def _on_clock(self, fired_s: float) -> float:
        now_s = self.seen.frame.time_s if self.seen else fired_s
        return self.clock_s - max(0.0, now_s - fired_s)

    @property
    def image(self) -> Image | None:
        """The newest picture, uint8 [H, W, 3], RGB, not mirrored."""
        return self.seen.frame.image if self.seen else None

    @property
    def region(self) -> Region | None:
        """The region of the newest picture that the network reads; None if unknown."""
        return self.seen.region if self.seen else None

    @property
    def past(self) -> tuple[Past, ...]:
        """The past events, newest first."""
        return tuple(self._past)

    @property
    def current(self) -> Past | None:
        """The newest event, until `HOLD_S` after it fired."""
        newest = self._past[0] if self._past else None
        return newest if newest and self.age_s(newest) < HOLD_S else None

    def age_s(self, past: Past) -> float:
        """Time since a past event, in seconds."""
        return self.clock_s - past.at_s

    def top(self, count: int = 5) -> tuple[Ranked, ...]:
        """The likeliest labels, likeliest first; labels with the same percentage keep the model's order."""
        return self._ranked[:count]

    @property
    def status(self) -> Status:
        """The status to show, with the state of control."""
        status = self._stream_status
        # Control comes first, so that it stays visible with a long message.
        return Status(status.tone, self._control_words + status.text)

    @property
    def _control_words(self) -> str:
        """Whether control is on, and what to do for gestures to act: press a key, click another window, or wait."""
        if self.armed is None:
            return ""
        if self.armed:
            return f"Control on · {self._withheld_words}"
        key = "" if self.ended else self.options.control_key
        advice = f"press {key} to turn it on · " if key else ""
        return f"Control off · {advice}"

    @property
    def _withheld_words(self) -> str:
        """What withholds gestures while control is on; empty if nothing does."""
        if self.ended:
            return ""
        if self.focused:
            return "click the window to control · "
        return "waits while mouse or keyboard is in use · " if self.handed_over else ""

    @property
    def _stream_status(self) -> Status:
        """By priority: a message, the end, a pause, a machine that is too slow, else the source."""
        source = self.options.source
        if self.message:
            return Status(Tone.WARNING, self.message)
        if self.ended:
            return Status(Tone.ENDED, f"End of {source}")
        if self.paused:
            return Status(Tone.PAUSED, "Paused")
        if self.seen is None:
            return Status(Tone.WAITING, f"Opening {source}")
        if self.readings and self.readings.too_slow:
            return Status(Tone.WARNING, f"Too slow: {self.options.slow_remedy} · {source}")
        return Status(Tone.LIVE, source)


def ago(seconds: float) -> str:
    """A time span as a short text: `now`, `5 s`, `2 min`."""
    if seconds < 1:
        return "now"
    if seconds < 60:
        return f"{math.floor(seconds)} s"
    return f"{math.floor(seconds / 60)} min"


def percent(value: float) -> str:
    """A probability as a percentage: `93 %`."""
    return f"{round(100 * value)} %"
