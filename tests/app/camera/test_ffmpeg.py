"""Videos as other programs and cameras write them, through FFmpeg."""

import itertools
import signal
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from app.camera import open_camera
from app.camera.video_file import PresentationClock
from models.errors import CameraError

ROOT = Path(__file__).resolve().parents[3]
RATE = 25


@pytest.fixture
def video(tmp_path):
    """Write a video of a white square in the middle of a grey picture; it must be a square in any size."""

    def make(name, size, frames=20, codec="mpeg2video", begins=0, sar=None, muxer=None):
        path = tmp_path / name
        with av.open(str(path), "w", format=muxer) as container:
            stream = container.add_stream(codec, rate=RATE)
            stream.width, stream.height = size
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            if sar:
                stream.codec_context.sample_aspect_ratio = sar
            picture = np.full((size[1], size[0], 3), 90, np.uint8)
            middle, half = (size[0] // 2, size[1] // 2), min(size) // 4
            wide = half if sar is None else round(half / sar)
            picture[middle[1] - half : middle[1] + half, middle[0] - wide : middle[0] + wide] = 255
            for number in range(frames):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = begins + number, Fraction(1, RATE)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return make


def read_all(camera):
    return list(iter(lambda: camera.next(0), None))


def square_of(image):
    """Height and width of the white square."""
    white = image.mean(axis=2) > 170
    return white.any(axis=1).sum(), white.any(axis=0).sum()


def test_a_picture_that_is_rotated_within_a_stream_keeps_its_proportions(video, tmp_path, statuses):
    parts = [video("a.ts", (320, 240)), video("b.ts", (240, 426), begins=20)]
    (tmp_path / "turned.ts").write_bytes(b"".join(part.read_bytes() for part in parts))
    frames = read_all(open_camera(str(tmp_path / "turned.ts"), on_status=statuses.append))
    shapes = [shape for shape, _ in itertools.groupby(frame.image.shape for frame in frames)]
    assert shapes == [(240, 320, 3), (426, 240, 3)]
    assert all(square_of(frame.image) == pytest.approx((120, 120), abs=4) for frame in frames)
    times = [frame.time_s for frame in frames]
    assert all(0 < after - before < 0.2 for before, after in itertools.pairwise(times))


def test_pixels_that_are_not_square_are_scaled_to_squares(video, statuses):
    frame = read_all(open_camera(str(video("pal.ts", (360, 288), sar=Fraction(16, 15))), on_status=statuses.append))[0]
    assert frame.image.shape == (288, 384, 3)
    height, width = square_of(frame.image)
    assert height == pytest.approx(width, abs=4)


@pytest.mark.parametrize(("size", "expected"), [((3840, 2160), (720, 1280)), ((1080, 1920), (1280, 720))])
def test_a_large_picture_is_scaled_down(video, statuses, size, expected):
    frame = read_all(open_camera(str(video("large.mp4", size, 2, "mpeg4")), on_status=statuses.append))[0]
    assert frame.image.shape[:2] == expected
    assert square_of(frame.image) == pytest.approx((min(expected) // 2, min(expected) // 2), abs=6)


def test_the_time_of_joined_recordings_continues(video, tmp_path, statuses):
    part = video("a.ts", (160, 120)).read_bytes()
    (tmp_path / "joined.ts").write_bytes(part * 3)  # its clock is reset twice
    times = [frame.time_s for frame in read_all(open_camera(str(tmp_path / "joined.ts"), on_status=statuses.append))]
    assert len(times) >= 57
    assert all(0 < after - before < 0.3 for before, after in itertools.pairwise(times))
    assert times[-1] == pytest.approx(len(times) / RATE, abs=0.3)


@pytest.mark.parametrize("name", ["anim.gif", "anim.png"])
def test_a_video_in_a_format_of_pictures_is_a_video(video, statuses, name, tmp_path):
    codec = {"anim.gif": "gif", "anim.png": "apng"}[name]
    path = tmp_path / name
    with av.open(str(path), "w", format=codec) as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "rgb8" if codec == "gif" else "rgb24"
        for number in range(12):
            picture = np.full((48, 64, 3), 20 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    frames = read_all(open_camera(str(path), on_status=statuses.append))
    assert len(frames) >= 11
    assert [frame.time_s for frame in frames[:5]] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert statuses == []


def test_pictures_without_times_are_reported(video, statuses):
    path = video("raw.mjpeg", (64, 48), 12, "mjpeg", muxer="mjpeg")
    frames = read_all(open_camera(str(path), on_status=statuses.append))
    assert len(frames) == 12
    assert statuses == ["raw.mjpeg holds no times: taken for 25 frames a second; set fps to the true rate"]
    statuses.clear()
    frames = read_all(open_camera(str(path), fps=12.0, on_status=statuses.append))
    assert (statuses, frames[1].time_s) == ([], pytest.approx(1 / 12))


@pytest.mark.parametrize("at", [0, 1, 40, 97])
@pytest.mark.parametrize("wild_s", [-5.0, 0.0, 1000.0, 1e9])
def test_one_implausible_time_moves_no_later_frame(at, wild_s):
    reported = [k / RATE for k in range(100)]
    reported[at] = wild_s
    clock = PresentationClock(1 / RATE)
    times = [clock.time_of(k, reported[k], reported[k + 1 : k + 3]) for k in range(100)]
    assert times[:at] + times[at + 1 :] == pytest.approx([k / RATE for k in range(100) if k != at])
    assert all(after > before for before, after in itertools.pairwise(times))


@pytest.mark.parametrize("gap_s", [2.0, 600.0])
def test_a_gap_that_the_next_frames_confirm_is_kept(gap_s):
    reported = [k / RATE + gap_s * (k >= 50) for k in range(100)]
    clock = PresentationClock(1 / RATE)
    assert [clock.time_of(k, reported[k], reported[k + 1 : k + 3]) for k in range(100)] == pytest.approx(reported)


@pytest.mark.parametrize("path", ["snapshot.jpg", "cgi-bin/snapshot.cgi?ch=1"])
def test_a_picture_at_a_url_is_not_a_stream(serve, statuses, path):
    jpeg = cv2.imencode(".jpg", np.full((48, 64, 3), 90, np.uint8))[1].tobytes()

    def handle(request):
        request.send_response(200)
        request.send_header("Content-Type", "image/jpeg")
        request.send_header("Content-Length", str(len(jpeg)))
        request.end_headers()
        request.wfile.write(jpeg)

    with pytest.raises(CameraError, match="is a picture, not a stream"):
        open_camera(f"{serve(handle)}/{path}", on_status=statuses.append)


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("http://no-such-host.invalid/x", "no address is known for the name no-such-host.invalid"),
        ("rtsp://127.0.0.1:1/x", "the connection is refused"),
        ("https://127.0.0.1:1/x", "the connection is refused"),
        ("gibberish://127.0.0.1/x", "of a kind that FFmpeg does not know"),
    ],
)
def test_the_error_of_a_url_states_the_cause(statuses, url, cause):
    with pytest.raises(CameraError, match=cause):
        open_camera(url, on_status=statuses.append)


@pytest.mark.parametrize(("status", "cause"), [(401, "refuses the user or password"), (403, "403"), (404, "404")])
def test_the_refusal_of_a_web_server_is_reported(serve, statuses, status, cause):
    url = serve(lambda request: request.send_error(status)).replace("//", "//me:secret@")
    with pytest.raises(CameraError, match=cause) as caught:
        open_camera(url + "/video", on_status=statuses.append)
    assert "secret" not in str(caught.value)


def test_a_web_server_without_tls_is_reported(serve, statuses):
    url = serve(lambda request: request.send_error(404)).replace("http:", "https:")
    with pytest.raises(CameraError, match="no TLS on that port"):
        open_camera(url + "/video", on_status=statuses.append)


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize("sends", ["nothing", "a file that stalls", "a stream that stalls"])
def test_a_sender_that_stalls_is_reported_and_blocks_no_signal(serve, video, sends):
    """Ctrl-C while it opens, and while it waits for data."""
    content = video("video.mkv", (320, 240), 200, "mjpeg").read_bytes()
    requested, ends = threading.Event(), threading.Event()

    def handle(request):
        requested.set()
        request.send_response(200)
        stream = sends == "a stream that stalls"
        if sends == "a file that stalls":
            request.send_header("Content-Length", str(len(content)))
        if stream:
            request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        request.end_headers()
        if stream:
            jpeg = cv2.imencode(".jpg", np.full((24, 32, 3), 90, np.uint8))[1].tobytes()
            head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg)
            request.wfile.write((head + jpeg + b"\r\n") * 40)
        elif sends == "a file that stalls":
            request.wfile.write(content[: len(content) // 2])
        ends.wait(60)

    arguments = [sys.executable, str(ROOT / "main.py"), "--camera", serve(handle) + "/video", "--headless"]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if sends == "nothing":
            requested.wait(60)
        else:
            assert "sends no pictures; waiting for it" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, errors = process.communicate(timeout=60)
    assert time.monotonic() - began < 20  # 1 s on a quiet machine
    ends.set()
    assert process.returncode == 130
    assert "Traceback" not in errors


def test_a_cover_picture_is_not_a_video(tmp_path, statuses):
    path = tmp_path / "song.mp4"
    jpeg = cv2.imencode(".jpg", np.full((48, 64, 3), 90, np.uint8))[1].tobytes()
    with av.open(str(path), "w") as container:
        sound, cover = container.add_stream("aac", rate=48_000), container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = 0x400
        silence = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
        silence.sample_rate, silence.pts = 48_000, 0
        container.mux(sound.encode(silence))
        container.mux(sound.encode(None))
        packet = av.Packet(jpeg)
        packet.stream, packet.pts, packet.dts, packet.time_base = cover, 0, 0, Fraction(1, 1)
        container.mux(packet)
    with pytest.raises(CameraError, match="cannot be opened as a video"):
        open_camera(str(path), on_status=statuses.append)


@pytest.mark.parametrize("name", ["100%d.ts", "a%02d.ts", "%s.ts"])
def test_a_name_with_a_percent_sign_is_a_name(video, statuses, name):
    path = video("video.ts", (64, 48))
    path = path.rename(path.with_name(name))
    assert len(read_all(open_camera(str(path), on_status=statuses.append))) == 20


def test_pixel_formats_may_change_within_a_stream(tmp_path, statuses):
    colour = np.full((48, 64, 3), (200, 60, 30), np.uint8)  # BGR
    samplings = (0x221111, 0x211111, 0x111111)
    jpegs = [cv2.imencode(".jpg", colour, [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, how])[1].tobytes() for how in samplings]
    jpegs.append(cv2.imencode(".jpg", colour[:, :, 0])[1].tobytes())
    (tmp_path / "changes.mjpeg").write_bytes(b"".join(jpegs * 3))
    frames = read_all(open_camera(str(tmp_path / "changes.mjpeg"), fps=10, on_status=statuses.append))
    assert len(frames) == 12
    for frame in frames:
        expected = (200, 200, 200) if frame.index % 4 == 3 else (30, 60, 200)
        assert np.abs(frame.image.astype(int) - expected).max() <= 6


def test_ten_bits_are_played(tmp_path, statuses):
    with av.open(str(tmp_path / "hdr.mkv"), "w") as container:
        stream = container.add_stream("ffv1", 25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p10le"
        for level in (40, 200):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), level, np.uint8), format="rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p10le")))
        container.mux(stream.encode())
    dark, bright = read_all(open_camera(str(tmp_path / "hdr.mkv"), on_status=statuses.append))
    assert (dark.image.mean(), bright.image.mean()) == (pytest.approx(40, abs=4), pytest.approx(200, abs=4))


def test_a_clip_that_was_cut_without_encoding_is_whole(video, tmp_path, statuses):
    """Its edit list hides the first packets: they are in the file and not shown."""
    source = video("whole.mp4", (64, 48))
    with (
        av.open(str(source)) as read,
        av.open(str(tmp_path / "cut.mp4"), "w", options={"avoid_negative_ts": "disabled"}) as write,
    ):
        shown = read.streams.video[0]
        stream = write.add_stream_from_template(shown)
        interval = round(1 / (shown.average_rate * shown.time_base))
        for packet in read.demux(shown):
            if packet.dts is not None:
                packet.pts, packet.dts, packet.stream = packet.pts - 5 * interval, packet.dts - 5 * interval, stream
                write.mux(packet)
    all_frames, frames = (
        len(read_all(open_camera(str(path), on_status=statuses.append))) for path in (source, tmp_path / "cut.mp4")
    )
    assert frames < all_frames
    assert statuses == []
