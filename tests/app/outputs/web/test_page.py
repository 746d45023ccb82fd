"""The page in a real browser, while the demo clip plays, and the access of other sites."""

import http.server
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from aiohttp import ClientSession, web
from browser import CHROMIUM, Browser
from streams import fired, header, recognition
from yarl import URL

from app.events import Events
from app.outputs.address import Address
from app.outputs.web.server import Server
from models.decoder import GestureEvent

ROOT = Path(__file__).resolve().parents[4]
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs chromium (Debian)")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture
def app():
    """The program playing the demo clip, and the address of its page."""
    command = [sys.executable, "main.py", "--demo", "--headless", "--realtime", "--serve", "0", "--events", os.devnull]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        yield process, re.search(r"http://\S+", process.stderr.readline())[0]
        process.send_signal(signal.SIGTERM)


def test_the_demo_clip(browser, app):
    process, url = app
    browser.show(1280, 800)
    browser.open(url)
    browser.wait_for("document.querySelector('#status').dataset.tone === 'live'")
    assert browser.wait_for("document.querySelector('#video').naturalWidth") == 640
    label = browser.wait_for("document.querySelector('#caption.shown strong')?.textContent")
    assert re.match(r"(Swiping|Sliding Two Fingers) \w+", label)
    assert browser.evaluate("document.querySelector('#past li b').textContent") == label
    bars = browser.evaluate("[...document.querySelectorAll('#bars li')].map(row => row.innerText)")
    assert len(bars) == 5
    assert all(re.match(r"\D+\n\d+ %", bar) for bar in bars)
    assert browser.wait_for("parseFloat(document.querySelector('#camera').textContent) > 20")
    assert browser.evaluate("parseFloat(document.querySelector('#p50').textContent)") > 0
    painted = "(c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v))"
    assert browser.evaluate(f"{painted}(document.querySelector('#timeline'))")
    process.send_signal(signal.SIGTERM)
    browser.wait_for("document.querySelector('#status').dataset.tone === 'ended'")
    assert process.wait(20) == 0


@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844), (844, 390), (768, 1024), (1280, 800)])
def test_the_page_fits_every_screen(browser, served, width, height):
    served.hub.take(header() | {"labels": ["Sliding Two Fingers Counterclockwise"] * 5})
    served.hub.take(fired("Sliding Two Fingers Counterclockwise"))
    served.pictures.see(recognition())
    browser.show(width, height, mobile=width < 1000)
    browser.open(served.url)
    browser.wait_for("document.querySelector('#past li')")
    browser.wait_for("document.querySelector('#caption.shown')")
    assert browser.evaluate("document.documentElement.scrollWidth") == width
    inside = browser.evaluate(
        "(() => { const a = document.querySelector('#caption').getBoundingClientRect(),"
        " b = document.querySelector('#stage').getBoundingClientRect();"
        " return a.left >= b.left && a.right <= b.right && a.bottom <= b.bottom })()"
    )
    assert inside


@pytest.mark.parametrize("dark", [False, True])
def test_all_text_has_contrast_in_light_and_dark(browser, served, dark):
    browser.show(1280, 800, dark)
    browser.open(served.url)
    served.hub.take(header())
    browser.wait_for("document.querySelector('#model').textContent")
    contrasts = browser.evaluate(CONTRASTS)
    assert len(contrasts) > 5
    assert min(contrasts) >= 4.5


def test_the_page_has_one_heading_of_the_first_level_and_lists_that_keys_can_scroll(browser, served):
    """What axe-core found once; test_axe.py runs all of it, where it is installed."""
    for _ in range(30):
        served.hub.take(fired())
    browser.show(1280, 500)
    browser.open(served.url)
    browser.wait_for("document.querySelector('#past').scrollHeight > document.querySelector('#past').clientHeight")
    assert browser.evaluate("document.querySelectorAll('h1').length") == 1
    scrolling = browser.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => getComputedStyle(e).overflowY === 'auto')"
        ".map(e => [e.id, e.tabIndex])"
    )
    assert scrolling == [["past", 0]]


CONTRASTS = """(() => {
  const light = (c) => c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, k) => sum + v * [.2126, .7152, .0722][k], 0);
  const ground = (e) => { const c = getComputedStyle(e).backgroundColor;
    return /, 0\\)$/.test(c) && e.parentElement ? ground(e.parentElement) : c; };
  const words = [...document.querySelectorAll('h2, dt, dd, small, footer span, .empty, .status, .mirror')];
  return words.map(e => [light(getComputedStyle(e).color), light(ground(e))]).map(([a, b]) =>
    (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
})()"""


def test_it_reconnects_when_the_app_is_back(browser, serve):
    first = serve()
    browser.open(first.url)
    first.hub.take(header())
    browser.wait_for("document.querySelector('#model').textContent")
    first.close()
    browser.wait_for("document.querySelector('#status').dataset.tone === 'warning'")
    serve(port=first.port)
    browser.wait_for("document.querySelector('#status').dataset.tone !== 'warning'")


