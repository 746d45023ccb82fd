"""Atomic writing, and its error messages."""

import errno
import os
import stat
import subprocess
import sys

import pytest

from common.whole_file import WriteError, whole_file, write_whole


def test_a_file_takes_its_place_when_it_is_whole(tmp_path):
    path = tmp_path / "new" / "file"
    with whole_file(path) as unfinished:
        unfinished.write_bytes(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("why", "error"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt),
        (ValueError(), ValueError),
        (OSError(errno.EIO, "Input/output error"), WriteError),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "input"), FileNotFoundError),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), BrokenPipeError),
    ],
    ids=["Ctrl-C", "a bug", "a bad disk", "a missing input", "a closed pipe"],
)
def test_what_goes_wrong_leaves_what_was_there(tmp_path, why, error):
    path = tmp_path / "file"
    path.write_bytes(b"before")

    def fail():
        with whole_file(path) as unfinished:
            unfinished.write_bytes(b"half")
            raise why

    with pytest.raises(error):
        fail()
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_an_unfinished_file_that_went_away_is_reported_for_the_target(tmp_path):
    def fail():
        with whole_file(tmp_path / "file") as unfinished:
            unfinished.unlink()

    with pytest.raises(WriteError, match=r"cannot write \S+file \(No such file"):
        fail()


@pytest.mark.skipif(sys.platform == "win32", reason="asking for a process ends it there")
def test_what_a_killed_writer_left_goes_and_all_else_stays(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    own = tmp_path / f".file[1].{ended.pid}.part"
    others = [f".file[1].{os.getppid()}.part", f".file1.{ended.pid}.part", ".file[1].mine.part", f"{ended.pid}.part"]
    for path in (own, *(tmp_path / name for name in others)):
        path.touch()
    write_whole(tmp_path / "file[1]", b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {"file[1]", *others}


@pytest.mark.parametrize(
    ("number", "full"),
    [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False), (errno.EROFS, False), (errno.EIO, False)],
)
def test_only_a_full_disk_is_blamed_on_the_disk(tmp_path, monkeypatch, number, full):
    def fail(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(WriteError) as error:
        write_whole(tmp_path / "file", b"0" * 100)
    assert f"cannot write {tmp_path / 'file'} ({os.strerror(number)})" in str(error.value)
    assert ("make room" in str(error.value)) == full
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_a_folder_should_be_is_reported(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match=r"cannot write \S+ \((Not a directory|File exists)\); choose a place"):
        write_whole(tmp_path / "file" / "inside", b"")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_what_is_private_is_no_one_elses_to_read(tmp_path):
    path = tmp_path / "a" / "b" / "file"
    write_whole(path, b"mine", private=True)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent, path.parent.parent)] == [
        0o600,
        0o700,
        0o700,
    ]
