import itertools
import math

import cv2
import numpy as np
import pytest

from app.camera import open_camera
from app.camera.video_file import MAX_GAP_S, VideoFile
from models.errors import CameraError

STEP = 12


@pytest.fixture
def open_file(statuses):
    return lambda path, **how: open_camera(str(path), on_status=statuses.append, **how)


def read_all(camera):
    return list(iter(lambda: camera.next(0), None))


def level(frame):
    """The grey level of the right half of a frame."""
    return float(frame.image[:, -1].mean())


@pytest.mark.parametrize(("name", "codec"), [("clip.avi", "MJPG"), ("clip.mp4", "mp4v")])
def test_every_frame_comes_in_order_and_with_its_time(make_video, open_file, statuses, name, codec):
    camera = open_file(make_video(name, codec=codec, frames=10, fps=20))
    frames = read_all(camera)
    assert (camera.name, camera.live, camera.ended, camera.dropped) == (name, False, True, 0)
    assert [frame.index for frame in frames] == list(range(10))
    assert [frame.time_s for frame in frames] == pytest.approx([k / 20 for k in range(10)])
    assert [level(frame) for frame in frames] == pytest.approx([STEP * k for k in range(10)], abs=4)
    assert statuses == []


def test_it_has_ended_as_soon_as_the_last_frame_is_returned(make_video, open_file):
    camera = open_file(make_video(frames=2))
    assert camera.next(0) is not None
    assert not camera.ended
    assert camera.next(0) is not None
    assert camera.ended
    assert camera.next(0) is None


def test_the_same_file_gives_the_same_frames(make_video, open_file):
    path = make_video()
    for first, second in zip(read_all(open_file(path)), read_all(open_file(path)), strict=True):
        assert (first.time_s, first.index) == (second.time_s, second.index)
        assert (first.image == second.image).all()


def test_pictures_are_rgb_and_flip_mirrors_them(make_video, open_file, tmp_path):
    path = tmp_path / "half.png"
    picture = np.zeros((4, 8, 3), np.uint8)
    picture[:, :4] = (0, 0, 255)  # OpenCV's red
    cv2.imwrite(str(path), picture)
    plain, flipped = open_file(path).next(0).image, open_file(path, flip=True).next(0).image
    assert plain[0, 0].tolist() == [255, 0, 0]
    assert (flipped == plain[:, ::-1]).all()
    assert not (flipped == plain).all()


def test_a_given_rate_overrides_the_files(make_video, open_file):
    frames = read_all(open_file(make_video(fps=20), fps=12.0))
    assert [frame.time_s for frame in frames] == pytest.approx([k / 12 for k in range(10)])


@pytest.mark.parametrize("fps", [0.0, -1.0, math.nan, math.inf, 1e9])
def test_a_rate_that_makes_no_sense_is_refused(make_video, open_file, fps):
    with pytest.raises(CameraError, match="frame rate"):
        open_file(make_video(), fps=fps)


def test_a_file_cut_off_in_the_middle_is_reported_once(make_video, open_file, statuses):
    path = make_video(frames=20, size=(320, 240))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    frames = read_all(open_file(path))
    assert 5 <= len(frames) <= 15
    assert statuses == [f"clip.avi ends after {len(frames)} of 20 frames; it may be cut off"]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("clip.mp4", b"hello, this is text\n" * 9, "cannot be opened as a video"),
        ("notes.txt", b"FFmpeg plays this as a terminal\n" * 999, "is a text|cannot be opened"),
        ("clip.mp4", bytes(range(256)) * 64, "cannot be opened as a video"),
    ],
)
def test_a_file_that_is_not_a_video_gives_one_line(tmp_path, open_file, name, content, problem):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CameraError, match=problem):
        open_file(tmp_path / name)


def test_a_name_with_a_colon_is_not_a_protocol(make_video, open_file, monkeypatch):
    monkeypatch.chdir(make_video("rtsp: it.avi").parent)
    assert len(read_all(open_file("rtsp: it.avi"))) == 10


