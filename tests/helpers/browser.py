"""A headless Chromium, controlled through its DevTools protocol."""

import itertools
import json
import shutil
import subprocess
import urllib.request
from base64 import b64decode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from websockets.sync.client import connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--window-size=1280,800",
]


class Browser:
    """One tab of a browser with a new profile."""

    def __init__(self, profile: Path) -> None:
        arguments = [CHROMIUM, *QUIET, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        port = next(line for line in self._process.stderr if "DevTools listening" in line).split(":")[2].split("/")[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=10) as response:
            tab = next(each for each in json.load(response) if each["type"] == "page")
        self._stack = ExitStack()
        self._socket = self._stack.enter_context(connect(tab["webSocketDebuggerUrl"], max_size=None, proxy=None))
        self._numbers, self._loaded = itertools.count(), False
        self.call("Page.enable")

    def close(self) -> None:
        self._stack.close()
        self._process.terminate()
        self._process.communicate(timeout=20)

    def call(self, method: str, **parameters) -> dict:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (message := self._receive()).get("id") != number:
            pass  # an event
        assert "error" not in message, message
        return message["result"]

    def _receive(self) -> dict:
        message = json.loads(self._socket.recv(60))
        self._loaded |= message.get("method") == "Page.domContentEventFired"
        return message

    def open(self, url: str) -> None:
        """Open a page and wait for its text, but not for endless pictures."""
        with self.loading():
            self.call("Page.navigate", url=url)

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Run an action that opens a new page, and wait for it."""
        self._loaded = False
        yield
        while not self._loaded:
            self._receive()

    def evaluate(self, script: str, wait: bool = False):
        """The value of an expression; with `wait`, of the promise that it is."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=wait)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait_for(self, condition: str, timeout_s: float = 30):
        """Wait in the page until an expression is true; its value."""
        return self.evaluate(
            f"""new Promise((done, fail) => {{
                setTimeout(() => fail(new Error("never: " + document.body.innerText)), {1000 * timeout_s});
                const look = () => {{
                    let value;
                    try {{ value = ({condition}); }} catch {{ }}  // its elements may not exist yet
                    value ? done(value) : setTimeout(look, 20);
                }};
                look(); }})""",
            wait=True,
        )

    def show(self, width: int, height: int, dark: bool = False, scale: float = 1, mobile: bool = False) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, file: Path) -> None:
        file.write_bytes(b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
