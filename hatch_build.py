"""The layout of the wheel: all packages are inside the package `mstnet`.

In the repository the rooms are top-level packages (`from models.frame import Frame`). Names such as `app` and `models`
would collide with those of other projects in one environment, so an installation has them as `mstnet.app` and
`mstnet.models`. pyproject.toml moves the files; this hook rewrites their imports and the commands that they print.
"""

import ast
import re
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOMS = ("app", "calibration", "common", "conversion", "main", "models", "training")
"""Top-level modules of the repository that lie inside `mstnet` in the wheel."""
_ROOM = "|".join(ROOMS)
COMMANDS = (
    (r"python -m calibration(?![\w.])", "mstnet-calibrate"),
    (r"python -m training\.train\b", "mstnet-train"),
    (rf"-m ({_ROOM})\b", r"-m mstnet.\1"),
    (r"python main\.py\b", "mstnet"),
    (r"(?<!/ \")\bmain\.py\b", "mstnet"),
    (r", or `make run`", ""),
    (r"pip install ((?:--\S+ )?)-r requirements\.txt", r'pip install \1\\"mstnet-live[window]\\"'),
    (r"pip install ((?:--\S+ )?)-r requirements-headless\.txt", r"pip install \1mstnet-live"),
    (r"pip install ((?:--\S+ )?)-r requirements-(\w+)\.txt", r'pip install \1\\"mstnet-live[\2]\\"'),
)
"""Texts in a checkout, as regular expressions, and their replacements in an installation."""


class WheelLayout(BuildHookInterface):  # type: ignore[type-arg]
    """Replace every Python file of the wheel by its rewritten form."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the new forms into a separate folder; an editable installation runs the unchanged checkout."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory()
        files = {Path(file.path): file.distribution_path for file in self.build_config.builder.recurse_included_files()}
        files[Path(self.root, "main.py")] = "mstnet/main.py"
        for path, place in files.items():
            if path.suffix == ".py":
                new = Path(self._folder.name, place)
                new.parent.mkdir(parents=True, exist_ok=True)
                text = as_installed(path.read_text(encoding="utf-8"), str(path))
                new.write_text(text, encoding="utf-8", newline="\n")
                build_data["force_include"][str(new)] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the folder."""
        del build_data, artifact_path
        if version != "editable":
            self._folder.cleanup()


def as_installed(source: str, path: str = "<source>") -> str:
    """The text of a Python file as it is in the wheel.

    Raises:
        ValueError: an import has a form that cannot be rewritten in its place.
        SyntaxError: the result is no Python.
    """
    lines = source.splitlines(keepends=True)
    for node in ast.walk(ast.parse(source, path)):
        if isinstance(node, ast.ImportFrom) and not node.level and _is_room(node.module):
            _replace(lines, node.lineno, rf"\bfrom (?={_ROOM})", "from mstnet.")
        if isinstance(node, ast.Import) and any(_is_room(alias.name) for alias in node.names):
            if len(node.names) > 1 or "." in node.names[0].name:
                raise ValueError(f"{path}:{node.lineno}: write `from ROOM.module import name`")
            _replace(lines, node.lineno, r"\bimport ", "from mstnet import ")
    text = "".join(lines)
    for said, instead in COMMANDS:
        text = re.sub(said, instead, text)
    ast.parse(text, path)
    return text


def _is_room(module: str | None) -> bool:
    return (module or "").split(".")[0] in ROOMS


def _replace(lines: list[str], number: int, pattern: str, new: str) -> None:
    """Change the first match in a line, counted from 1."""
    lines[number - 1] = re.sub(pattern, new, lines[number - 1], count=1)
