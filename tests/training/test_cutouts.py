from pathlib import Path

import pytest
from painted_stills import write_stills

import training.cutouts
from training.clip_folder import FORMAT
from training.cutouts import main
from training.distillation.training_streams import LABEL_WEIGHT, SHARES
from training.recording_list import decode, read_recordings


def test_the_folder_can_be_read_as_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training.cutouts, "LABELS", ("No gesture", "Swiping Left"))
    stills = write_stills(tmp_path / "stills")
    assert main([str(tmp_path / "out"), "--stills", str(stills), "--each", "1", "--seed", "3", "--times", "2"]) == 0
    idle, swipe = read_recordings(tmp_path / "out", "train")
    assert (idle.label, swipe.label) == ("No gesture", "Swiping Left")
    assert swipe.source in SHARES
    assert swipe.source in LABEL_WEIGHT
    pictures = decode(swipe.path)
    assert pictures.shape[1:] == (FORMAT.height, FORMAT.width, 3)
    (first, again) = swipe.spans
    assert 0 <= first[0] < first[1] < again[0] < again[1] <= len(pictures)


def test_a_missing_folder_is_one_line_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "out"), "--stills", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()
