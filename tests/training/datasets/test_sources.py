import csv
from pathlib import Path

import pytest
from tiny_datasets import FRAMES, MAKERS, SIZE, frame_of, jester, kinetics400, something_v2, ucf101

from training.datasets.base import read_frames, read_index
from training.datasets.catalogue import SOURCES
from training.errors import DataError
from training.jester import LABELS
from training.prepare import main, read_listings

CLIPS = {
    "jester": {"train": 3, "validation": 1, "test": 1},
    "something_v1": {"train": 3, "validation": 1, "test": 1},
    "something_v2": {"train": 2, "validation": 1, "test": 1},
    "ucf101": {"train01": 2, "test01": 1, "train02": 2, "test02": 1, "train03": 2, "test03": 1},
    "kinetics400": {"train": 2, "validation": 1, "test": 1},
}
FPS = {"jester": 12.0, "something_v1": 12.0, "something_v2": 12.0, "ucf101": 25.0, "kinetics400": 30.0}


def prepared(name: str, root: Path) -> Path:
    """Makes a data set, prepares it and returns the folder of its indexes."""
    lists = MAKERS[name](root)
    out = root / "out"
    assert main([name, str(root), "--lists", str(lists), "--out", str(out), "--processes", "1"]) == 0
    return out


@pytest.mark.parametrize("name", MAKERS)
def test_a_data_set_in_its_publishers_form_is_read_back(tmp_path, name: str) -> None:
    out = prepared(name, tmp_path)
    for split, count in CLIPS[name].items():
        index = read_index(out / f"{name}-{split}.jsonl")
        assert (index.dataset, index.split, len(index.clips)) == (name, split, count)
        for clip in index.clips:
            assert (clip.frames, clip.fps) == (FRAMES, FPS[name])
            shown = read_frames(clip, [7, 0, 7])
            assert shown.shape == (3, SIZE[1], SIZE[0], 3)
            assert [frame_of(picture) for picture in shown] == [7, 0, 7]


def labels_of(out: Path, name: str, split: str) -> dict[str, str | None]:
    index = read_index(out / f"{name}-{split}.jsonl")
    return {clip.id: None if clip.label is None else index.labels[clip.label] for clip in index.clips}


def test_jesters_labels_are_numbered_as_everywhere(tmp_path) -> None:
    out = prepared("jester", tmp_path)
    assert read_index(out / "jester-train.jsonl").labels == LABELS
    assert labels_of(out, "jester", "train") == {"34870": "Swiping Left", "56557": "Thumb Up", "129112": "No gesture"}
    assert labels_of(out, "jester", "test") == {"109621": None}


def test_a_template_becomes_a_label(tmp_path) -> None:
    assert labels_of(prepared("something_v2", tmp_path), "something_v2", "train") == {
        "78687": "Holding something next to something",
        "42326": "Approaching something with your camera",
    }


def test_labels_of_the_test_split_are_read_if_present(tmp_path) -> None:
    lists = something_v2(tmp_path)
    (lists / "test-answers.csv").write_text("1420;Approaching something with your camera\n")
    listing = SOURCES["something_v2"].read(lists, "test")
    assert listing is not None
    assert listing.entries[0].label == 1


def test_kinetics_labels_with_commas_and_lists_without_labels(tmp_path) -> None:
    out = prepared("kinetics400", tmp_path)
    assert labels_of(out, "kinetics400", "train") == {
        "--07WQ2iBlw_000001_000011": "dancing, ballet",
        "-0-9X_yS_IU_000020_000030": "air drumming",
    }
    assert labels_of(out, "kinetics400", "test") == {"-test_clip0_000007_000017": None}


def test_ucf_classes_are_numbered_by_its_own_list(tmp_path) -> None:
    out = prepared("ucf101", tmp_path)
    assert labels_of(out, "ucf101", "test03") == {"v_ApplyEyeMakeup_g01_c01": "ApplyEyeMakeup"}
    assert read_index(out / "ucf101-train01.jsonl").labels == ("ApplyEyeMakeup", "Archery")


