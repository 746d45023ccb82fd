"""Where a person's data lies: in their own data folder, under plain names."""

import hashlib
import json
import re
import unicodedata

from common.errors import UserError
from common.user_folders import data_folder

LONGEST = 60
"""Characters of a file's name; four bytes each at most, where a system takes 255."""
_PLAIN = re.compile(r"[^\w-]+")


def one_name(text: str) -> str:
    """A name as it is compared and kept: the same text is one name, however its accents are composed.

    Raises:
        UserError: nothing is left of it.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not _PLAIN.sub("", name).strip("_"):
        raise UserError(f"{text!r} is no name; give one with a letter or a digit in it")
    return name


def plain(name: str) -> str:
    """A name as a file is called, such as `Draw_a_circle`; of names that differ in signs only, the same.

    Raises:
        UserError: nothing is left of it.
    """
    file_name = _PLAIN.sub("_", one_name(name)).strip("_")
    return file_name if len(file_name) <= LONGEST else _told_apart(file_name, name)


def person_file(person: str) -> str:
    """What a person's files are called; another name for each person.

    Names of letters, digits, hyphens and single spaces are as in earlier versions. In others, a digest tells apart what
    a file's name cannot, unless a profile of an earlier version says that the shorter name is this person's.

    Raises:
        UserError: nothing is left of the name, or there is no place to keep files in.
    """
    name, older = one_name(person), plain(person)
    if older.replace("_", " ") == name or _owner(older) == name:
        return older
    return _told_apart(older, name)


def _told_apart(file_name: str, name: str) -> str:
    digest = hashlib.sha256(one_name(name).encode()).hexdigest()[:8]
    return f"{file_name[:LONGEST]}-{digest}"


def _owner(file_name: str) -> str | None:
    """Whose profile a file is; None where there is none."""
    try:
        profile = json.loads((data_folder() / "profiles" / f"{file_name}.json").read_bytes())
        return one_name(profile["name"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
