from pathlib import Path

import pytest

from common.whole_file import WriteError
from training.trainer import logbook
from training.trainer.learner import Update
from training.trainer.logbook import COLUMNS, Logbook, rewrite
from training.trainer.validation import Scores

HEAD = ",".join(COLUMNS)


def test_rows_after_the_last_save_and_incomplete_rows_are_removed(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv"
    learnt, validated = [f"{k},{k // 5},0.1,1.5,2.0,,," for k in (2, 4, 6, 8)], "4,0,,,,0.5,0.25,1.0"
    text = "\n".join(
        [HEAD, *learnt[:2], validated, *learnt[2:], "8,1,,,,0.5,0.25,1.0", "x,0,0.1,1.5,2.0,,,", ",,,,,,,", "10,2"]
    )
    for step, epoch, kept in (
        (6, 1, [*learnt[:2], validated, learnt[2]]),
        (4, 1, [*learnt[:2], validated]),
        (4, 0, learnt[:2]),  # saved at the end of an epoch, before its validation
        (8, 1, [*learnt[:2], validated, *learnt[2:]]),
        (0, 0, []),
    ):
        path.write_text(text)
        rewrite(path, step, epoch)
        assert path.read_text().splitlines() == [HEAD, *kept]


def test_records_every_second_update_and_every_validation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = Logbook(tmp_path / "metrics.csv", 0, 0, 4, every=2)
    for step in range(1, 5):
        log.update(step, 0, 0.1, Update(1.5, 2.0))
    log.scores(4, 0, Scores(0.5, 0.25, 1.0), "1 broken clips were skipped")
    log.close()
    rows = (tmp_path / "metrics.csv").read_text().splitlines()
    assert rows == [HEAD, "2,0,0.1,1.5,2.0,,,", "4,0,0.1,1.5,2.0,,,", "4,0,,,,0.5,0.25,1.0"]
    assert capsys.readouterr().out.splitlines() == [
        "1 broken clips were skipped",
        "epoch 0: loss 0.5000, top-1 25.00%, top-5 100.00%",
    ]


def test_progress_is_a_line_now_and_then_where_there_is_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter((0.0, 30.0, 60.0, 60.0, 90.0))
    monkeypatch.setattr(logbook, "monotonic", lambda: next(seconds))
    log = Logbook(tmp_path / "metrics.csv", 10, 0, 20, every=100)
    for step in (11, 12, 13):
        log.update(step, 0, 0.1, Update(1.5, 2.0))
    log.close()
    assert capsys.readouterr().out == "update 12 of 20: loss 1.500, about 4 min left\n"


def test_a_disabled_logbook_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = Logbook(tmp_path / "metrics.csv", 0, 0, 4, every=1, enabled=False)
    log.update(1, 0, 0.1, Update(1.5, 2.0))
    log.scores(1, 0, Scores(0.5, 0.25, 1.0), None)
    log.close()
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr().out == ""


def test_a_log_that_cannot_be_written_gives_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    log = Logbook(tmp_path / "metrics.csv", 0, 0, 4, every=1)
    monkeypatch.setattr("training.trainer.logbook.csv.writer", full)
    with pytest.raises(WriteError, match=r"cannot write .*metrics.csv \(No space left on device\); make room"):
        log.update(1, 0, 0.1, Update(1.5, 2.0))
    log.close()