def test_the_folder_of_the_clips_itself_may_be_given(tmp_path) -> None:
    lists = jester(tmp_path)
    locate = SOURCES["jester"].locate(tmp_path / "20bn-jester-v1")
    assert locate("9223") == tmp_path / "20bn-jester-v1" / "9223"
    assert SOURCES["jester"].read(lists, "train") is not None


@pytest.mark.parametrize("form", ["tabs", "commas", "Excel"])
@pytest.mark.parametrize(("make", "name", "file"), [(jester, "jester", "jester-v1-train.csv"),
                                                    (kinetics400, "kinetics400", "train.csv")])  # fmt: skip
def test_lists_may_have_been_saved_by_a_spreadsheet(tmp_path, make, name, file, form) -> None:
    lists = make(tmp_path)
    expected = SOURCES[name].read(lists, "train")
    rows = list(csv.reader((lists / file).read_text().splitlines(), delimiter=";" if make is jester else ","))
    delimiter, encoding = {"tabs": ("\t", "utf-16"), "commas": (",", "utf-8"), "Excel": (";", "utf-8-sig")}[form]
    with (lists / file).open("w", newline="", encoding=encoding) as changed:
        csv.writer(changed, delimiter=delimiter).writerows(rows)
    assert SOURCES[name].read(lists, "train") == expected


BAD_LISTS = [
    (jester, "jester", "jester-v1-train.csv", "1;Thumb Up\n2;Thum Up\n", "line 2.* 27 labels; did you mean 'Thumb Up'"),
    (jester, "jester", "jester-v1-train.csv", "1;Thumb Up\n2\n", "line 2: '2' is not `id;label`"),
    (jester, "jester", "jester-v1-train.csv", "1;Thumb Up\n1;Thumb Down\n", "line 2: clip 1 was listed before"),
    (jester, "jester", "jester-v1-train.csv", "../../x;Thumb Up\n", "not a clip's id"),
    (jester, "jester", "jester-v1-train.csv", "", "is empty"),
    (jester, "jester", "jester-v1-train.csv", b"\xff\xfe\x00", "is not UTF-8 text"),
    (something_v2, "something_v2", "something-something-v2-train.json", '[{"id": "1", ', "is not JSON"),
    (something_v2, "something_v2", "something-something-v2-train.json", '{"id": "1"}', "not a list of clips"),
    (something_v2, "something_v2", "something-something-v2-train.json", "[3]", "clip 1: '3' is not a clip"),
    (something_v2, "something_v2", "something-something-v2-labels.json", '{"a": "0", "b": "2"}', "numbers from 0 on"),
    (something_v2, "something_v2", "something-something-v2-labels.json", '["a"]', "not a map of labels"),
    (ucf101, "ucf101", "trainlist01.txt", "Archery 2\n", "line 1: 'Archery 2' is not"),
    (ucf101, "ucf101", "trainlist01.txt", "Knitting/v_Knitting_g01_c01.avi 2\n", "'Knitting' is not one of"),
    (ucf101, "ucf101", "classInd.txt", "1 Archery\n3 Knitting\n", "line 2: '3 Knitting' is not class 2"),
    (kinetics400, "kinetics400", "train.csv", "label,youtube_id\nx,y\n", "no column time_start"),
    (kinetics400, "kinetics400", "val.csv", "label,youtube_id,time_start,time_end,split\nx,y,1", "line 2"),
]


@pytest.mark.parametrize(("make", "name", "file", "text", "message"), BAD_LISTS)
def test_an_invalid_list_is_an_error_of_one_line(tmp_path, make, name, file, text, message, capsys) -> None:
    lists = make(tmp_path)
    (lists / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError, match=message) as caught:
        read_listings(SOURCES[name], lists)
    assert file in str(caught.value)
    assert "\n" not in str(caught.value)
    assert main([name, str(tmp_path), "--lists", str(lists), "--out", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()


def test_jesters_own_lists(shared) -> None:
    source, lists = SOURCES["jester"], shared / "data" / "jester_labels"
    for split in source.splits:
        listing = source.read(lists, split)
        assert listing is not None
        assert listing.labels == LABELS
        assert len(listing.entries) == source.sizes[split]
        assert all((entry.label is None) == (split == "test") for entry in listing.entries)
