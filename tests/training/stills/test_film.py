from pathlib import Path

import cv2
import numpy as np
import pytest
from painted_stills import WALL, hand

from models.frame import Image
from training.errors import DataError
from training.stills.film import HEIGHT, MAX_DIFFERENCE, MAX_FRAMES, MIN_FRAMES, keyed, pieces, played


def write(folder: Path, number: int, picture: Image, film: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / f"{film}{number}.png"), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


def wall(brightness: int) -> Image:
    return np.full((60, 80, 3), brightness, np.uint8)


def numbers(paths: tuple[Path, ...]) -> list[str]:
    return [path.stem for path in paths]


def test_a_film_is_in_the_order_of_its_numbers_and_in_pieces(tmp_path: Path) -> None:
    count = MAX_FRAMES + 6
    for number in range(count):
        write(tmp_path / "didi" / "fist", number, wall(100 + number % 3))
    (first, second) = pieces(tmp_path)
    assert (first[0], second[0]) == ("didi_fist_0", "didi_fist_1")
    assert numbers(first[1]) + numbers(second[1]) == [str(number) for number in range(count)]
    assert abs(len(first[1]) - len(second[1])) <= 1


def test_a_film_is_cut_where_its_picture_jumps_and_scraps_are_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "eduart" / "unlabelled"
    for number in range(MIN_FRAMES + MIN_FRAMES + 3):
        bright = number >= MIN_FRAMES
        write(folder, number, wall(100 + int(bright * (MAX_DIFFERENCE + 2))), "take_")
    for number in range(MIN_FRAMES - 1):
        write(folder, number, wall(100), "scrap_")
    assert [(name, len(paths)) for name, paths in pieces(tmp_path)] == [
        ("eduart_unlabelled_take_0", MIN_FRAMES),
        ("eduart_unlabelled_take_1", MIN_FRAMES + 3),
    ]


def test_a_piece_is_played_without_its_rim(tmp_path: Path) -> None:
    picture = wall(100)
    picture[[0, -1]], picture[:, [0, -1]] = 255, 255
    for number in range(MIN_FRAMES):
        write(tmp_path / "arya" / "palm", number, picture)
    ((_, paths),) = pieces(tmp_path)
    clip = played(paths)
    assert len(clip.pictures) == MIN_FRAMES
    assert clip.pictures[0].shape == (clip.format.height, clip.format.width, 3)
    assert clip.format.height == HEIGHT
    assert clip.format.width % 2 == 0
    assert max(shot.max() for shot in clip.frames()) <= 101
    ((event),) = clip.events
    assert (event.start_s, event.end_s) == (0.0, MIN_FRAMES / clip.format.fps)


def test_a_hand_before_a_wall_is_put_on_black(tmp_path: Path) -> None:
    for number in range(MIN_FRAMES):
        write(tmp_path / "asl_tomnlittle" / "B_x", number, hand(), "B")
    ((_, paths),) = pieces(tmp_path)
    clip = keyed(paths)
    assert clip is not None
    picture = clip.pictures[0]
    assert picture[:10].max() == 0
    assert picture[-1].any()
    covered = picture.max(-1) > 100
    assert 0.1 < covered.mean() < 0.4
    assert np.abs(picture[covered].astype(int) - WALL).sum(1).min() > 30


def test_a_picture_that_cannot_be_cut_out_is_left_out(tmp_path: Path) -> None:
    for number in range(MIN_FRAMES):
        picture = np.full((200, 200, 3), WALL, np.uint8) if number == 5 else hand()
        write(tmp_path / "asl_tomnlittle" / "B_x", number, picture)
    ((_, paths),) = pieces(tmp_path)
    clip = keyed(paths)
    assert clip is not None
    assert len(clip.pictures) == MIN_FRAMES - 1


def test_a_piece_that_cannot_be_keyed_is_left_out(tmp_path: Path) -> None:
    for number in range(MIN_FRAMES):
        write(tmp_path / "asl_tomnlittle" / "A_x", number, np.full((200, 200, 3), WALL, np.uint8))
        write(tmp_path / "asl_tomnlittle" / "B_x", number, hand()[::-1])  # comes in from above
        write(tmp_path / "didi" / "fist", number, hand())  # others film in rooms
    assert [keyed(paths) for _, paths in pieces(tmp_path)] == [None, None, None]


def test_a_folder_without_films_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no numbered pictures"):
        list(pieces(tmp_path))
