from pathlib import Path

from training.clip_folder import FORMAT
from training.generated import main
from training.recording_list import decode, read_recordings


def test_the_folder_can_be_read_as_recordings(tmp_path: Path) -> None:
    only = ("--label", "No gesture", "--label", "Swiping Left")
    assert main([str(tmp_path), "--clips", "1", "--seed", "3", "--times", "2", *only]) == 0
    idle, swipe = read_recordings(tmp_path, "train")
    assert (idle.label, swipe.label) == ("No gesture", "Swiping Left")
    pictures = decode(swipe.path)
    assert pictures.shape[1:] == (FORMAT.height, FORMAT.width, 3)
    (first, again) = swipe.spans
    assert 0 <= first[0] < first[1] < again[0] < again[1] <= len(pictures)
