"""axe-core (MPL-2.0, not part of this project) finds nothing on the pages, in light and dark, wide and narrow.

npm install --prefix /tmp/axe axe-core
AXE=/tmp/axe/node_modules/axe-core/axe.min.js pytest tests/app/outputs/web/test_axe.py
"""

import json
import os
from pathlib import Path

import pytest
from browser import CHROMIUM, Browser
from streams import fired, header

AXE = Path(os.environ.get("AXE", "none"))
pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="needs chromium (Debian)"),
    pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core, named by the variable AXE"),
    pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"]),
    pytest.mark.parametrize(("width", "height"), [(1280, 800), (1280, 420), (390, 844)]),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


def violations(browser):
    """What axe-core objects to: the rule and the elements."""
    browser.evaluate(AXE.read_text(encoding="utf-8"))
    each = "[r.passes.length, r.violations.map(v => [v.id, v.nodes.map(n => n.html)])]"
    found = browser.evaluate(f"axe.run().then(r => JSON.stringify({each}))", wait=True)
    passed, violations = json.loads(found)
    assert passed > 10
    return violations


def test_the_page(browser, served, width, height, dark):
    browser.show(width, height, dark)
    browser.open(served.url)
    served.hub.take(header())
    for _ in range(30):
        served.hub.take(fired())
    browser.wait_for("document.querySelectorAll('#past li').length === 30")
    assert violations(browser) == []


def test_the_page_that_asks_for_the_token(browser, serve, tmp_path, width, height, dark):
    (tmp_path / "token").write_text("a-secret-of-some-length")
    browser.show(width, height, dark)
    browser.open(serve(token_file=tmp_path / "token").url)
    browser.wait_for("document.querySelector('input')")
    assert violations(browser) == []
