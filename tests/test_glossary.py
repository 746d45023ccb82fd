"""The glossary is short, and words that it replaces are not used."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"
HISTORY = {"CHANGELOG.md", "docs/glossary.md", "docs/log/renamed.md"}
"""Files that may name what was replaced."""
MOST_TERMS = 40


def rows() -> list[tuple[str, str, str]]:
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    cells = [tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in lines if line.startswith("| ")]
    return cells[1:]  # type: ignore[return-value]


def replaced() -> list[str]:
    return [word.strip() for *_, words in rows() for word in words.split(",") if word.strip()]


def texts() -> dict[str, str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.md", "*.toml", "*.html", "*.js"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    paths = [path for path in listed if path and path not in HISTORY and (ROOT / path).is_file()]
    return {path: (ROOT / path).read_text(encoding="utf-8") for path in paths}


def test_each_term_is_explained_once() -> None:
    terms = [term for term, *_ in rows()]
    assert 10 < len(terms) <= MOST_TERMS
    assert len(set(terms)) == len(terms)
    assert all(meaning for _, meaning, _ in rows())


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs a git checkout, to know which files are the project's")
def test_a_replaced_word_is_not_used() -> None:
    words = re.compile(rf"\b({'|'.join(map(re.escape, replaced()))})\b", re.IGNORECASE)
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()!r}, see docs/glossary.md"
        for path, text in texts().items()
        if path != "tests/test_glossary.py"
        for match in words.finditer(text)
    ]
    assert not found, "\n".join(found)
