"""Settings of one run, read once from the command line by `app/command_line.py`."""

from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from app.camera.settings import CameraSettings
from app.control.settings import ControlSettings
from app.loop import Limits
from app.outputs.kind import OutputSettings
from app.recording.plan import RecordingPlan
from common.errors import UserError
from models.decoding_change import DecodingChange
from models.region import Region
from models.shipped import SHIPPED_MODEL

NETWORKS = ("stream", "both", "auto")
"""The values of `--networks`."""


class Question(Enum):
    """A report that the program prints instead of running."""

    CAMERAS = auto()
    DOCTOR = auto()
    BINDINGS = auto()


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The networks of a run and the decoding of their output.

    Raises:
        UserError: a path is no `Path`, or the networks are none of `NETWORKS`.
    """

    path: Path = SHIPPED_MODEL
    """The stream network's file."""
    engine: str = "auto"
    """One of `models.engines.ENGINES`."""
    networks: str = "auto"
    """`stream`, `both` or `auto`, which is `both` unless there is a profile, no clip network or a slow machine."""
    clip_model: Path | None = None
    """The clip network's file; None for the one in the folder of the model."""
    fast_pass: bool = True
    """Run the stream network's fast pass as well."""
    profile: str | None = None
    """A profile's name or file."""
    vocabulary: str | None = None
    """A bundled vocabulary's name, or a file."""
    decoding: DecodingChange = field(default_factory=DecodingChange)
    """What is changed of how the networks' output is read."""

    def __post_init__(self) -> None:
        for name, path in (("path", self.path), ("clip_model", self.clip_model)):
            if not isinstance(path, Path | None):
                raise UserError(f"{name} is a pathlib.Path; got {path!r}; give {name}=Path({path!r})")
        if self.networks not in NETWORKS:
            raise UserError(f"networks={self.networks!r} is not one of {', '.join(NETWORKS)}")


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """How the stream is shown."""

    window: bool = True
    overlay: bool = False
    """A click-through overlay instead of the window."""
    mirror: bool | None = None
    """Show the picture as a mirror would; None for a live camera only."""

    def mirrored(self, live: bool) -> bool:
        """Whether the picture of a camera, live or not, is shown mirrored."""
        return live if self.mirror is None else self.mirror


@dataclass(frozen=True, slots=True)
class RecordingSettings:
    """A guided recording, or one from clips."""

    person: str
    plan: RecordingPlan
    clips: tuple[Path, ...] = ()
    """Videos of the gesture, and folders of them."""
    work_clips: tuple[Path, ...] = ()
    """Videos of work, and folders of them."""
    new_gesture: bool = False
    """Accept names that are close to those of known gestures."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a run."""

    camera: CameraSettings
    model: ModelSettings
    framing: Region | None
    """The region of the frame that the network reads; None follows the person who gestures."""
    view: ViewSettings
    outputs: tuple[OutputSettings, ...]
    control: ControlSettings | None
    recording: RecordingSettings | None
    limits: Limits
    question: Question | None
    """None to recognise or to record."""
    batch: bool
    """Step several cameras together."""
    log_level: str
