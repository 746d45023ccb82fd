"""Opening what `--camera` names, with one clear line when it fails."""

import atexit
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from urllib.parse import SplitResult, urlsplit

import av
import cv2

from app.camera.devices import list_devices
from app.camera.ffmpeg import FAILURES, FfmpegCapture
from app.camera.live import CLOSE_TIMEOUT_S
from app.camera.opencv import Capture, device_backends, keep_to_one_thread, quiet_opencv
from app.camera.source import DeviceSource, FileSource, PipelineSource, Source, UrlSource
from app.network_cause import connection_error, network_cause
from models.errors import CameraError

RESPONSE_TIMEOUT_S = 5.0
"""Limit for a URL to respond when it is opened, and for each later read."""
MAX_FIRST_GRABS = 5
"""Number of grabs of an opened camera that may fail before the first picture; on macOS each takes a second."""
OPEN_TIMEOUT_S = 15.0
"""Limit for opening any source; some webcams take several seconds."""
RTSP_OVER_TCP = {"rtsp_transport": "tcp"}
"""OpenCV's default, too: many networks lose packets over UDP."""
PORTS = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322, "rtmp": 1935, "rtmps": 443}
ESCAPES = "in a user or password, write %40 for @, %3A for :, %2F for /, %3F for ? and %23 for #"
HTTP_PROBLEMS: dict[type[Exception], str] = {
    av.error.HTTPUnauthorizedError: f"refuses the user or password; write USER:PASSWORD@ before the host ({ESCAPES})",
    av.error.HTTPForbiddenError: "refuses access to this user (403)",
    av.error.HTTPNotFoundError: "has nothing at this path (404)",
    av.error.HTTPTooManyRequestsError: "refuses more requests for now (429); wait, then start again",
    av.error.HTTPClientError: "refuses this request (4xx)",
    av.error.HTTPServerError: "reports an error of its own (5xx); see its log, or restart the camera",
    av.error.ProtocolNotFoundError: "is of a kind that FFmpeg does not know",
}


def open_source(source: Source) -> Capture:
    """Open a source, without reading from it.

    Raises:
        CameraError: it cannot be opened; the message states why and what to do.
    """
    quiet_opencv()
    keep_to_one_thread()
    if isinstance(source, DeviceSource):
        return _open_device(source)
    if isinstance(source, PipelineSource):
        return _open_pipeline(source)
    return _open_file(source) if isinstance(source, FileSource) else _open_url(source)


def delivering(capture: Capture, source: Source) -> Capture:
    """Wait for the first picture of an opened camera and return the camera. This picture is skipped: it is often dark.

    Raises:
        CameraError: it delivers none, as a camera in use by another program.
    """
    if any(capture.grab() for _ in range(MAX_FIRST_GRABS)):
        return capture
    capture.release()
    raise CameraError(_silent(source))


def in_time(source: Source, work: Callable[[], Capture]) -> Capture:
    """Run `work`, which opens `source`, for at most `OPEN_TIMEOUT_S`; a capture that comes later is released.

    Raises:
        CameraError: it took too long.
    """
    if sys.platform == "darwin" and isinstance(source, DeviceSource):
        return work()  # macOS shows its camera permission dialog from the main thread only
    future: Future[Capture] = Future()
    thread = threading.Thread(target=_fulfil, args=(future, work), name=f"open {source.name}", daemon=True)
    atexit.register(thread.join, CLOSE_TIMEOUT_S)  # returning from OpenCV while Python shuts down aborts
    thread.start()
    try:
        return future.result(OPEN_TIMEOUT_S)
    except FutureTimeoutError:
        if future.cancel():
            raise CameraError(_silent(source)) from None
        return future.result()  # it came between the timeout and the cancel
    finally:
        if future.done() and not future.cancelled():
            atexit.unregister(thread.join)


def _fulfil(future: "Future[Capture]", work: Callable[[], Capture]) -> None:
    try:
        capture = work()
    except Exception as error:
        if future.set_running_or_notify_cancel():
            future.set_exception(error)
        return
    if future.set_running_or_notify_cancel():
        future.set_result(capture)
    else:
        capture.release()


def _open_file(source: FileSource) -> Capture:
    # An absolute path after `file:`, because FFmpeg reads the part before a colon in a bare name as a protocol.
    try:
        return FfmpegCapture(f"file:{os.path.abspath(source.path)}", None, {})
    except FAILURES as error:
        raise CameraError(
            f"{source.name} cannot be opened as a video: it is damaged, cut off, or no video that FFmpeg reads. "
            "Give a file that a video player can play, such as an .mp4."
        ) from error


