"""Names of a user's files in the data folder."""

import hashlib
import json
import re
import unicodedata

from common.errors import UserError
from common.folded import folded
from common.user_folders import data_folder

MAX_LENGTH = 60
"""Characters of a file name: at most four bytes each, where file systems allow 255 bytes."""
_PLAIN = re.compile(r"[^\w-]+")


def normalized_name(text: str) -> str:
    """The form in which names are stored and compared: stripped, in Unicode normalisation form C.

    Raises:
        UserError: it contains no letter and no digit, or is no text: an argument in another encoding.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if name != name.encode(errors="replace").decode():
        raise UserError(f"{text!r} is not UTF-8 text; set the terminal to UTF-8, or give another name")
    if not _PLAIN.sub("", name).strip("_"):
        raise UserError(f"{text!r} is not a name; give one with a letter or a digit")
    return name


def file_stem(name: str) -> str:
    """The file name for a name, such as `Draw_a_circle`; equal for names that differ in punctuation only.

    Raises:
        UserError: it contains no letter and no digit.
    """
    file_name = _PLAIN.sub("_", normalized_name(name)).strip("_")
    return file_name if len(file_name) <= MAX_LENGTH else _with_digest(file_name, name)


def person_file(person: str) -> str:
    """The name of a user's files, different for each user.

    Names of letters, digits, hyphens and single spaces are used as they are. Others get a digest, since a file name
    drops punctuation, unless a profile of an earlier version has the shorter name and belongs to this user. A name that
    differs from an existing one in case only gets one, too: on Windows and macOS they would be one file.

    Raises:
        UserError: the name contains no letter and no digit, or there is no data folder.
    """
    name, plain = normalized_name(person), file_stem(person)
    is_plain = plain.replace("_", " ") == name
    digested, existing = _with_digest(plain, name), _existing()
    if plain in existing:
        return plain if is_plain or _owner(plain) == name else digested
    is_free = digested not in existing and folded(plain) not in map(folded, existing)
    return plain if is_plain and is_free else digested


def _existing() -> set[str]:
    """The names of the files of all users."""
    folder = data_folder()
    files = [*folder.glob("recordings/*"), *folder.glob("profiles/*.json")]
    return {unicodedata.normalize("NFC", each.name.removesuffix(".json")) for each in files}


def _with_digest(file_name: str, name: str) -> str:
    digest = hashlib.sha256(normalized_name(name).encode()).hexdigest()[:8]
    return f"{file_name[:MAX_LENGTH]}-{digest}"


def _owner(file_name: str) -> str | None:
    """The user that a profile belongs to; None if it cannot be read."""
    try:
        profile = json.loads((data_folder() / "profiles" / f"{file_name}.json").read_bytes())
        return normalized_name(profile["name"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
