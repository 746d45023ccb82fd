import subprocess
import sys

import pytest

from app.camera import open_camera

TIMEOUT_S = 30.0


def test_a_file_in_real_time_is_read_like_a_camera_but_is_not_live(make_video, statuses):
    camera = open_camera(str(make_video(fps=200.0)), realtime=True, flip=True, on_status=statuses.append)
    seen = []
    while not camera.ended:
        frame = camera.next(TIMEOUT_S)
        if frame is not None:
            seen.append(frame)
    camera.close()
    assert (camera.name, camera.live) == ("clip.avi", False)
    assert len(seen) + camera.dropped == 10
    assert [frame.index for frame in seen] == sorted({frame.index for frame in seen})
    last = seen[-1]
    assert (last.index, last.time_s) == (9, pytest.approx(9 / 200))
    assert last.image[:, 0].mean() > last.image[:, -1].mean(), "flipped, the bright half is on the left"


def test_a_program_that_ends_without_closing_its_camera_ends_without_an_error(make_video, pytestconfig):
    program = (
        "from app.camera import open_camera\n"
        f"camera = open_camera({str(make_video(fps=1.0))!r}, realtime=True, on_status=print)\n"
        "assert camera.next(30).index == 0\n"
        "raise SystemExit(2)\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=pytestconfig.rootpath, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")
