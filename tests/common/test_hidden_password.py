import pytest

from common.hidden_password import without_password


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://me:secret@cam.local/live", "rtsp://cam.local/live"),
        ("invalid value: 'mqtt://me:se#cr/et@1@host'", "invalid value: 'mqtt://host'"),
        ("mqtt://me:12/34@host", "mqtt://host"),
        ("me:secret@host", "host"),
        ("http://cam.local:8080/video", "http://cam.local:8080/video"),
        ("there is no file C:/clips/me.mp4", "there is no file C:/clips/me.mp4"),
        ("stream 0: camera 1 is gone; trying until it is back", "stream 0: camera 1 is gone; trying until it is back"),
    ],
)
def test_no_password_is_shown(text, shown):
    assert without_password(text) == shown
