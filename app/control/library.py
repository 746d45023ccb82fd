"""The profiles of a run: those that were named, and those that they lead to."""

from collections.abc import Iterable
from pathlib import Path

from app import toml_table
from app.control.actions import Switch
from app.control.bindings import ActiveWindow, Binding, BindingsError, Profile
from app.control.reading import read_profile

BUNDLED = Path(__file__).parent / "profiles"


class Library:
    """Says which profile applies: one that is bound to the active window, else the chosen one.

    Raises:
        ProfileError: a profile, or one that it leads to, is missing or wrong.
    """

    def __init__(self, names: Iterable[str], labels: tuple[str, ...]) -> None:
        self._labels = labels
        self._by_path: dict[Path, Profile] = {}
        named = tuple(self._read(locate(name)) for name in names)
        self._bound = tuple(profile for profile in named if profile.window)
        self._chosen = next((profile for profile in named if not profile.window), named[0])

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """Every profile that can come to apply, the named ones first."""
        return tuple(self._by_path.values())

    @property
    def first(self) -> Profile:
        """The profile whose safety counts."""
        return self.profiles[0]

    @property
    def asks_for_windows(self) -> bool:
        """Whether the active window matters."""
        return any(profile.window for profile in self.profiles)

    def current(self, window: ActiveWindow | None) -> Profile | None:
        """The profile that applies while this window has the focus; None where none does."""
        return next((profile for profile in (*self._bound, self._chosen) if profile.applies_in(window)), None)

    def switch(self, binding: Binding, of: Profile) -> Profile:
        """Choose the profile that a binding leads to."""
        assert isinstance(binding.action, Switch)
        self._chosen = self._by_path[locate(binding.action.profile, of.path.parent)]
        return self._chosen

    def _read(self, path: Path) -> Profile:
        if path not in self._by_path:
            profile = self._by_path[path] = read_profile(path, self._labels)
            for binding in profile.switches:
                self._follow(binding, profile)
        return self._by_path[path]

    def _follow(self, binding: Binding, of: Profile) -> None:
        assert isinstance(binding.action, Switch)
        try:
            path = locate(binding.action.profile, of.path.parent)
        except BindingsError as error:
            raise BindingsError(f"{of.path}:{binding.line}: {error}") from error
        self._read(path)


def locate(name: str, beside: Path = Path()) -> Path:
    """The file of a profile: a path, or the bare name of a ready one.

    Raises:
        ProfileError: there is none.
    """
    return toml_table.locate(name, BUNDLED, "profile", BindingsError, beside)
