from pathlib import Path

import cv2
import pytest
from painted_stills import hand

from training.distillation.matting import is_matte
from training.distillation.training_streams import LABEL_WEIGHT, SHARES
from training.footage import main
from training.recording_list import decode, read_recordings
from training.stills.film import MIN_FRAMES


def write_film(stills: Path, pose: str) -> Path:
    (stills / pose).mkdir(parents=True)
    for number in range(MIN_FRAMES):
        cv2.imwrite(str(stills / pose / f"{number}.png"), cv2.cvtColor(hand(), cv2.COLOR_RGB2BGR))
    return stills


@pytest.mark.parametrize(("options", "source"), [([], "footage"), (["--keyed"], "keyed")])
def test_the_folder_can_be_read_as_recordings(tmp_path: Path, options: list[str], source: str) -> None:
    stills = write_film(tmp_path / "stills", "asl_tomnlittle/B_x")
    assert main([str(tmp_path / "out"), "--stills", str(stills), *options]) == 0
    (found,) = read_recordings(tmp_path / "out", "train")
    assert found.source == source
    assert source in SHARES
    assert source not in LABEL_WEIGHT  # it has no labels
    assert is_matte(found) == (source == "keyed")
    assert len(decode(found.path)) == MIN_FRAMES


def test_unusable_input_is_one_line_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stills = write_film(tmp_path / "stills", "didi/fist")
    for folder in (tmp_path / "none", stills):
        assert main([str(tmp_path / "out"), "--stills", str(folder), "--keyed"]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_broken_picture_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stills = write_film(tmp_path / "stills", "didi/fist")
    (stills / "didi/fist/3.png").write_text("no picture")
    assert main([str(tmp_path / "out"), "--stills", str(stills)]) == 2
    assert "3.png" in capsys.readouterr().err