def test_an_mp4_without_its_index_gives_one_line(make_video, open_file):
    path = make_video("clip.mp4", codec="mp4v")
    path.write_bytes(path.read_bytes().replace(b"moov", b"void"))
    with pytest.raises(CameraError, match=r"clip\.mp4 cannot be opened"):
        open_file(path)


def test_a_portrait_video_stays_upright(make_video, open_file):
    frames = read_all(open_file(make_video(size=(18, 32))))
    assert [frame.image.shape for frame in frames] == [(32, 18, 3)] * 10


@pytest.mark.parametrize("ending", ["jpg", "png"])
@pytest.mark.parametrize("shape", [(1, 1), (7, 31), (4, 6, 3), (4, 6, 4)], ids=["1x1", "grey", "colour", "alpha"])
def test_a_still_picture_of_any_kind_is_one_frame(tmp_path, open_file, statuses, ending, shape):
    cv2.imwrite(str(tmp_path / f"hand.{ending}"), np.full(shape, 99, np.uint8))
    (frame,) = read_all(open_file(tmp_path / f"hand.{ending}"))
    assert (frame.time_s, frame.index, frame.image.shape) == (0.0, 0, (*shape[:2], 3))
    assert np.abs(frame.image.astype(int) - 99).max() <= 2
    assert statuses == [f"hand.{ending} is a picture, not a video: one frame, and no gesture in it"]


def test_closing_ends_it(make_video, open_file):
    camera = open_file(make_video())
    camera.close()
    camera.close()
    assert camera.ended
    assert camera.next(0) is None


@pytest.mark.parametrize(
    ("reported_ms", "expected_s"),
    [
        ([0, 40, 200, 240], [0, 0.04, 0.2, 0.24]),
        ([500, 600, 700, 800], [0.5, 0.6, 0.7, 0.8]),
        ([0, 0, 0, 0], [0, 0.1, 0.2, 0.3]),
        ([-3.7e20, math.nan, 150, 9e18], [0, 0.1, 0.15, 0.25]),
        ([0, 100, 50, 300], [0, 0.1, 0.2, 0.3]),
    ],
    ids=["variable rate", "late start", "no times", "garbage", "one step back"],
)
def test_times_are_the_files_where_they_are_plausible(fake_capture, reported_ms, expected_s):
    capture = fake_capture(1, 2, 3, 4, FPS=10, POS_MSEC=list(reported_ms))
    times = [frame.time_s for frame in read_all(VideoFile("clip", capture, print))]
    assert times == pytest.approx(expected_s)
    assert all(0 < after - before < MAX_GAP_S for before, after in itertools.pairwise(times))


@pytest.mark.parametrize("fps", [0, -1, math.nan, math.inf, 90_000])
def test_a_file_without_times_and_rate_counts_as_30_a_second(fake_capture, fps):
    frames = read_all(VideoFile("clip", fake_capture(1, 2, FPS=fps), print))
    assert [frame.time_s for frame in frames] == pytest.approx([0, 1 / 30])


def test_a_frame_that_cannot_be_decoded_leaves_a_gap(fake_capture):
    frames = read_all(VideoFile("clip", fake_capture(1, None, 3), print, fps=10))
    assert [(frame.index, frame.time_s) for frame in frames] == [(0, 0.0), (2, pytest.approx(0.2))]


def test_a_file_of_frames_that_cannot_be_decoded_is_not_a_video(fake_capture):
    capture = fake_capture(None, None)
    with pytest.raises(CameraError, match="no picture"):
        VideoFile("clip", capture, print)
    assert capture.released.is_set()


@pytest.mark.parametrize(("name", "is_url"), [("clip.mp4", False), ("http://box/clip.mp4", True)])
def test_only_a_url_that_cannot_be_read_may_need_another_server(fake_capture, name, is_url):
    capture = fake_capture()
    capture.failure = "Input/output error"
    with pytest.raises(CameraError, match=r"cannot be read \(Input/output error\)") as caught:
        VideoFile(name, capture, print)
    assert ("web server" in str(caught.value)) == is_url
