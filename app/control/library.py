"""Library: the key maps of a run: the named ones, and those that they switch to."""

from collections.abc import Iterable
from pathlib import Path

from app import toml_table
from app.control.actions import Switch
from app.control.bindings import ActiveWindow, Binding, KeyMap, KeyMapError
from app.control.key_map_file import read_key_map
from common.log import log

BUNDLED = Path(__file__).parent / "key_maps"


class Library:
    """Selects the applicable key map: one for the active window, else the current one without a window rule.

    Raises:
        KeyMapError: a key map, or one that it switches to, is missing or invalid.
    """

    def __init__(self, names: Iterable[str], labels: tuple[str, ...]) -> None:
        self._labels = labels
        self._by_path: dict[Path, KeyMap] = {}
        named = tuple(self._read(locate(name)) for name in names)
        self._bound = tuple(key_map for key_map in named if key_map.window)
        self._chosen = next((key_map for key_map in named if not key_map.window), named[0])

    @property
    def key_maps(self) -> tuple[KeyMap, ...]:
        """All key maps that can apply, the named ones first."""
        return tuple(self._by_path.values())

    @property
    def first(self) -> KeyMap:
        """The key map whose safety settings are used."""
        return self.key_maps[0]

    @property
    def needs_windows(self) -> bool:
        """Whether a key map depends on the active window."""
        return any(key_map.window for key_map in self.key_maps)

    def current(self, window: ActiveWindow | None) -> KeyMap | None:
        """The key map that applies while this window has the focus; None if none does."""
        return next((key_map for key_map in (*self._bound, self._chosen) if key_map.applies_in(window)), None)

    def switch(self, binding: Binding, of: KeyMap) -> KeyMap:
        """Select the key map that a binding switches to."""
        assert isinstance(binding.action, Switch)
        self._chosen = self._by_path[locate(binding.action.key_map, of.path.parent)]
        return self._chosen

    def _read(self, path: Path) -> KeyMap:
        if path not in self._by_path:
            key_map = self._by_path[path] = read_key_map(path, self._labels, bundled=path.parent == BUNDLED)
            if key_map.left_out:
                names = ", ".join(map(repr, key_map.left_out))
                log.warning("key map %r: without %s, which this network lacks", path.stem, names)
            for binding in key_map.switches:
                self._follow(binding, key_map)
        return self._by_path[path]

    def _follow(self, binding: Binding, of: KeyMap) -> None:
        assert isinstance(binding.action, Switch)
        try:
            path = locate(binding.action.key_map, of.path.parent)
        except KeyMapError as error:
            raise KeyMapError(f"{of.path}:{binding.line}: {error}") from error
        self._read(path)


def locate(name: str, base: Path = Path()) -> Path:
    """The file of a key map: a path, or the name of a bundled one.

    Raises:
        KeyMapError: there is none.
    """
    return toml_table.locate(name, BUNDLED, "key map", KeyMapError, base)
