import errno
import os
import re
from pathlib import Path

import pytest
from tiny_datasets import (
    FRAMES,
    SIZE,
    frame_of,
    jester,
    kinetics400,
    something_v1,
    something_v2,
    write_pictures,
    write_video,
)

from training.datasets.base import read_frames, read_index
from training.datasets.listing import Entry
from training.datasets.survey import Broken, Job, count_pictures, examine
from training.datasets.survey_pool import examine_all
from training.errors import DataError
from training.prepare import main


def prepare(name: str, root: Path, lists: Path, *more: str) -> int:
    out = str(root / "out")
    return main([name, str(root), "--lists", str(lists), "--out", out, "--processes", "1", *more])


def test_missing_clips_are_counted_listed_and_left_out(tmp_path, capsys) -> None:
    lists = jester(tmp_path)
    for id_ in ("34870", "129112"):
        (tmp_path / "20bn-jester-v1" / id_).rename(tmp_path / f"away-{id_}")
    assert prepare("jester", tmp_path, lists) == 0
    output = capsys.readouterr().out
    assert "jester train: 1 clips of 3, 12 frames" in output
    assert "2 missing: 34870, 129112 -> " in output
    assert (tmp_path / "out" / "jester-train-missing.txt").read_text() == "34870\n129112\n"
    assert [clip.id for clip in read_index(tmp_path / "out" / "jester-train.jsonl").clips] == ["56557"]


def test_a_list_of_missing_clips_goes_when_they_are_there(tmp_path) -> None:
    lists = jester(tmp_path)
    away = (tmp_path / "20bn-jester-v1" / "34870").rename(tmp_path / "away")
    prepare("jester", tmp_path, lists)
    away.rename(tmp_path / "20bn-jester-v1" / "34870")
    prepare("jester", tmp_path, lists)
    assert not list((tmp_path / "out").glob("*missing*"))


def test_a_split_without_a_clip_has_no_index(tmp_path, capsys) -> None:
    lists = jester(tmp_path)
    prepare("jester", tmp_path, lists)
    (tmp_path / "20bn-jester-v1" / "109621").rename(tmp_path / "away")
    assert prepare("jester", tmp_path, lists) == 0
    assert "jester test: 0 clips of 1, 0 frames -> no index" in capsys.readouterr().out
    assert not (tmp_path / "out" / "jester-test.jsonl").exists()


def test_a_list_shorter_than_the_published_one_gives_a_warning(tmp_path, capsys) -> None:
    prepare("jester", tmp_path, jester(tmp_path))
    assert "the list has 3 clips, the published one 118562; it may be truncated" in capsys.readouterr().out


def cut(picture: Path) -> None:
    """Remove a picture's second half, as an interrupted copy does."""
    picture.write_bytes(picture.read_bytes()[: picture.stat().st_size // 2])


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda folder: (folder / "00005.jpg").unlink(), "00005.jpg is missing"),
        (lambda folder: (folder / "00005.jpg").write_bytes(b""), "00005.jpg is empty"),
        (lambda folder: cut(folder / "00005.jpg"), "00005.jpg is cut short"),
        (lambda folder: (folder / "00001.jpg").write_bytes(b"\xff\xd8\xff"), "00001.jpg is cut short"),
        (lambda folder: [file.unlink() for file in folder.iterdir()], "no pictures in"),
    ],
)
def test_a_broken_folder_is_reported_and_left_out(tmp_path, capsys, spoil, why: str) -> None:
    lists = jester(tmp_path)
    spoil(tmp_path / "20bn-jester-v1" / "56557")
    assert prepare("jester", tmp_path, lists) == 0
    assert "1 broken: 56557 -> " in capsys.readouterr().out
    assert why in (tmp_path / "out" / "jester-train-broken.txt").read_text()
    assert len(read_index(tmp_path / "out" / "jester-train.jsonl").clips) == 2


