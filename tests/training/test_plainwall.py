"""Recordings before a plain wall: the mask of the arm, its placement, and the list."""

from pathlib import Path

import numpy as np
import pytest
from films import write_film

from training.distillation.matting import BLACK_LEVEL, is_matte
from training.distillation.training_streams import AMBIGUOUS_SOURCES, LABEL_WEIGHT, SHARES
from training.plainwall import main
from training.recording_list import read_recordings
from training.stills.wall import HEIGHT, LEAST_BRIGHTNESS, WIDTH, key, place

FRAMES, SKIN, WALL, SHADOW = 16, (180, 120, 90), (190, 200, 205), (120, 126, 129)


def film(path: Path, arm: tuple[int, int, int] = SKIN, to_the_right: bool = False) -> None:
    """A take of an arm that comes in from below, or from the right, for the middle half of the pictures."""
    pictures = np.full((FRAMES, 160, 90, 3), WALL, np.uint8)
    moving = pictures[FRAMES // 4 : 3 * FRAMES // 4]
    moving[:, 50:160, 60:85] = SHADOW
    moving[(slice(None), *(np.s_[60:90, 30:] if to_the_right else np.s_[40:, 35:60]))] = arm
    write_film(path, pictures, codec="mp4v")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    film(tmp_path / "below.mp4")
    film(tmp_path / "right.mp4", to_the_right=True)
    film(tmp_path / "wall.mp4", arm=WALL)
    (tmp_path / "clips.csv").write_text(
        "path,label,split,source,fps,start,end\n"
        "below.mp4,Swiping Up,train,plainwall,12,4,12\n"
        "right.mp4,Turning Hand Clockwise,train,plainwall,12,4,12\n"
        "wall.mp4,Thumb Up,train,plainwall,12,4,12\n"
    )
    return tmp_path


def test_the_arm_is_keyed_and_its_shadow_is_not(folder: Path) -> None:
    keyed = key(read_recordings(folder)[0])
    assert keyed is not None
    seen = keyed.arm.reshape(FRAMES, -1).any(1)
    assert seen.tolist() == [4 <= k < 12 for k in range(FRAMES)]
    there = np.argwhere(keyed.arm[8]) / keyed.arm.shape[1]  # in heights
    assert np.allclose(there.min(0), [40 / 160, 35 / 160], atol=0.02)
    assert np.allclose(there.max(0), [1, 60 / 160], atol=0.02)


def test_an_arm_of_the_walls_colour_is_not_keyed(folder: Path) -> None:
    assert key(read_recordings(folder)[2]) is None


@pytest.mark.parametrize("number", [0, 1])
def test_where_the_take_cuts_the_arm_off_the_picture_does(folder: Path, number: int) -> None:
    recording = read_recordings(folder)[number]
    keyed = key(recording)
    assert keyed is not None
    for seed in range(12):
        take = place(keyed, recording, np.random.default_rng(seed))
        shown = np.stack(take.pictures)
        assert shown.shape == (FRAMES, HEIGHT, WIDTH, 3)
        front = shown.max(-1) > BLACK_LEVEL
        assert (shown.max(-1)[front] >= LEAST_BRIGHTNESS).all()
        assert front[8].any()
        assert front[8][:, -3:].any() if number else front[8][-3:].any()
        assert not front[0].any()


def test_the_source_separates_uncertain_directions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "out"
    assert main([str(out), "--data", str(folder), "--each", "2"]) == 0
    made = read_recordings(out)
    assert [(r.label, r.source) for r in made] == 2 * [("Swiping Up", "plain_sure")] + 2 * [
        ("Turning Hand Clockwise", "plain_unsure")
    ]
    assert all(r.spans == ((4, 12),) and is_matte(r) and r.source in SHARES and r.source in LABEL_WEIGHT for r in made)
    assert {r.source for r in made if r.source in AMBIGUOUS_SOURCES} == {"plain_unsure"}
    assert "wall.mp4: arm and wall have the same colour; skipped" in capsys.readouterr().out


def test_a_folder_without_such_takes_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = folder / "clips.csv"
    listed.write_text(listed.read_text().replace("plainwall", "other"))
    assert main([str(folder / "out"), "--data", str(folder)]) == 2
    assert "no recording of source plainwall" in capsys.readouterr().err
