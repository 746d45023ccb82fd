"""What there is to show, as plain data: no Qt in here."""

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
"""A gesture stays on the screen this long after it fired, in seconds of the stream."""
REMEMBERED = 200
"""How many past gestures are kept."""
CONTROL_KEY = "C"
"""The window's own key that turns control on and off."""
_MOST_RANKED = 10


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """What the window knows before the first frame."""

    labels: tuple[str, ...]
    model: str
    """The model's name."""
    engine: str
    """The engine's name, such as `onnxruntime:CPUExecutionProvider`."""
    source: str
    """The camera's or file's name, such as `Camera 0` or `clip.mp4`."""
    mirror: bool = False
    """Show the picture like a mirror."""
    overlay: bool = False
    """Show the click-through HUD instead of the window."""
    guided: bool = False
    """This is a guided recording: the guide tells what there is to do."""
    replay: Replay | None = None
    """Where the last seconds before each gesture are to be had."""
    draw_region: Callable[[Region | None], None] | None = None
    """Takes the region that a person draws on the picture, or None when they let go of it."""
    vocabulary: Vocabulary | None = None
    """Which labels decide together, if any do."""
    armed: bool | None = None
    """Whether gestures act on the desktop from the start; None where they never do."""
    control_key: str = ""
    """The key that turns control on and off; empty where none is heard."""

    @property
    def engine_words(self) -> str:
        """The engine's name for people: `onnxruntime · CPU`."""
        return self.engine.replace("ExecutionProvider", "").replace(":", " · ")


@dataclass(slots=True)
class News:
    """What the worker told since the window last looked."""

    seen: Recognition | None = None
    """The newest; those that it replaced are gone."""
    readings: Readings | None = None
    events: list[GestureEvent] = field(default_factory=list)
    """Every one, also of the frames that were replaced."""
    prompt: Prompt | None = None
    """What to do now, in a guided recording."""
    message: str | None = None
    """A new status message; empty clears it."""
    armed: bool | None = None
    """Whether gestures act on the desktop now; None where that was not told."""
    ended: bool = False
    error: BaseException | None = None


class Tone(Enum):
    """How the state of the stream feels."""

    WAITING = auto()
    LIVE = auto()
    PAUSED = auto()
    ENDED = auto()
    WARNING = auto()


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the stream in a few words."""

    tone: Tone
    text: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A label and its smoothed probability, 0..1."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Past:
    """A gesture that happened, on the view's own clock."""

    label: str
    score: float
    at_s: float


class View:
    """Turns the worker's news into what to show.

    Its clock is the stream's, but never runs backwards: when a stream starts anew, the clock just goes on.
    """

    def __init__(self, options: ViewOptions) -> None:
        self.options = options
        self.paused = False
        self.ended = False
        self.armed = options.armed
        """Whether gestures act on the desktop; None where nothing was said of it."""
        self.prompt: Prompt | None = None
        self.message = ""
        self.seen: Recognition | None = None
        self.readings: Readings | None = None
        self.clock_s = 0.0
        self._past: deque[Past] = deque(maxlen=REMEMBERED)
        self._ranked: tuple[Ranked, ...] = ()

    def take(self, news: News) -> None:
        """Take in what is new."""
        if news.seen is not None:
            self._tick(news.seen.frame.time_s)
            self._rank(news.seen.smoothed)
            self.seen, self.readings = news.seen, news.readings
        for event in news.events:
            self._past.appendleft(Past(event.label, event.score, self._on_clock(event.fired_s)))
        self.message = self.message if news.message is None else news.message
        self.prompt = news.prompt or self.prompt
        self.armed = self.armed if news.armed is None else news.armed
        self.ended = self.ended or news.ended

    def _tick(self, time_s: float) -> None:
        before_s = self.seen.frame.time_s if self.seen else time_s
        self.clock_s += max(0.0, time_s - before_s)

    def _rank(self, smoothed: Probabilities) -> None:
        if self.seen is None or self.seen.smoothed is not smoothed:  # else a frame without a step
            order = np.argsort(-np.round(100 * smoothed), kind="stable").tolist()
            self._ranked = tuple(Ranked(self.options.labels[k], float(smoothed[k])) for k in order[:_MOST_RANKED])

    def _on_clock(self, fired_s: float) -> float:
        now_s = self.seen.frame.time_s if self.seen else fired_s
        return self.clock_s - max(0.0, now_s - fired_s)

    @property
    def image(self) -> Image | None:
        """The newest picture, uint8 [H, W, 3], RGB, not mirrored."""
        return self.seen.frame.image if self.seen else None

    @property
    def region(self) -> Region | None:
        """What the network sees of the newest picture; None where that is not known."""
        return self.seen.region if self.seen else None

    @property
    def past(self) -> tuple[Past, ...]:
        """The gestures that happened, newest first."""
        return tuple(self._past)

    @property
    def current(self) -> Past | None:
        """The gesture that fired last, while it is worth showing large."""
        newest = self._past[0] if self._past else None
        return newest if newest and self.age_s(newest) < HOLD_S else None

    def age_s(self, past: Past) -> float:
        """How long ago a gesture fired, in seconds."""
        return self.clock_s - past.at_s

    def top(self, count: int = 5) -> tuple[Ranked, ...]:
        """The likeliest labels, likeliest first; what looks equal on the screen keeps the model's order."""
        return self._ranked[:count]

    @property
    def status(self) -> Status:
        """What most needs saying, and always whether control is on."""
        status = self._stream_status
        # First, so that a long message cannot push it off the screen.
        return Status(status.tone, self._control_words + status.text)

    @property
    def _control_words(self) -> str:
        """Whether control is on, and how to turn it on."""
        if self.armed is None:
            return ""
        key = "" if self.ended else self.options.control_key
        advice = f"press {key} to turn it on · " if key else ""
        return "Control on · " if self.armed else f"Control off · {advice}"

    @property
    def _stream_status(self) -> Status:
        """Trouble first, then the end, then a pause; else what is being watched."""
        source = self.options.source
        if self.message:
            return Status(Tone.WARNING, self.message)
        if self.ended:
            return Status(Tone.ENDED, f"End of {source}")
        if self.paused:
            return Status(Tone.PAUSED, "Paused")
        if self.seen is None:
            return Status(Tone.WAITING, f"Opening {source}")
        return Status(Tone.LIVE, source)


def ago(seconds: float) -> str:
    """How long ago, in a word or two."""
    if seconds < 1:
        return "now"
    if seconds < 60:
        return f"{math.floor(seconds)} s"
    return f"{math.floor(seconds / 60)} min"


def percent(value: float) -> str:
    """A probability as people read it: `93 %`."""
    return f"{round(100 * value)} %"
