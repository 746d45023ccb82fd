from pathlib import Path

import numpy as np
import pytest
from films import write_film

from training.errors import DataError
from training.recording_list import FrameCache, Recording, decode, hold_out, read_recordings, steps_of

HEADER = "path,label,split,source,fps,start,end\n"


def write_video(path: Path, frames: int, width: int = 64, height: int = 48) -> None:
    """Red pictures that grow brighter, 10 levels a frame."""
    write_film(path, [np.full((height, width, 3), (10 * k, 0, 0), np.uint8) for k in range(frames)])


def recording(path: Path, source: str = "made") -> Recording:
    return Recording(path, "Swiping Left", "train", source, 12.0, ((0, 5),))


def test_reads_the_list_of_a_split(tmp_path) -> None:
    (tmp_path / "clips.csv").write_text(HEADER + "a.avi,Thumb Up,train,x,12,1,9\nb.avi,Thumb Up,val,x,30,1,9\n")
    (only,) = read_recordings(tmp_path, "val")
    assert only == Recording(tmp_path / "b.avi", "Thumb Up", "val", "x", 30.0, ((1, 9),))
    assert len(read_recordings(tmp_path)) == 2


def test_a_gesture_may_be_made_several_times_in_a_row(tmp_path) -> None:
    (tmp_path / "clips.csv").write_text(HEADER + "a.avi,Thumb Up,train,x,12,1 20,9 31\n")
    (row,) = read_recordings(tmp_path)
    assert row.spans == ((1, 9), (20, 31))


@pytest.mark.parametrize(
    "text",
    [
        None,
        "path,label\na.avi,Thumb Up\n",
        HEADER + "a.avi,Thumb Up,train,x,fast,1,9\n",
        HEADER + "a.avi,Thumb Up,train,x,12,1 20,9\n",
        HEADER + "a.avi,Thumb Up,train,x,12,,\n",
    ],
)
def test_an_invalid_list_is_one_line(tmp_path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "clips.csv").write_text(text)
    with pytest.raises(DataError, match=r"clips\.csv") as caught:
        read_recordings(tmp_path)
    assert "\n" not in str(caught.value)


def test_decodes_rgb_and_scales_the_shorter_side(tmp_path) -> None:
    write_video(tmp_path / "a.avi", 6)
    pictures = decode(tmp_path / "a.avi", shortest=24)
    assert pictures.shape == (6, 24, 32, 3)
    red = pictures[:, 12, 16].astype(int)
    assert np.abs(red - [[10 * k, 0, 0] for k in range(6)]).max() <= 6


def test_a_file_without_pictures_gives_one_line(tmp_path) -> None:
    with pytest.raises(DataError, match=r"no frames in .*gone\.avi"):
        decode(tmp_path / "gone.avi")


def test_the_cache_decodes_once(tmp_path) -> None:
    write_video(tmp_path / "a.avi", 6)
    first = np.array(FrameCache(tmp_path / "cache", 24).pictures(recording(tmp_path / "a.avi")))
    (tmp_path / "a.avi").unlink()
    again = FrameCache(tmp_path / "cache", 24).pictures(recording(tmp_path / "a.avi"))
    assert np.array_equal(first, again)


@pytest.mark.parametrize(("fps", "expected"), [(12, [0, 1, 2, 3]), (24, [0, 2]), (6, [0, 1, 1, 2, 2, 3, 3])])
def test_steps_follow_time(fps: float, expected: list[int]) -> None:
    assert steps_of(4, fps, 12) == expected


def test_every_fifth_of_the_named_sources_is_held_out() -> None:
    recordings = [recording(Path(f"{k:02}.avi"), "quiet" if k < 11 else "other") for k in range(22)]
    held = hold_out(reversed(recordings), ["quiet"])
    assert {r.path.name for r in held} == {"00.avi", "05.avi", "10.avi"}
