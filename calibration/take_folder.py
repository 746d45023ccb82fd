"""TakeFolder: the takes of one user on disk, one file per take."""

import itertools
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath

from calibration.person_files import file_stem, normalized_name, person_file
from calibration.take import Kind, Take
from common.errors import UserError
from common.user_folders import data_folder

_FOLDERS = {Kind.WORK: "work", Kind.NOT_THIS: "not-this"}


class TakeFolder:
    """A folder `recordings/NAME` with `gestures/LABEL/1.npz`, `work/1.npz` and `not-this/1.npz`.

    Raises:
        UserError: `person` is not a name.
    """

    def __init__(self, person: str, folder: Path | None = None) -> None:
        if PurePath(person).name != person:
            raise UserError(f"{person!r} is a path; give a name such as --profile ann")
        self.person = person
        self._given = folder
        normalized_name(person)

    @property
    def folder(self) -> Path:
        """The folder of the takes; it may not exist yet.

        Raises:
            UserError: there is neither a home folder nor MSTNET_DATA.
        """
        return self._given or data_folder() / "recordings" / person_file(self.person)

    def check(self) -> None:
        """Check that takes can be saved, before a recording starts.

        Raises:
            UserError: the folder cannot be written to.
        """
        there = next(folder for folder in (self.folder, *self.folder.parents) if folder.exists())
        if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
            raise UserError(
                f"takes cannot be saved in {self.folder}; set MSTNET_DATA to a folder that can be written to"
            )

    def add(self, take: Take) -> Path:
        """Save a take under the next free number; return its file.

        Raises:
            WriteError: it cannot be written.
        """
        where = self.folder / _FOLDERS.get(take.kind, f"gestures/{file_stem(take.label)}" if take.label else "gestures")
        path = next(path for k in itertools.count(1) if not (path := where / f"{k}.npz").exists())
        take.save(path)
        return path

    def takes(self) -> Iterator[tuple[Path, Take]]:
        """Yield each take with its file, in the order of recording.

        Raises:
            TakeError: one is damaged.
        """
        for path in sorted(self.folder.glob("**/*.npz"), key=lambda p: (p.parent, len(p.name), p.name)):
            yield path, Take.load(path)

    def takes_of(self, label: str) -> list[tuple[Path, Take]]:
        """All takes of a gesture, with their files.

        Raises:
            TakeError: a take is damaged.
        """
        return [(path, take) for path, take in self.takes() if take.label == label]

    def gestures(self) -> list[str]:
        """The names of all recorded gestures.

        Raises:
            TakeError: a take is damaged.
        """
        return list(dict.fromkeys(take.label for _, take in self.takes() if take.kind is Kind.GESTURE))

    def rename(self, label: str, name: str) -> None:
        """Rename all takes of a gesture.

        Raises:
            UserError: one cannot be read or written.
        """
        for path, take in self.takes_of(label):
            self.add(replace(take, label=name))
            path.unlink()

    def delete(self, label: str) -> int:
        """Delete all takes of a gesture; return their number."""
        takes = self.takes_of(label)
        for path, _ in takes:
            path.unlink()
        return len(takes)
