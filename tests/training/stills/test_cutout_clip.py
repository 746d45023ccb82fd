import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from painted_stills import write_stills

from training.errors import DataError
from training.stills.album import Album
from training.stills.cutout_clip import CutoutClip, generate
from training.synthetic.drawn_clip import Format
from training.synthetic.sensor import Sensor

SMALL = Format(height=48, width=64, moments=1)


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Album:
    return Album(write_stills(tmp_path_factory.mktemp("stills")))


def bare(clip: CutoutClip) -> CutoutClip:
    """Before black, taken by a perfect camera."""
    return replace(clip, room=np.zeros_like(clip.room), sensor=Sensor(noise=0, quality=100))


def during(clip: CutoutClip) -> list[np.ndarray]:
    """The brightness of each frame while the gesture happens."""
    (event,) = clip.events
    frames = [frame.astype(float).sum(2) for frame in bare(clip).frames()]
    return frames[round(event.start_s * 12) : round(event.end_s * 12) + 1]


def hand_at(frame: np.ndarray) -> np.ndarray:
    """Column and row of the hand: the middle of the upper part of the lit pixels."""
    rows, columns = np.nonzero(frame > 60)
    upper = rows < rows.min() + 14
    return np.array([columns[upper].mean(), rows[upper].mean()])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("label", "axis", "sign"),
    [
        ("Swiping Left", 0, 1),
        ("Swiping Right", 0, -1),
        ("Swiping Down", 1, 1),
        ("Swiping Up", 1, -1),
        ("Sliding Two Fingers Left", 0, 1),
        ("Sliding Two Fingers Right", 0, -1),
        ("Sliding Two Fingers Down", 1, 1),
        ("Sliding Two Fingers Up", 1, -1),
    ],
)
def test_the_hand_in_the_picture_moves_in_the_direction_of_the_label(
    album: Album, label: str, axis: int, sign: int, seed: int
) -> None:
    frames = during(generate(album, label, seed, SMALL))
    assert sign * (hand_at(frames[-1]) - hand_at(frames[0]))[axis] > 4


@pytest.mark.parametrize("fingers", ["Hand", "Two Fingers"])
def test_pushing_comes_nearer_and_pulling_goes_away(album: Album, fingers: str) -> None:
    for label, sign in ((f"Pushing {fingers} Away", 1), (f"Pulling {fingers} In", -1)):
        lit = [(frame > 60).sum() for frame in during(generate(album, label, 1, SMALL))]
        assert sign * np.log(lit[-1] / lit[0]) > 0.3


@pytest.mark.parametrize("label", ["Doing other things", "Thumb Down", "Swiping Left"])
def test_the_same_seed_gives_the_same_bytes_from_any_album(album: Album, label: str, tmp_path: Path) -> None:
    again = Album(write_stills(tmp_path))
    few = Format(height=24, width=32, fps=4, moments=1)
    first, second = (np.stack(list(generate(of, label, 5, few).frames())) for of in (album, again))
    np.testing.assert_array_equal(first, second)
    other = np.stack(list(generate(album, label, 6, few).frames())[:5])
    assert not np.array_equal(first[:5], other)


def test_no_hand_enters_the_picture_for_no_gesture(album: Album) -> None:
    assert max(frame.max() for frame in bare(generate(album, "No gesture", 1, SMALL)).frames()) == 0


def test_a_hand_comes_from_outside_and_leaves_again(album: Album) -> None:
    frames = list(bare(generate(album, "Stop Sign", 3, SMALL)).frames())
    assert frames[0].max() == 0
    assert max(frame[20:].max() for frame in frames) > 60
    shown = next(frame for frame in frames[len(frames) // 2 :] if frame.max() > 60)
    assert shown[-1].max() > 60  # the arm continues to the edge of the picture


def test_hands_that_were_drawn_are_kept_small(tmp_path: Path) -> None:
    album, rng = Album(write_stills(tmp_path)), np.random.default_rng(0)
    tracemalloc.start()
    try:
        for _ in range(20):
            album.hand("palm", rng)
        kept_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept_bytes < 3 * 250_000  # of three stills


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folder of stills"):
        Album(tmp_path / "none")


def test_a_folder_without_a_usable_hand_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no usable hand among 0 pictures"):
        generate(Album(tmp_path), "Stop Sign", 0)


def test_an_unreadable_picture_is_an_error(tmp_path: Path) -> None:
    for path in write_stills(tmp_path).rglob("*.png"):
        path.write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"a\.png is not a picture"):
        generate(Album(tmp_path), "Stop Sign", 0)
