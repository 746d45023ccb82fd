import struct
import subprocess
import sys
import threading
from pathlib import Path

import cv2
import pytest

from app.camera import devices, opening
from app.camera.devices import CameraDevice
from app.camera.opening import delivering, in_time, open_source
from app.camera.source import DeviceSource, PipelineSource, UrlSource
from models.errors import CameraError

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's list of cameras is Linux's")
ROOT = Path(__file__).resolve().parents[3]
TIMEOUT_S = 30.0


@linux_only
def test_the_error_of_a_missing_camera_lists_the_existing_ones(monkeypatch):
    monkeypatch.setattr(opening, "list_devices", lambda: [CameraDevice(0, "Integrated Webcam"), CameraDevice(2, "")])
    with pytest.raises(CameraError, match=r"camera 9999 does not exist\. Found: camera 0 \(Integrated Webcam\), 2\."):
        open_source(DeviceSource(9999))


@linux_only
def test_the_error_on_a_computer_without_cameras_states_it(monkeypatch):
    monkeypatch.setattr(opening, "list_devices", list)
    with pytest.raises(CameraError, match="No camera was found"):
        open_source(DeviceSource("/dev/video9999"))


@linux_only
def test_a_node_that_does_not_open_may_be_in_use_and_the_existing_cameras_are_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "list_devices", lambda: [CameraDevice(2, "Desk")])
    node = tmp_path / "video0"
    node.touch()
    message = rf"exists but delivers no picture.*another program.*fuser {node}.*Found: camera 2 \(Desk\)\."
    with pytest.raises(CameraError, match=message):
        open_source(DeviceSource(str(node)))


@linux_only
def test_the_error_of_a_node_without_permission_names_the_group(tmp_path, monkeypatch):
    node = tmp_path / "video0"
    node.touch()
    monkeypatch.setattr(opening.os, "access", lambda *_: False)
    with pytest.raises(CameraError, match=rf"ls -l {node}.*group.*video"):
        open_source(DeviceSource(str(node)))


@linux_only
def test_a_device_is_opened_by_the_systems_back_end_and_buffers_one_frame(tmp_path, monkeypatch, fake_capture):
    asked = []

    class Device(fake_capture):
        def set(self, prop, value):
            asked.append((prop, value))

    monkeypatch.setattr(cv2, "VideoCapture", lambda *how: asked.append(how) or Device(1))
    node = tmp_path / "video0"
    node.touch()
    open_source(DeviceSource(str(node)))
    assert asked == [(str(node), cv2.CAP_V4L2), (cv2.CAP_PROP_BUFFERSIZE, 1)]


def test_a_camera_may_need_a_moment_for_its_first_picture(fake_capture):
    class Slow(fake_capture):
        misses = 3

        def grab(self):
            self.misses -= 1
            return self.misses < 0

    camera = Slow()
    assert delivering(camera, DeviceSource(0)) is camera
    assert not camera.released.is_set()


def test_a_camera_that_opens_without_a_picture_is_released_and_reported(fake_capture):
    capture = fake_capture()
    with pytest.raises(CameraError, match=r"camera 0 .*delivers no picture"):
        delivering(capture, DeviceSource(0))
    assert capture.released.is_set()


def test_opening_has_a_timeout_and_a_late_capture_is_released(monkeypatch, fake_capture):
    monkeypatch.setattr(opening, "OPEN_TIMEOUT_S", 0.01)
    opens = threading.Event()
    capture = fake_capture(1)

    def work():
        opens.wait(TIMEOUT_S)
        return capture

    with pytest.raises(CameraError, match="delivers no picture"):
        in_time(UrlSource("rtsp://host/a"), work)
    opens.set()
    assert capture.released.wait(TIMEOUT_S)


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_ctrl_c_while_a_camera_opens_ends_in_good_order():
    """The opening thread is inside OpenCV then, and must return from it before Python shuts down."""
    script = f"""
import os, signal, socket, sys, time, types
sys.path.insert(0, {str(ROOT)!r})
import cv2
from app.camera import opening
from app.camera.source import UrlSource

class SlowToGo:
    def __del__(self, sleep=time.sleep):
        sleep(1)

sys.modules["late"] = types.ModuleType("late")
sys.modules["late"].slow_to_go = SlowToGo()  # modules are destroyed after threads are abandoned
signal.signal(signal.SIGINT, signal.default_int_handler)
server = socket.create_server(("127.0.0.1", 0))
url = f"http://127.0.0.1:{{server.getsockname()[1]}}"

def work():
    os.kill(os.getpid(), signal.SIGINT)
    return cv2.VideoCapture(url, cv2.CAP_FFMPEG, [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 300])

opening.quiet_opencv()
try:
    opening.in_time(UrlSource(url), work)
except KeyboardInterrupt:
    sys.exit(130)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=TIMEOUT_S
    )
    assert (done.returncode, done.stderr) == (130, "")


def test_an_error_of_opening_reaches_the_caller():
    def work():
        raise CameraError("no such luck")

    with pytest.raises(CameraError, match="no such luck"):
        in_time(UrlSource("rtsp://host/a"), work)


@pytest.mark.skipif(cv2.videoio_registry.hasBackend(cv2.CAP_GSTREAMER), reason="this OpenCV has GStreamer")
def test_the_error_of_a_pipeline_without_gstreamer_names_it():
    with pytest.raises(CameraError, match="has no GStreamer"):
        open_source(PipelineSource("videotestsrc ! appsink"))


def test_the_list_of_cameras_omits_nodes_that_are_not_cameras(tmp_path):
    for node, label in {"video0": "Webcam: front", "video1": "Webcam: front", "video10": "Capture\n"}.items():
        (tmp_path / node).mkdir()
        (tmp_path / node / "name").write_text(label)
    (tmp_path / "video2").mkdir()
    (tmp_path / "v4l-subdev0").mkdir()
    (tmp_path / "video-codec").mkdir()
    found = devices.linux_devices(tmp_path, captures=lambda path: path != "/dev/video1")
    assert found == [CameraDevice(0, "Webcam: front"), CameraDevice(2, ""), CameraDevice(10, "Capture")]
    assert [str(device) for device in found] == ["0 (Webcam: front)", "2", "10 (Capture)"]


@linux_only
@pytest.mark.parametrize(("device_caps", "captures"), [(0x04200001, True), (0x04201000, True), (0x04A00000, False)])
def test_the_driver_distinguishes_video_from_metadata(tmp_path, monkeypatch, device_caps, captures):
    import fcntl

    v4l2_capability = struct.pack("=16s32s32s3I12x", b"uvcvideo", b"Webcam", b"usb", 1, 0x84A00001, device_caps)
    assert len(v4l2_capability) == 104
    monkeypatch.setattr(fcntl, "ioctl", lambda *_: v4l2_capability)
    (tmp_path / "video0").touch()
    assert devices.captures_video(str(tmp_path / "video0")) is captures


@linux_only
@pytest.mark.parametrize("path", ["/dev/null", "/dev/video9999"])
def test_a_node_that_is_not_a_camera_captures_nothing(path):
    assert not devices.captures_video(path)


def test_listing_never_fails():
    assert all(isinstance(device, CameraDevice) for device in devices.list_devices())
