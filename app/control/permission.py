"""Permission: a profile may start programs only after a person has allowed that very file, once."""

import sys
from collections.abc import Iterable
from pathlib import Path

from app.control.bindings import BindingsError, Profile
from common.user_folders import user_folder

FILE_NAME = "allowed-profiles.txt"


def require_permission(profiles: Iterable[Profile], allow: bool) -> None:
    """See that every profile that starts programs was allowed; ask where somebody can answer.

    Args:
        profiles: those of this run.
        allow: whether the command line allows them.

    Raises:
        ProfileError: one is not allowed.
    """
    starting = [profile for profile in profiles if profile.commands]
    if not starting:
        return
    file = user_folder("config") / FILE_NAME
    for profile in starting:
        if profile.sha256 not in _allowed(file):
            if not (allow or _asked(profile)):
                raise BindingsError(
                    f"{profile.path} starts programs ({_programs(profile)}) and was not allowed to; read it, then say "
                    "--allow-commands once"
                )
            _remember(file, profile)


def _asked(profile: Profile) -> bool:
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    sys.stderr.write(f"{profile.path} starts programs:\n")
    for run in profile.commands:
        sys.stderr.write(f"  {list(run.command)}\n")
    sys.stderr.write("Allow this file, as it is now, from here on? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _programs(profile: Profile) -> str:
    return ", ".join(dict.fromkeys(run.command[0] for run in profile.commands))


def _allowed(file: Path) -> set[str]:
    """The hashes of the files that were allowed."""
    try:
        return {line.split()[0] for line in file.read_text(encoding="utf-8").splitlines() if line.strip()}
    except FileNotFoundError:
        return set()
    except (OSError, UnicodeDecodeError) as error:
        raise BindingsError(
            f"cannot read {file} ({error}); delete it, and profiles will be asked about anew"
        ) from error


def _remember(file: Path, profile: Profile) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as lines:
            lines.write(f"{profile.sha256}  {profile.path}\n")
    except OSError as error:
        raise BindingsError(f"cannot remember the permission in {file} ({error.strerror}); make it writable") from error
