"""Permission: a key map may start programs only after the user has allowed that file, once."""

import sys
from collections.abc import Iterable
from pathlib import Path

from app.control.bindings import KeyMap, KeyMapError
from common.user_folders import user_folder

FILE_NAME = "allowed-key-maps.txt"


def require_permission(key_maps: Iterable[KeyMap], allow: bool) -> None:
    """Check that every key map that starts programs is allowed; on a terminal, ask.

    Args:
        key_maps: the key maps of this run.
        allow: `--allow-commands`: allow them.

    Raises:
        KeyMapError: one is not allowed.
    """
    starting = [key_map for key_map in key_maps if key_map.commands]
    if not starting:
        return
    file = user_folder("config") / FILE_NAME
    for key_map in starting:
        if key_map.sha256 not in _allowed(file):
            if not (allow or _asked(key_map)):
                raise KeyMapError(
                    f"{key_map.path} starts programs ({_programs(key_map)}) and is not allowed to; read it, then give "
                    "--allow-commands once"
                )
            _remember(file, key_map)


def _asked(key_map: KeyMap) -> bool:
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    sys.stderr.write(f"{key_map.path} starts programs:\n")
    for run in key_map.commands:
        sys.stderr.write(f"  {list(run.command)}\n")
    sys.stderr.write("Allow this file, as it is now, from here on? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _programs(key_map: KeyMap) -> str:
    return ", ".join(dict.fromkeys(run.command[0] for run in key_map.commands))


def _allowed(file: Path) -> set[str]:
    """The hashes of the allowed files."""
    try:
        return {line.split()[0] for line in file.read_text(encoding="utf-8").splitlines() if line.strip()}
    except FileNotFoundError:
        return set()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyMapError(f"cannot read {file} ({error}); delete it to allow key maps again") from error


def _remember(file: Path, key_map: KeyMap) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as lines:
            lines.write(f"{key_map.sha256}  {key_map.path}\n")
    except OSError as error:
        raise KeyMapError(f"cannot save the permission in {file} ({error.strerror}); make it writable") from error
