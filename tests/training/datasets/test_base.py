import json
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_datasets import FRAMES, SIZE, frame_of, index_of, write_pictures, write_video

from common.whole_file import WriteError
from training.datasets.base import BrokenClipError, Clip, read_frames, read_index, write_index
from training.errors import DataError


def test_an_index_comes_back_as_it_was_written(tmp_path) -> None:
    index = index_of(tmp_path / "clips", 4)
    clips = (*index.clips[:3], replace(index.clips[3], label=None, fps=29.97))
    index = replace(index, clips=clips)
    write_index(tmp_path / "deep" / "tiny.jsonl", index)
    assert read_index(tmp_path / "deep" / "tiny.jsonl") == index
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["tiny.jsonl"]


def test_the_nearest_index_is_named_for_one_that_is_missing(tmp_path) -> None:
    index = index_of(tmp_path / "clips", 1)
    for split in ("train", "validation", "test"):
        write_index(tmp_path / f"folders-{split}.jsonl", index)
    with pytest.raises(DataError, match=r"no index \S+tst.jsonl \(No such .*\); did you mean 'folders-test.jsonl'\?"):
        read_index(tmp_path / "folders-tst.jsonl")


def test_a_data_set_may_move_when_its_root_is_changed(tmp_path) -> None:
    write_index(tmp_path / "tiny.jsonl", index_of(tmp_path / "clips", 2))
    (tmp_path / "clips").rename(tmp_path / "moved")
    head, *rest = (tmp_path / "tiny.jsonl").read_text().splitlines()
    changed = json.loads(head) | {"root": str(tmp_path / "moved")}
    (tmp_path / "tiny.jsonl").write_text("\n".join([json.dumps(changed), *rest]))
    assert len(read_frames(read_index(tmp_path / "tiny.jsonl").clips[1], [0, 1])) == 2


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda lines: lines[:-1], "cut short: 2 clips of 3"),
        (lambda lines: [*lines[:-1], lines[-1][:20]], "not an index"),
        (lambda _: [], "not an index"),
        (lambda _: ["[1, 2]"], "not an index"),
        (lambda lines: [lines[0], lines[1].replace('"label": 0', '"label": 7'), *lines[2:]], "label 7 of 3"),
    ],
)
def test_a_damaged_index_gives_one_line(tmp_path, spoil, message: str) -> None:
    path = tmp_path / "tiny.jsonl"
    write_index(path, index_of(tmp_path / "clips", 3))
    path.write_text("\n".join(spoil(path.read_text().splitlines())))
    with pytest.raises(DataError, match=message) as caught:
        read_index(path)
    assert "\n" not in str(caught.value)


def test_no_index_at_all(tmp_path) -> None:
    with pytest.raises(DataError, match=r"no index .*training\.prepare"):
        read_index(tmp_path / "none.jsonl")


def test_an_index_that_cannot_be_written_leaves_nothing(tmp_path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(WriteError, match="cannot write"):
        write_index(tmp_path / "taken" / "tiny.jsonl", index_of(tmp_path / "clips", 1))


@pytest.mark.parametrize("suffix", [".avi", ".mp4", ".webm"])
def test_frames_of_a_video_in_any_order(tmp_path, suffix: str) -> None:
    write_video(tmp_path / f"v{suffix}")
    shown = read_frames(Clip("v", tmp_path / f"v{suffix}", 0, FRAMES, 12.0), [11, 0, 5, 5])
    assert [frame_of(picture) for picture in shown] == [11, 0, 5, 5]


def test_the_shorter_side_is_scaled(tmp_path) -> None:
    (clip,) = index_of(tmp_path, 1).clips
    assert read_frames(clip, [3], shortest=16).shape == (1, 16, 24, 3)
    assert SIZE == (48, 32)


def broken_folder(root: Path, name: str, data: bytes | None) -> Clip:
    write_pictures(root / name)
    fourth = root / name / "00004.jpg"
    fourth.unlink() if data is None else fourth.write_bytes(data)
    return Clip(name, root / name, 0, FRAMES, 12.0)


@pytest.mark.parametrize(
    ("data", "message"),
    [(None, "No such file"), (b"", "empty"), (b"\xff\xd8\xff\xe0 half", "cut short"), (b"no\xff\xd9", "no picture")],
)
def test_a_picture_that_is_none_names_its_clip(tmp_path, data: bytes | None, message: str) -> None:
    clip = broken_folder(tmp_path, "clip7", data)
    assert len(read_frames(clip, [0, 1, 2])) == 3
    with pytest.raises(BrokenClipError, match=f"clip7.*{message}") as caught:
        read_frames(clip, [2, 3])
    assert "\n" not in str(caught.value)


def test_half_a_picture_is_not_read_as_grey(tmp_path) -> None:
    write_pictures(tmp_path / "c")
    complete = (tmp_path / "c" / "00004.jpg").read_bytes()
    clip = broken_folder(tmp_path, "half", complete[:-20])
    with pytest.raises(BrokenClipError, match="cut short"):
        read_frames(clip, [3])


def test_a_video_that_ends_early_or_is_none(tmp_path) -> None:
    write_video(tmp_path / "v.avi")
    with pytest.raises(BrokenClipError, match="has no frame 12"):
        read_frames(Clip("v", tmp_path / "v.avi", 0, 30, 12.0), [3, 12])
    (tmp_path / "none.avi").write_bytes(b"")
    with pytest.raises(BrokenClipError, match="has no frame 0"):
        read_frames(Clip("none", tmp_path / "none.avi", 0, 30, 12.0), [0])
