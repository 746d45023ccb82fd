"""Lists as spreadsheet programs save them."""

import codecs

import pytest

from calibration.quantization.calibration_clips import find_clips
from common.table_file import TableError, read_table
from common.video_list import read_video_list
from training.jester import LABELS

PLAIN = "path,label,fps\nswipe one.mp4,Swiping Right,29.97\nüb.mov,No gesture,12\n"
FORMS = {
    "plain": PLAIN.encode(),
    "Windows lines": PLAIN.replace("\n", "\r\n").encode(),
    "Excel's mark": PLAIN.encode("utf-8-sig"),
    "UTF-16 with a mark": PLAIN.encode("utf-16"),
    "UTF-16 of the other order": codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
    "UTF-16 without a mark": PLAIN.encode("utf-16-le"),
    "semicolons": PLAIN.replace(",", ";").encode(),
    "semicolons and commas in numbers": PLAIN.replace(",", ";").replace("29.97", "29,97").encode(),
    "commas in numbers, quoted": PLAIN.replace("29.97", '"29,97"').encode(),
    "tabs": PLAIN.replace(",", "\t").encode(),
    "bars": PLAIN.replace(",", " | ").encode(),
    "blanks after commas": PLAIN.replace(",", ", ").encode(),
    "capitals": PLAIN.replace("path,label,fps", "Path,LABEL,Fps").encode(),
    "quotes": '"path","label","fps"\n"swipe one.mp4","Swiping Right","29.97"\n"üb.mov", "No gesture","12"\n'.encode(),
    "empty lines": PLAIN.replace("\n", "\n\n").encode() + b",,\n\n",
    "Excel's separator line": b"sep=;\n" + PLAIN.replace(",", ";").encode(),
    "labels in small letters": PLAIN.replace("Swiping Right", "swiping  right ").encode(),
    "other order": "n,fps,label,path\na,29.97,Swiping_Right,swipe one.mp4\n,12,No Gesture,üb.mov\n".encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_list_is_read_as_it_was_saved(form, tmp_path):
    (tmp_path / "list.csv").write_bytes(FORMS[form])
    rows = read_table(tmp_path / "list.csv", ("path", "label"))
    read_rows = [(row.text("path"), row.label("label", LABELS), row.number_in("fps")) for row in rows]
    assert read_rows == [("swipe one.mp4", "Swiping Right", 29.97), ("üb.mov", "No gesture", 12.0)]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is empty; it needs a first line"),
        (
            b"b.mov,Swiping Right\n",
            "no column path; it needs the columns path and label in its first line",
        ),
        (b"path,lable\na,b\n", "no column label"),
        (b"path,label\na.mp4,Swiping Right\nb.mp4,Wave\n", "line 3: there is no label 'Wave'; the nearest"),
        (b"path,label\na.mp4,Swiping Rigth\n", "line 2: .* is 'Swiping Right'"),
        (b"path,label\n,Thumb Up\n", "line 2: the column path is empty"),
        (b"path,label\na, b.mp4,Thumb Up\n", "line 2: 'Thumb Up' is in no column; put quotes"),
        (
            b'path,label\na.mp4,"Thumb Up\nb.mp4,Wave\nc.mp4,Wave\n',
            "line 4: unexpected end of data; is a quote missing",
        ),
        ("path,label\nü.mp4,Thumb Up\n".encode("cp1252"), "line 2 is not UTF-8 text; save it as CSV UTF-8"),
    ],
)
def test_what_is_wrong_is_reported_with_its_line(data, problem, tmp_path):
    (tmp_path / "labels.csv").write_bytes(data)
    with pytest.raises(TableError, match=problem) as caught:
        find_clips([tmp_path], LABELS)
    assert "\n" not in str(caught.value)


def test_what_is_no_number_is_reported(tmp_path):
    (tmp_path / "list.csv").write_text("path,fps\na,fast\n")
    (row,) = read_table(tmp_path / "list.csv", ("path", "fps"))
    with pytest.raises(TableError, match=r"line 2: fps is 'fast', and should be a number"):
        row.number_in("fps")


def test_paths_may_have_the_slashes_of_windows(tmp_path):
    (tmp_path / "list.csv").write_text("path,label\n.\\takes\\a.mp4,Thumb Up\n")
    (listed,) = read_video_list(tmp_path / "list.csv", LABELS)
    assert listed.path == tmp_path / "takes" / "a.mp4"
