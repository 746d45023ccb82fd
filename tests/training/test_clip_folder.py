from pathlib import Path

import pytest

from training.clip_folder import COLUMNS, write_clips
from training.errors import DataError
from training.recording_list import decode, read_recordings
from training.synthetic.drawn_clip import Format, LabelledClip, generate

SMALL = Format(height=24, width=32, fps=4, moments=1)


def still(label: str, seed: int) -> LabelledClip:
    return generate(label, seed, SMALL)


def seeds_of(folder: Path) -> list[str]:
    recordings = read_recordings(folder, "train")
    assert all(len(decode(recording.path)) for recording in recordings)
    return [recording.path.stem.split("_")[-1] for recording in recordings]


def test_a_stopped_run_lists_the_written_clips(tmp_path: Path) -> None:
    def stopped(label: str, seed: int) -> LabelledClip:
        if seed == 2:
            raise KeyboardInterrupt
        return still(label, seed)

    with pytest.raises(KeyboardInterrupt):
        write_clips(tmp_path / "new", "generated", ["No gesture"], range(4), stopped)
    assert seeds_of(tmp_path / "new") == ["0", "1"]


def test_another_seed_extends_the_list_and_the_same_seed_does_not(tmp_path: Path) -> None:
    for seeds in (range(1), range(5, 6), range(1)):
        write_clips(tmp_path, "generated", ["No gesture"], seeds, still)
    assert seeds_of(tmp_path) == ["0", "5"]


def test_a_list_that_a_spreadsheet_has_saved_is_extended(tmp_path: Path) -> None:
    write_clips(tmp_path, "generated", ["No gesture"], range(1), still)
    listed = tmp_path / "clips.csv"
    listed.write_text(listed.read_text(), encoding="utf-16")
    write_clips(tmp_path, "generated", ["No gesture"], range(1, 2), still)
    assert seeds_of(tmp_path) == ["0", "1"]


def test_empty_lines_of_a_list_are_skipped(tmp_path: Path) -> None:
    write_clips(tmp_path, "generated", ["No gesture"], range(1), still)
    listed = tmp_path / "clips.csv"
    listed.write_text(listed.read_text() + "\n\n")
    write_clips(tmp_path, "generated", ["No gesture"], range(1, 2), still)
    assert seeds_of(tmp_path) == ["0", "1"]


@pytest.mark.parametrize("row", ["one.mp4,No gesture", "one.mp4,No gesture,train,generated,4,,,", " "])
def test_a_row_with_another_number_of_cells_is_refused_with_its_line(tmp_path: Path, row: str) -> None:
    write_clips(tmp_path, "generated", ["No gesture"], range(1), still)
    listed = tmp_path / "clips.csv"
    listed.write_text(before := f"{listed.read_text()}\n{row}\n")
    with pytest.raises(DataError, match=r"clips.csv:4: number of cells: \d; expected 7"):
        write_clips(tmp_path, "generated", ["No gesture"], range(1, 2), still)
    assert listed.read_text() == before


@pytest.mark.parametrize("head", [",".join((*COLUMNS, "note")), ""], ids=["of recordings", "empty"])
def test_a_list_of_other_recordings_is_not_overwritten(tmp_path: Path, head: str) -> None:
    listed = tmp_path / "clips.csv"
    listed.write_text(head)
    with pytest.raises(DataError, match="not overwritten"):
        write_clips(tmp_path, "generated", ["No gesture"], range(1), still)
    assert listed.read_text() == head
    assert list(tmp_path.iterdir()) == [listed]
