"""Own clips, one folder per label: which are found and left out, how they are split, and the messages."""

import os
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest
from films import grey, write_film
from tiny_datasets import write_pictures

from training.datasets.base import Index, read_frames, read_index
from training.prepare import main

SPLITS = ("train", "validation", "test")


def film(path: Path, seconds: float = 2.0, fps: float = 10.0) -> Path:
    """A grey video whose brightness rises by 10 levels per picture and wraps round."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_film(path, grey((10 * (frame % 25) for frame in range(round(seconds * fps))), 32, 48), fps)


def gestures(root: Path, labels: Iterable[str] = ("wave", "point"), clips: int = 5) -> Path:
    for label in labels:
        for number in range(1, clips + 1):
            film(root / label / f"{number}.avi")
    return root


def prepare(root: Path, *more: str) -> int:
    return main(["folders", str(root), "--out", str(root.parent / "out"), "--processes", "1", *more])


def indexes(root: Path) -> dict[str, Index]:
    return {split: read_index(root.parent / "out" / f"folders-{split}.jsonl") for split in SPLITS}


def ids(index: Index, label: str | None = None) -> set[str]:
    return {clip.id for clip in index.clips if label in (None, index.labels[clip.label])}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "root"


def test_folders_are_labels_and_every_split_has_each(root: Path, capsys) -> None:
    gestures(root)
    film(root / "no_gesture" / "desk.avi", seconds=31)
    assert prepare(root) == 0
    output = capsys.readouterr().out
    found = indexes(root)
    assert {index.labels for index in found.values()} == {("No gesture", "point", "wave")}
    assert [len(ids(found[split], "wave")) for split in SPLITS] == [3, 1, 1]
    assert [len(ids(found[split], "No gesture")) for split in SPLITS] == [1, 1, 1]  # the long recording is cut
    everything = [id_ for index in found.values() for id_ in ids(index)]
    assert len(everything) == len(set(everything)) == 13
    assert "  wave: 0.2 min; 3 train, 1 validation, 1 test" in output
    assert "no folder 'Doing other things': other movements will be taken for gestures" in output
    assert "split by file: no folders of 3 persons" in output


def test_the_pieces_of_a_long_recording_are_its_parts(root: Path) -> None:
    film(gestures(root) / "Doing other things" / "tea.avi", seconds=33)
    prepare(root)
    (pieces,) = [[c for index in indexes(root).values() for c in index.clips if "tea" in c.id]]
    pieces.sort(key=lambda clip: clip.first)
    assert [piece.first for piece in pieces] == [0, 110, 220]
    assert [piece.frames for piece in pieces] == [110, 110, 110]
    shown = read_frames(pieces[1], [0, 7])
    assert [round(float(picture.mean()) / 10) for picture in shown] == [110 % 25, 117 % 25]


def test_folders_of_persons_decide_the_splits(root: Path, capsys) -> None:
    for person in ("ann", "bo", "cy", "dee"):
        gestures(root, (f"wave/{person}/monday", f"point/{person}"), 3)
    assert prepare(root) == 0
    found = indexes(root)
    persons = {split: {id_.split("/")[1] for id_ in ids(index)} for split, index in found.items()}
    assert set().union(*persons.values()) == {"ann", "bo", "cy", "dee"}
    assert sum(map(len, persons.values())) == 4
    output = capsys.readouterr().out
    assert all(
        f"{split}: {', '.join(sorted(people))}" in output for split, people in persons.items() if len(people) == 1
    )


def test_labels_of_too_few_persons_are_split_by_file(root: Path, capsys) -> None:
    for person in ("ann", "bo", "cy"):
        gestures(root, (f"wave/{person}", f"point/{person}"), 3)
    gestures(root, ("zoom/ann", "No gesture"), 5)
    assert prepare(root) == 0
    assert "; by file: No gesture, zoom\n" in capsys.readouterr().out
    found = indexes(root)
    for label in ("zoom", "No gesture"):
        assert [len(ids(found[split], label)) for split in SPLITS] == [3, 1, 1]
    assert [len({id_.split("/")[1] for id_ in ids(found[split], "wave")}) for split in SPLITS] == [1, 1, 1]


def test_two_persons_are_too_few_to_hold_one_out(root: Path, capsys) -> None:
    for person in ("ann", "bo"):
        gestures(root, (f"wave/{person}", f"point/{person}"), 3)
    assert prepare(root) == 0
    assert "split by file" in capsys.readouterr().out
    assert ids(indexes(root)["test"], "wave")


def test_more_clips_change_little_of_the_splits(root: Path) -> None:
    gestures(root, clips=10)
    prepare(root)
    before = ids(indexes(root)["test"])
    film(root / "wave" / "11.avi")
    prepare(root)
    assert len(before - ids(indexes(root)["test"])) <= 1


def test_folders_of_pictures_in_any_form_and_order(root: Path) -> None:
    gestures(root)
    take = root / "wave" / "as pictures"
    take.mkdir()
    for number in range(1, 13):
        assert cv2.imwrite(str(take / f"img{number}.png"), np.full((20, 30, 3), 10 * number, np.uint8))
    prepare(root, "--fps", "6")
    (clip,) = [c for index in indexes(root).values() for c in index.clips if c.id == "wave/as pictures"]
    assert (clip.frames, clip.fps) == (12, 6.0)
    assert [round(float(picture.mean()) / 10) for picture in read_frames(clip, range(12))] == list(range(1, 13))


def test_each_broken_or_short_clip_is_reported_and_the_others_kept(root: Path, capsys) -> None:
    gestures(root, clips=6)
    (root / "wave" / "1.avi").write_bytes(b"no video")
    half = root / "wave" / "2.avi"
    half.write_bytes(half.read_bytes()[:200])
    film(root / "point" / "1.avi", seconds=0.5)
    write_pictures(root / "point" / "7")
    (root / "point" / "7" / "00004.jpg").write_bytes(b"")
    (root / "point" / "notes.txt").write_text("mine")
    assert prepare(root) == 0
    output = capsys.readouterr().out
    lines = [line for line in output.splitlines() if " is left out: " in line]
    assert [line.split(" is left out: ")[0] for line in lines] == [
        "'point/1.avi'", "'point/7'", "'wave/1.avi'", "'wave/2.avi'",
    ]  # fmt: skip
    assert "0.5 s is too short" in lines[0]
    assert "00004.jpg is empty" in lines[1]
    kept = {id_ for index in indexes(root).values() for id_ in ids(index)}
    assert kept == {f"{label}/{n}.avi" for label in ("wave", "point") for n in range(1, 7)} - {
        "point/1.avi", "wave/1.avi", "wave/2.avi",
    }  # fmt: skip
    *_, total, counted, following = output.splitlines()
    assert total.endswith("min; 5 train, 2 validation, 2 test")
    assert counted.startswith("9 clips, 4 left out -> ")
    assert following.endswith(f" data.folder={root.parent / 'out'} run.folder=runs/out")


def test_a_label_of_too_few_usable_clips_is_left_out(root: Path, capsys) -> None:
    gestures(root, ("wave", "point", "zoom"), 4)
    for number in (1, 2):
        (root / "zoom" / f"{number}.avi").write_bytes(b"")
    assert prepare(root) == 0
    assert "'zoom' is left out: it has 2 usable clips and needs at least 3" in capsys.readouterr().out
    found = indexes(root)["train"]
    assert found.labels == ("No gesture", "point", "wave")
    assert {clip.id.split("/")[0] for clip in found.clips if found.labels[clip.label] == "wave"} == {"wave"}


def test_a_replaced_clip_is_decoded_again(root: Path) -> None:
    gestures(root)
    prepare(root)
    (before,) = [c for index in indexes(root).values() for c in index.clips if c.id == "wave/1.avi"]
    os.utime(film(root / "wave" / "1.avi", seconds=3.0), ns=(1, 1))
    prepare(root)
    (now,) = [c for index in indexes(root).values() for c in index.clips if c.id == "wave/1.avi"]
    assert (before.frames, now.frames) == (20, 30)


def test_what_is_decoded_is_not_decoded_again(root: Path) -> None:
    gestures(root)
    prepare(root)
    pictures = sorted((root.parent / "out").rglob("00001.jpg"))
    stamps = [path.stat().st_mtime_ns for path in pictures]
    prepare(root)
    assert [path.stat().st_mtime_ns for path in pictures] == stamps
    assert len(pictures) == 10


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (Path.exists, "no folder {root}; give the folder that holds one folder per label"),
        (lambda root: root.mkdir(), "no video in the folders of {root}; expected {root}/<label>/clip.mp4"),
        (lambda root: (root / "wave").mkdir(parents=True), "no video in the folders of {root}"),
        (lambda root: film(root / "1.avi"), "no video in the folders of {root}"),
        (lambda root: gestures(root, ["wave"]), "{root} has only the label 'wave'; add another gesture, or a folder"),
        (lambda root: gestures(root, ["wave", "No gesture"]), "{root} has only the label 'wave'"),
        (lambda root: gestures(root, ["No gesture", "doing_other_things"]), "no gesture in {root}; expected a folder"),
        (lambda root: gestures(root, ["wave", "Wave", "point"]), "mean the same label; merge them, or"),
        (lambda root: gestures(root, ["No gesture", "no gesture "]), "'{root}/no gesture ' mean the same label"),
        (lambda root: gestures(root, clips=2), "no gesture in {root}; expected a folder with 3 usable clips or more"),
    ],
)  # fmt: skip
def test_unusable_data_is_an_error_of_one_line(root: Path, capsys, make, message: str) -> None:
    make(root)
    assert prepare(root) == 2
    error = capsys.readouterr().err
    assert error.startswith("prepare: ")
    assert error.count("\n") == 1
    assert message.format(root=root) in error
    assert not list((root.parent / "out").glob("*.jsonl"))


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("Swiping Left", "'Swiping Left': also labels of the shipped network; bundled key maps that have them act"),
        ("swiping left", "'swiping left': also labels of the shipped network; bundled key maps that have them act"),
        ("swiping_left", "'swiping_left' is not the shipped network's 'Swiping Left'; rename it"),
    ],
)
def test_a_label_of_the_shipped_network_gives_a_note(root: Path, capsys, label: str, message: str) -> None:
    gestures(root, ("wave", label))
    assert prepare(root) == 0
    assert message in capsys.readouterr().out


def test_files_in_the_wrong_place_give_a_note(root: Path, capsys) -> None:
    gestures(root)
    film(root / "lost.avi")
    (root / "empty").mkdir()
    for number in (1, 2):
        assert cv2.imwrite(str(root / "wave" / f"{number}.png"), np.zeros((8, 8, 3), np.uint8))
    assert prepare(root) == 0
    output = capsys.readouterr().out
    assert f"'lost.avi' in {root} itself: label unknown, left out" in output
    assert f"'{root / 'empty'}' holds no video and no folder of pictures; left out" in output
    assert f"pictures in '{root / 'wave'}' itself are left out" in output


@pytest.mark.parametrize(
    ("seconds", "message"), [(0.8, "shorter than 1 s: 'wave/9.avi'"), (12, "longer than 8 s: 'wave/9.avi'")]
)
def test_clips_of_an_unusual_length_give_a_note(root: Path, capsys, seconds: float, message: str) -> None:
    film(gestures(root) / "wave" / "9.avi", seconds)
    assert prepare(root) == 0
    assert message in capsys.readouterr().out
    assert "wave/9.avi" in {id_ for index in indexes(root).values() for id_ in ids(index)}


def test_lists_are_refused(root: Path, capsys) -> None:
    gestures(root)
    assert prepare(root, "--lists", str(root)) == 2
    assert "own clips have no lists" in capsys.readouterr().err


@pytest.mark.parametrize("where", [".", "out"])
def test_what_is_written_does_not_become_a_label(root: Path, capsys, where: str) -> None:
    gestures(root)
    assert main(["folders", str(root), "--out", str(root / where)]) == 2
    assert f"is inside {root}, whose folders are labels" in capsys.readouterr().err
    assert sorted(path.name for path in root.iterdir()) == ["point", "wave"]
