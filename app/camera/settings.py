"""Settings of the source of frames."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """Where the frames come from, and how they are read."""

    sources: tuple[str, ...]
    """At least one camera number, device, file, URL or GStreamer pipeline."""
    realtime: bool = False
    """Pace a file like a camera: the newest frame wins."""
    flip: bool = False
    """The camera delivers mirrored pictures; mirror them back."""
    fps: float | None = None
    """The true frame rate of a file whose own times are wrong."""
