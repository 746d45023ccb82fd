"""Files that are there whole or not at all, and what is said where they cannot be."""

import errno
import os
import stat
import sys

import pytest

from models.whole_file import WriteError, whole_file, write_whole


def test_a_file_takes_its_place_when_it_is_whole(tmp_path):
    path = tmp_path / "new" / "file"
    with whole_file(path) as unfinished:
        unfinished.write_bytes(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("why", [KeyboardInterrupt, ValueError, OSError(errno.EIO, "Input/output error")])
def test_what_goes_wrong_leaves_what_was_there(tmp_path, why):
    path = tmp_path / "file"
    path.write_bytes(b"before")

    def fail():
        with whole_file(path) as unfinished:
            unfinished.write_bytes(b"half")
            raise why

    with pytest.raises((KeyboardInterrupt, ValueError, WriteError)):
        fail()
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


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


def test_a_file_where_a_folder_should_be_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match=r"cannot write \S+ \((Not a directory|File exists)\); choose a place"):
        write_whole(tmp_path / "file" / "inside", b"")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_what_is_private_is_nobody_elses_to_read(tmp_path):
    path = tmp_path / "a" / "b" / "file"
    write_whole(path, b"mine", private=True)
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent, path.parent.parent)] == [
        0o600,
        0o700,
        0o700,
    ]
