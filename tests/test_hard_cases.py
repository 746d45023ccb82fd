"""docs/hard-cases.md names a test for each case."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_each_case_has_its_test():
    rows = re.findall(r"^\|(?!---).*\|$", (ROOT / "docs" / "hard-cases.md").read_text(encoding="utf-8"), re.M)
    texts = [f"{path.name} {path.read_text(encoding='utf-8')}" for path in (ROOT / "tests").rglob("test_*.py")]
    cases = [row for row in rows if not row.endswith("| test |")]
    assert len(cases) > 20
    for case in cases:
        found = re.search(r"`(test_\w+\.py):(test_\w+)` \|$", case)
        assert found, case
        assert any(text.startswith(f"{found[1]} ") and f"def {found[2]}(" in text for text in texts), case