def _open_url(source: UrlSource) -> Capture:
    asked_s = time.monotonic()
    try:
        capture = FfmpegCapture(source.url, RESPONSE_TIMEOUT_S, RTSP_OVER_TCP)
        if capture.is_still and not (capture.grab() and capture.grab()):
            capture.release()
            raise CameraError(
                f"{source.name} is a picture, not a stream. Give the address of the camera's stream, such as "
                "rtsp://..., or .../video.mjpg; the camera's manual lists it."
            )
    except FAILURES as error:
        late = time.monotonic() - asked_s >= RESPONSE_TIMEOUT_S
        problem = f"did not respond within {RESPONSE_TIMEOUT_S:g} s" if late else url_problem(source.url, error)
        raise CameraError(f"{source.name} {problem}. Try the address in a video player.") from error
    return capture


def url_problem(url: str, error: Exception) -> str:
    """Why a URL cannot be played. Where FFmpeg's error gives no cause, connect once more here to find it."""
    status = next((text for kind, text in HTTP_PROBLEMS.items() if isinstance(error, kind)), "")
    if status:
        return status
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return f"has a port that is not a number from 0 to 65535 ({ESCAPES})"
    if not host and parts.scheme in PORTS:
        return "has no host; write it like rtsp://host:554/path"
    if isinstance(error, ValueError):
        return "sends no video that FFmpeg reads"
    return f"cannot be reached: {_unreachable(parts, host, port, error)}"


def _unreachable(parts: SplitResult, host: str, port: int, error: Exception) -> str:
    """Why no connection to a host is made; an unescaped @ in a password leaves a part of the login as the host."""
    secure = parts.scheme.endswith("s")
    if parts.scheme in PORTS and not isinstance(error, ConnectionRefusedError):
        tls = ssl.create_default_context() if secure else None
        error = connection_error(host, port, tls, RESPONSE_TIMEOUT_S) or error  # type: ignore[assignment]
    other = parts.scheme[:-1] if secure else f"{parts.scheme}s"
    remedy = f"the port may need {other}://" if other in PORTS else ""
    late_at = "@" in parts.path + parts.query + parts.fragment
    if late_at and isinstance(error, socket.gaierror | UnicodeError):
        return f"an @ stands after the host ({ESCAPES})"
    hint = "; if the @ is in a password, write it as %40" if late_at else ""
    return network_cause(error, host, plain_remedy=remedy) + hint


def _open_pipeline(source: PipelineSource) -> Capture:
    if not cv2.videoio_registry.hasBackend(cv2.CAP_GSTREAMER):
        raise CameraError(
            f"this OpenCV ({cv2.__version__}) has no GStreamer; packages from pip never have. Use a system OpenCV that "
            "has it (on a Jetson, NVIDIA's), or give a camera's number, a file or a URL."
        )
    capture = cv2.VideoCapture(source.pipeline, cv2.CAP_GSTREAMER)
    if not capture.isOpened():
        raise CameraError(
            f"the pipeline {source.name} ... does not start. It must end in 'videoconvert ! video/x-raw,format=BGR ! "
            "appsink'; try it with gst-launch-1.0 first."
        )
    return capture


def _open_device(source: DeviceSource) -> Capture:
    if sys.platform == "linux":
        _check_node(source)
    for backend in device_backends():
        address = os.path.realpath(source.address) if isinstance(source.address, str) else source.address
        capture = cv2.VideoCapture(address, backend)
        if capture.isOpened():
            capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # if the driver supports it, old frames do not queue up
            return capture
    raise CameraError(_silent(source))


def _check_node(source: DeviceSource) -> None:
    """Report a camera that does not exist, or that the user has no permission for; one in use fails when it is opened.

    Raises:
        CameraError: it is one of these.
    """
    path = _node(source)
    if not os.path.exists(path):
        raise CameraError(_missing(source))
    if not os.access(path, os.R_OK | os.W_OK):
        raise CameraError(
            f"you have no permission for {source.name} (see `ls -l {path}`). Join its group, usually with "
            "`sudo usermod -aG video $USER`, and log in again."
        )


def _node(source: DeviceSource) -> str:
    return f"/dev/video{source.address}" if isinstance(source.address, int) else source.address


def _missing(source: DeviceSource) -> str:
    found = _found()
    return f"{source.name} does not exist. " + (found or "No camera was found: plug one in, or give a video file.")


def _found() -> str:
    """The cameras of this machine as a sentence; empty if there are none."""
    devices = list_devices()
    return f"Found: camera {', '.join(map(str, devices))}." if devices else ""


def _silent(source: Source) -> str:
    """The message for a source that exists and delivers nothing."""
    if not isinstance(source, DeviceSource):
        return f"{source.name} delivers no picture. Check that it is running, in a video player."
    if sys.platform == "linux":
        return (
            f"{source.name} exists but delivers no picture. Is another program using it (`fuser {_node(source)}`), "
            f"or is it not a camera? {_found()}"
        ).rstrip()
    return (
        f"{source.name} delivers no picture. Close other programs that use it, allow cameras in the system's privacy "
        "settings, or give another number."
    )
