"""Where frames come from: devices, streams and files, all behind one small `Camera`.

    text -> Source -> Capture -> VideoFile                          every frame, as fast as it is read
                              -> feed on a thread -> LiveCamera     the newest frame, the others counted

A file or URL with a known length is read to its end; any other source is live. A live camera that disconnects is
reopened as soon as it is back.
"""

from functools import partial

from app.camera.base import Camera, OnStatus
from app.camera.feeds import all_frames, camera_frames, paced_frames
from app.camera.ffmpeg import FfmpegCapture
from app.camera.flipped import FlippedCamera
from app.camera.gap_report import GapReport
from app.camera.live import LiveCamera
from app.camera.opencv import Capture
from app.camera.opening import delivering, in_time, open_source
from app.camera.settings import CameraSettings
from app.camera.source import FileSource, Source, parse_source
from app.camera.video_file import VideoFile
from common.log import log
from common.video import MOST_FPS
from models.errors import CameraError


def open_configured(settings: CameraSettings, on_status: OnStatus, number: int = 0) -> Camera:
    """Open one of the sources that the settings name; arguments and errors are those of `open_camera`."""
    source, realtime, flip = settings.sources[number], settings.realtime, settings.flip
    camera = open_camera(source, realtime=realtime, flip=flip, fps=settings.fps, on_status=on_status)
    if settings.fps and camera.live:
        log.warning("a frame rate is for files; %s sends its own times", camera.name)
    return camera


def log_status(text: str) -> None:
    """Log a camera's status message; an empty one is not logged."""
    if text:
        log.info("%s", text)


def open_camera(
    text: str,
    *,
    realtime: bool = False,
    flip: bool = False,
    fps: float | None = None,
    on_status: OnStatus = log_status,
) -> Camera:
    """Open what `--camera` names, and check that it delivers frames.

    Args:
        text: a number, `/dev/video0`, a file, a URL or a GStreamer pipeline.
        realtime: read a file at its own rate, as a camera: the newest frame is kept, older ones count as dropped.
        flip: mirror the pictures, for a camera that delivers them mirrored.
        fps: true frame rate of a file, in frames per second, where the file's own times are wrong.
        on_status: called with one line when a camera disconnects or is back, or a file ends too early; from any thread.

    Raises:
        CameraError: it cannot be opened or delivers nothing; the message states why and what to do.
    """
    if fps is not None and not 0 < fps <= MOST_FPS:
        raise CameraError(f"a frame rate of {fps:g} makes no sense. Give frames a second, such as 30.")
    source = parse_source(text)
    camera = _open(source, realtime, fps, on_status)
    return FlippedCamera(camera) if flip else camera


def _open(source: Source, realtime: bool, fps: float | None, on_status: OnStatus) -> Camera:
    capture, gap = in_time(source, partial(_start, source)), GapReport(on_status)
    if not _has_end(source, capture):
        reopen = partial(_start, source)
        feed = partial(camera_frames, source.name, capture, reopen, gap)
        return LiveCamera(source.name, feed, gap=gap)
    file = VideoFile(source.name, capture, on_status, fps)
    if isinstance(source, FileSource) and file.is_picture:
        on_status(f"{source.name} is a picture, not a video: one frame, and no gesture in it")
    elif file.rate_is_guessed:
        on_status(f"{source.name} holds no times: taken for {file.rate:g} frames a second; set fps to the true rate")
    if realtime:
        return LiveCamera(file.name, partial(paced_frames, file), live=False, gap=gap)
    if isinstance(source, FileSource):
        return file
    return LiveCamera(file.name, partial(all_frames, file), live=False, every=True, gap=gap)


def _start(source: Source) -> Capture:
    capture = open_source(source)
    return capture if _has_end(source, capture) else delivering(capture, source)


def _has_end(source: Source, capture: Capture) -> bool:
    if isinstance(source, FileSource):
        return True
    return isinstance(capture, FfmpegCapture) and capture.has_end
