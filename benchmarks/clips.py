"""Real clips with a network's output, for benchmarks of takes; outputs are cached."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from calibration.take import Kind, Take
from common.arrays import Floats
from common.video_list import read_video_list
from common.whole_file import whole_file
from models.engines.base import Engine
from models.frame import Image
from models.preprocess import to_picture
from models.spec import NO_GESTURE_LABELS, ModelSpec
from training.errors import DataError
from training.evaluation.labelled_streams import read_events
from training.evaluation.stream_metrics import gestures_of
from training.jester import LABELS
from training.recording_list import decode, read_recordings, steps_of

LEAD_S = 2.0
"""Seconds for which the first picture is repeated before a clip, since in use no gesture follows an empty past."""
AFTER_S = 1.0
MAX_CLIPS = 30
"""Silhouettes of each gesture."""
IDLE_EVERY = 3
"""Every n-th clip without a gesture is used."""
MIN_CLIPS = 4
"""Colour clips of a gesture that make it worth a trial."""


@dataclass(frozen=True, slots=True)
class ClipSource:
    """A clip on disk: some frames of a video."""

    path: Path
    label: str
    setting: str
    fps: float
    first: int = 0
    end: int | None = None
    top: int = 0
    """Rows to cut away."""

    def pictures(self) -> Image:
        """Its pictures, uint8 [T, H, W, 3]."""
        return decode(self.path)[self.first : self.end, self.top :]


@dataclass(frozen=True, slots=True, eq=False)
class EnrolmentClip:
    """A clip with a network's output."""

    label: str
    setting: str
    lead: int
    """Number of steps before its first picture."""
    logits: Floats
    embeddings: Floats
    """float32 [T, width], one row per step."""
    rate_hz: float

    @property
    def seconds(self) -> float:
        """Its length without the lead."""
        return (len(self.logits) - self.lead) / self.rate_hz

    def take(self, kind: Kind, label: str, spec: ModelSpec) -> Take:
        """The clip as a take, without pictures."""
        times_s = np.arange(len(self.logits)) / spec.rate_hz
        none = np.zeros((len(times_s), 1, 1, 3), np.uint8)
        return Take(kind, label, times_s, none, self.logits, self.embeddings, spec, self.lead)


def see(sources: Sequence[ClipSource], engine: Engine, cache: Path) -> list[EnrolmentClip]:
    """Run a network on every clip, with a cache in a folder."""
    cache.mkdir(parents=True, exist_ok=True)
    spec, clips = engine.spec, []
    for source in sources:
        key = hashlib.sha256(f"{source} {spec.weights_sha256}".encode()).hexdigest()[:20]
        seen = _cached(cache / f"{key}.npz", partial(_seen, source, engine))
        clips.append(
            EnrolmentClip(source.label, source.setting, round(LEAD_S * spec.rate_hz), **seen, rate_hz=spec.rate_hz)
        )
    return clips


def sources(data: Path) -> list[ClipSource]:
    """The clips of both settings, and idle video.

    Raises:
        DataError: the data is not there.
    """
    try:
        found = [
            *_listed(data),
            *_jester(data / "jester_val"),
            *_stream(data, "sense", 16, 0),
            *_stream(data, "desk", 30, 28),
        ]
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"{data} lacks what this benchmark needs ({error}); give the folder that holds it") from error
    counts = Counter((source.setting, source.label) for source in found)
    idle = [source for source in found if source.setting == "idle"][::IDLE_EVERY]
    return [*(s for s in found if s.setting != "idle" and counts[s.setting, s.label] >= MIN_CLIPS), *idle]


def _listed(data: Path) -> Iterator[ClipSource]:
    silhouettes: Counter[str] = Counter()
    for recording in sorted(read_recordings(data), key=lambda r: r.path.name):
        if recording.label in NO_GESTURE_LABELS:
            if recording.source != "nvgesture":
                yield ClipSource(recording.path, "", "idle", recording.fps)
        elif recording.source == "silhouettes":
            silhouettes[recording.label] += 1
            if silhouettes[recording.label] <= MAX_CLIPS:
                yield ClipSource(recording.path, recording.label, "one person", recording.fps)
        else:
            yield ClipSource(recording.path, recording.label, "other people", recording.fps)


def _jester(folder: Path) -> Iterator[ClipSource]:
    for listed in read_video_list(folder / "labels.csv", LABELS, ("path", "label", "fps")):
        if listed.label not in NO_GESTURE_LABELS:
            yield ClipSource(listed.path, listed.label, "other people", listed.row.number_in("fps"))


def _stream(data: Path, name: str, fps: float, top: int) -> Iterator[ClipSource]:
    for truth in gestures_of(read_events(data / "streams" / f"{name}_events.csv", fps, LABELS)):
        first, end = round(truth.start_s * fps), round((truth.end_s + AFTER_S / 2) * fps)
        yield ClipSource(data / "streams" / f"{name}.mp4", truth.label, "other people", fps, first, end, top)


def _seen(source: ClipSource, engine: Engine) -> dict[str, Floats]:
    """Run the engine on a clip, after repeats of its first picture."""
    spec, pictures = engine.spec, source.pictures()
    steps = [0] * round(LEAD_S * spec.rate_hz) + steps_of(len(pictures), source.fps, spec.rate_hz)
    state, logits, embeddings = engine.start(), [], []
    for step in steps:
        output, state = engine.step(to_picture(pictures[step], spec.height, spec.width)[None], state)
        logits.append(output.logits[0])
        embeddings.append(output.embedding[0])
    return {"logits": np.stack(logits), "embeddings": np.stack(embeddings)}


def _cached(path: Path, make: Callable[[], dict[str, Floats]]) -> dict[str, Floats]:
    """Read a cached file; make it first if it is missing."""
    if not path.is_file():
        with whole_file(path) as unfinished, unfinished.open("wb") as file:
            np.savez(file, **make())  # type: ignore[arg-type]
    with np.load(path) as data:
        return {name: data[name] for name in data.files}
