import subprocess
import sys

import cv2
import numpy as np
import pytest

from app.camera.opencv import retrieve_rgb, to_rgb
from models.errors import CameraError

BLUE_GREEN_RED = [10, 20, 30]


@pytest.mark.parametrize(
    ("picture", "rgb"),
    [
        (np.full((2, 3), 7, np.uint8), [7, 7, 7]),
        (np.full((2, 3, 1), 7, np.uint8), [7, 7, 7]),
        (np.full((2, 3, 3), BLUE_GREEN_RED, np.uint8), [30, 20, 10]),
        (np.full((2, 3, 4), [*BLUE_GREEN_RED, 99], np.uint8), [30, 20, 10]),
        (np.full((2, 3), 7 * 256 + 5, np.uint16), [7, 7, 7]),
    ],
    ids=["grey", "grey, one channel", "BGR", "BGRA", "16 bit"],
)
def test_every_decoded_format_becomes_rgb(picture, rgb):
    image = to_rgb(picture)
    assert image.shape == (2, 3, 3)
    assert image.dtype == np.uint8
    assert (image == rgb).all()
    assert image.base is None, "the picture must not change under its reader"


@pytest.mark.parametrize("picture", [np.zeros((2, 3, 2), np.uint8), np.zeros((2, 3, 3), np.float32)])
def test_the_error_of_an_unusable_picture_states_its_type_and_shape(picture):
    with pytest.raises(CameraError, match=rf"came as {picture.dtype} \[2, 3, {picture.shape[2]}\]"):
        to_rgb(picture)


def test_a_damaged_frame_is_none(fake_capture):
    capture = fake_capture(None)
    assert capture.grab()
    assert retrieve_rgb(capture) is None


def test_an_error_of_the_decoder_is_a_damaged_frame(fake_capture):
    class Throwing(fake_capture):
        def retrieve(self):
            raise cv2.error("corrupt")

    assert retrieve_rgb(Throwing(1)) is None


def test_opencv_and_ffmpeg_print_nothing(make_video, pytestconfig):
    whole = make_video("whole.mp4", codec="mp4v")
    damaged = whole.with_name("damaged.mp4")
    damaged.write_bytes(whole.read_bytes().replace(b"moov", b"void"))
    program = (
        "from app.camera import open_camera; from models.errors import UserError\n"
        "for text in {texts!r}:\n"
        "    try: open_camera(text, on_status=print)\n"
        "    except UserError as error: print(error)\n"
    ).format(texts=[str(damaged), "http://127.0.0.1:1/none", "/dev/video99"])
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=pytestconfig.rootpath, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 3
