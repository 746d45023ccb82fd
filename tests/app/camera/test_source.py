import os
import sys

import pytest

from app.camera.source import DeviceSource, FileSource, PipelineSource, UrlSource, parse_source
from models.errors import CameraError


@pytest.mark.parametrize(
    ("text", "source", "name"),
    [
        ("0", DeviceSource(0), "camera 0"),
        (" 12 ", DeviceSource(12), "camera 12"),
        ("/dev/video2", DeviceSource("/dev/video2"), "/dev/video2"),
        ("/dev/v4l/by-id/usb-cam", DeviceSource("/dev/v4l/by-id/usb-cam"), "/dev/v4l/by-id/usb-cam"),
        ("rtsp://me:secret@host:554/a?key=1", UrlSource("rtsp://me:secret@host:554/a?key=1"), "rtsp://host:554/a"),
        (
            "nvarguscamerasrc ! video/x-raw ! appsink",
            PipelineSource("nvarguscamerasrc ! video/x-raw ! appsink"),
            "GStreamer nvarguscamerasrc",
        ),
    ],
)
def test_a_text_names_a_source(text, source, name):
    assert parse_source(text) == source
    assert source.name == name


@pytest.mark.parametrize("name", ["clip.mp4", "7", "a ! b.mp4", "rtsp: it.mp4", "größer 100%.mp4"])
def test_a_file_that_exists_is_a_file(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(b"x")
    assert parse_source(str(path)) == FileSource(str(path))
    assert parse_source(path.as_uri()) == FileSource(str(path))
    assert FileSource(str(path)).name == name


def test_the_error_of_a_wrong_name_states_the_nearest_one(tmp_path):
    (tmp_path / "holiday.mp4").write_bytes(b"x")
    with pytest.raises(CameraError, match=r"no file .*holidays.mp4\. Did you mean .*holiday.mp4\?"):
        parse_source(str(tmp_path / "holidays.mp4"))


def test_the_error_of_a_folder_states_a_video_in_it(tmp_path):
    (tmp_path / "b.MP4").write_bytes(b"x")
    with pytest.raises(CameraError, match=r"is a folder.*such as .*b\.MP4"):
        parse_source(str(tmp_path))


def test_an_empty_file_is_reported(tmp_path):
    (tmp_path / "clip.mp4").touch()
    with pytest.raises(CameraError, match=r"clip\.mp4 is empty"):
        parse_source(str(tmp_path / "clip.mp4"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "clip.mp4")
    with pytest.raises(CameraError, match="neither a file nor a camera"):
        parse_source(str(tmp_path / "clip.mp4"))


@pytest.mark.skipif(os.name != "posix", reason="/dev/null is Unix's")
def test_the_null_device_is_not_a_camera():
    with pytest.raises(CameraError, match="neither a file nor a camera"):
        parse_source("/dev/null")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "123456",
        "webcam",
        "new\nline.mp4",
        "nul\0.mp4",
        "x/" * 5000,
        "http://[x",
        "a" * 300,
        "!",
        "\udcff.mp4",
        "file:///nowhere",
    ],
)
def test_anything_else_gives_one_readable_line(text):
    with pytest.raises(CameraError) as caught:
        parse_source(text)
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 400


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has cameras among its files")
def test_a_camera_may_have_another_name(tmp_path, monkeypatch):
    (tmp_path / "front-door").symlink_to("/dev/null")
    path = str(tmp_path / "front-door")
    with pytest.raises(CameraError, match="neither a file nor a camera"):
        parse_source(path)
    monkeypatch.setattr("app.camera.source.captures_video", lambda asked: asked == path)
    assert parse_source(path) == DeviceSource(path)
