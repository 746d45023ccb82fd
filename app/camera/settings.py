"""Settings of the source of frames."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """Where the frames come from, and how they are read."""

    sources: tuple[str, ...]
    """At least one camera number, device, file, URL or GStreamer pipeline."""
    realtime: bool = False
    """Read a file at its own rate, as a camera: the newest frame is kept."""
    flip: bool = False
    """Mirror the pictures, for a camera that delivers them mirrored."""
    fps: float | None = None
    """The true frame rate of a file whose own times are wrong."""