def test_a_complete_picture_with_data_appended_is_accepted(tmp_path) -> None:
    write_pictures(tmp_path / "clip")
    with open(tmp_path / "clip" / "00005.jpg", "ab") as file:
        file.write(b"\0\0\0")
    assert count_pictures(tmp_path / "clip") == FRAMES


@pytest.mark.parametrize("keep", [0, 400])
def test_a_broken_video_is_reported_and_left_out(tmp_path, capfd, keep: int) -> None:
    lists = kinetics400(tmp_path)
    video = tmp_path / "kinetics400" / "train" / "air drumming" / "-0-9X_yS_IU_000020_000030.mp4"
    video.write_bytes(video.read_bytes()[:keep])
    assert prepare("kinetics400", tmp_path, lists) == 0
    assert "1 broken: -0-9X_yS_IU_000020_000030 -> " in capfd.readouterr().out
    assert "no frame in" in (tmp_path / "out" / "kinetics400-train-broken.txt").read_text()


def test_a_video_cut_short_is_broken(tmp_path, monkeypatch) -> None:
    write_video(tmp_path / "v.avi", frames=5)
    monkeypatch.setattr("training.datasets.survey.header_frames", lambda _: 12.0)
    result = examine(Job(Entry("v", 0), tmp_path / "v.avi", 25.0, None, 0))
    assert isinstance(result, Broken)
    assert "5 frames of 12" in result.why


def test_everything_broken_is_an_error(tmp_path, capsys) -> None:
    lists = jester(tmp_path)
    for file in (tmp_path / "20bn-jester-v1").glob("*/*.jpg"):
        file.write_bytes(b"")
    assert prepare("jester", tmp_path, lists) == 2
    assert "all 5 clips of jester" in capsys.readouterr().err
    assert not list((tmp_path / "out").glob("*.jsonl"))


@pytest.mark.parametrize(
    ("root", "lists", "message"),
    [
        ("nowhere", "labels", "no folder"),
        ("20bn-jester-v1/34870", "labels", "none of the 5 clips of jester is in .* expected 20bn-jester-v1/<id>/"),
        (".", "nowhere", "no folder .*--lists"),
        (".", "20bn-jester-v1", "no list of jester"),
    ],
)
def test_a_wrong_folder_gives_one_line(tmp_path, capsys, root: str, lists: str, message: str) -> None:
    jester(tmp_path)
    given = [str(tmp_path / root), "--lists", str(tmp_path / lists), "--out", str(tmp_path / "out")]
    assert main(["jester", *given]) == 2
    output = capsys.readouterr().err
    assert output.count("\n") == 1
    assert re.search(message, output)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made(tmp_path, capsys) -> None:
    lists = jester(tmp_path)
    (tmp_path / "out").write_text("a file")
    assert prepare("jester", tmp_path, lists) == 2
    assert "cannot make the folder" in capsys.readouterr().err


def test_a_label_list_that_is_missing(tmp_path, capsys) -> None:
    lists = jester(tmp_path)
    (lists / "jester-v1-labels.csv").unlink()
    assert prepare("jester", tmp_path, lists) == 2
    assert "no jester-v1-labels.csv or labels.csv" in capsys.readouterr().err


def test_several_processes_find_the_same(tmp_path) -> None:
    lists = jester(tmp_path)
    prepare("jester", tmp_path, lists)
    alone = (tmp_path / "out" / "jester-train.jsonl").read_text()
    prepare("jester", tmp_path, lists, "--processes", "2")
    assert (tmp_path / "out" / "jester-train.jsonl").read_text() == alone


class Deadly:
    """Ends the process that unpickles it."""

    def __reduce__(self):
        return os._exit, (1,)


def test_a_process_that_is_killed_gives_one_line(tmp_path) -> None:
    job = Job(Entry("a", 0), tmp_path, Deadly(), None, 0)
    with pytest.raises(DataError, match="was killed"):
        list(examine_all({"a": job}, 2))