def ws(server):
    return server.url.replace("http", "ws") + "/events"


def test_only_the_picture_on_the_page_is_mirrored(browser, served):
    browser.open(served.url)
    served.describe("Camera <0>", mirror=True)
    browser.open(served.url)
    browser.wait_for("document.querySelector('#mirror').getAttribute('aria-pressed') === 'true'")
    assert browser.evaluate("document.querySelector('#source').textContent") == "Camera <0>"
    browser.evaluate("document.querySelector('#mirror').click()")
    assert browser.evaluate("getComputedStyle(document.querySelector('#video')).transform") == "none"


def test_a_label_is_text_even_if_it_is_html(browser, served):
    label = "<img src=x onerror=alert(1)>"
    browser.open(served.url)
    served.hub.take(header() | {"labels": [label]})
    Events([served.hub]).see(recognition(0, GestureEvent(label, 0.9, 1.0, 1.8)))
    browser.wait_for("document.querySelector('#past b')")
    assert browser.evaluate("document.querySelector('#past b').textContent") == label


def test_the_token_is_required_and_removed_from_the_address(browser, serve, tmp_path):
    (tmp_path / "token").write_text("a-secret-of-some-length")
    served = serve(token_file=tmp_path / "token")
    browser.open(served.url)
    browser.wait_for("document.querySelector('main input')")
    browser.evaluate("document.querySelector('input').value = 'a-secret-of-some-length'")
    with browser.loading():
        browser.evaluate("document.querySelector('button').click()")
    browser.wait_for("document.querySelector('#status').innerText === 'Waiting for pictures'")
    assert browser.evaluate("location.href") == served.url + "/"
    assert browser.evaluate("document.cookie") == ""  # scripts cannot read it


def test_another_site_has_no_access(browser, served, tmp_path):
    served.pictures.see(recognition())
    (tmp_path / "index.html").write_text("<p>elsewhere</p>")
    elsewhere = Elsewhere(tmp_path)
    try:
        browser.open(elsewhere.url)
        browser.wait_for("document.querySelector('p')")
        opened = "new Promise(done => {{ const it = {}; it.onopen = it.onload = () => done(1);"
        opened += " it.onerror = () => done(0) }})"
        socket = opened.format("new WebSocket('%s')")
        picture = opened.format("Object.assign(new Image(), { src: '%s' })")
        fetched = "fetch('%s', { mode: 'no-cors' }).then(() => 1, () => 0)"
        for script, url in ((socket, ws(served)), (picture, served.url + "/video"), (fetched, served.url)):
            assert browser.evaluate(script % url, wait=True) == 0, url
    finally:
        elsewhere.close()


class Elsewhere:
    """The web server of another site."""

    def __init__(self, folder):
        def handler(*arguments):
            return Quiet(*arguments, directory=folder)

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://localhost:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def under_a_path(serve, tmp_path):
    """The page of a server with a token under /gestures/ of a proxy, as with `location /gestures/` of nginx."""
    (tmp_path / "token").write_text("a-secret-of-32-characters-or-so")
    served = serve(token_file=tmp_path / "token")

    async def pass_on(request):
        if not request.path.startswith("/gestures/"):
            return web.Response(status=404)
        url = URL(f"{served.url}/{request.path.removeprefix('/gestures/')}").with_query(request.query_string)
        headers = {name: request.headers[name] for name in ("Cookie", "Host") if name in request.headers}
        async with ClientSession(auto_decompress=False) as client:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                ours = web.WebSocketResponse()
                await ours.prepare(request)
                async with client.ws_connect(url, headers=headers) as theirs:
                    async for message in theirs:
                        await ours.send_str(message.data)
                return ours
            async with client.get(url, headers=headers) as reply:
                body = b"" if "multipart" in reply.content_type else await reply.read()
                kept = {name: reply.headers[name] for name in ("Content-Type", "Set-Cookie") if name in reply.headers}
                return web.Response(status=reply.status, body=body, headers=kept)

    site = web.Application()
    site.router.add_get("/{path:.*}", pass_on)
    proxy = Server(Address("127.0.0.1", 0), site)
    yield served, f"http://{proxy.address}/gestures/"
    proxy.close()


def test_the_page_works_under_the_path_of_a_proxy(browser, under_a_path):
    served, url = under_a_path
    served.hub.take(header())
    served.hub.take(fired())
    browser.open(url)
    assert "Access token required" in browser.wait_for("document.querySelector('h1').textContent")
    with browser.loading():
        browser.evaluate(
            "document.querySelector('input').value = 'a-secret-of-32-characters-or-so';"
            "document.querySelector('form').requestSubmit()"
        )
    assert browser.evaluate("location.pathname") == "/gestures/"
    assert browser.wait_for("document.querySelector('#past li b')?.textContent") == "Swiping Left"