def test_videos_are_decoded_once_into_pictures(tmp_path) -> None:
    lists = something_v2(tmp_path)
    assert prepare("something_v2", tmp_path, lists, "--decode", "16") == 0
    clips = read_index(tmp_path / "out" / "something_v2-train.jsonl").clips
    assert clips[0].path == tmp_path / "out" / "frames-16" / "something_v2" / "78687"
    assert (clips[0].frames, clips[0].fps) == (FRAMES, 12.0)
    shown = read_frames(clips[0], range(FRAMES))
    assert shown.shape == (FRAMES, 16, 24, 3)
    assert [frame_of(picture) for picture in shown] == list(range(FRAMES))


def test_clips_of_two_sets_with_the_same_id_do_not_meet(tmp_path) -> None:
    for name, make in (("jester", jester), ("something_v1", something_v1)):
        root = tmp_path / name
        given = [str(root), "--lists", str(make(root)), "--out", str(tmp_path / "out"), "--processes", "1"]
        assert main([name, *given, "--decode", "16"]) == 0
        paths = {clip.id: clip.path for clip in read_index(tmp_path / "out" / f"{name}-train.jsonl").clips}
        assert paths["34870"] == tmp_path / "out" / "frames-16" / name / "34870"


def test_pictures_are_never_enlarged_on_disk(tmp_path) -> None:
    lists = jester(tmp_path)
    prepare("jester", tmp_path, lists, "--decode", "999")
    (clip, *_) = read_index(tmp_path / "out" / "jester-train.jsonl").clips
    assert read_frames(clip, [0]).shape == (1, SIZE[1], SIZE[0], 3)


def test_interrupted_decoding_continues(tmp_path) -> None:
    lists = something_v2(tmp_path)
    prepare("something_v2", tmp_path, lists, "--decode", "16")
    index = (tmp_path / "out" / "something_v2-train.jsonl").read_text()
    frames = tmp_path / "out" / "frames-16" / "something_v2"
    before = (frames / "78687" / "00001.jpg").stat().st_mtime_ns
    (frames / "42326").rename(frames / "42326.part")  # as a machine that died left it
    (frames / "42326.part" / "00012.jpg").unlink()
    assert prepare("something_v2", tmp_path, lists, "--decode", "16") == 0
    assert (tmp_path / "out" / "something_v2-train.jsonl").read_text() == index
    assert (frames / "78687" / "00001.jpg").stat().st_mtime_ns == before
    assert len(list((frames / "42326").iterdir())) == FRAMES
    assert not (frames / "42326.part").exists()


def test_pictures_emptied_by_a_power_failure_are_decoded_again(tmp_path) -> None:
    lists = something_v2(tmp_path)
    prepare("something_v2", tmp_path, lists, "--decode", "16")
    lost = tmp_path / "out" / "frames-16" / "something_v2" / "42326" / "00006.jpg"
    lost.write_bytes(b"")
    assert prepare("something_v2", tmp_path, lists, "--decode", "16") == 0
    assert lost.stat().st_size > 0


def test_a_full_disk_gives_one_line_and_no_half_clip(tmp_path, monkeypatch, capsys) -> None:
    lists = something_v2(tmp_path)
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == "00007.jpg":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert prepare("something_v2", tmp_path, lists, "--decode", "16") == 2
    output = capsys.readouterr().err
    assert "No space left on device" in output
    assert "run the command again to continue" in output
    assert not list((tmp_path / "out" / "frames-16" / "something_v2").iterdir())
    assert not list((tmp_path / "out").glob("*.jsonl"))


def test_a_closed_output_does_not_keep_the_indexes_from_being_written(tmp_path, monkeypatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as output:
        monkeypatch.setattr("sys.stdout", output)
        assert prepare("jester", tmp_path, jester(tmp_path)) == 0
        monkeypatch.undo()
    assert len(list((tmp_path / "out").glob("*.jsonl"))) == 3


def test_ctrl_c_ends_with_130(tmp_path, monkeypatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("training.prepare.examine_all", interrupted)
    assert prepare("jester", tmp_path, jester(tmp_path)) == 130
