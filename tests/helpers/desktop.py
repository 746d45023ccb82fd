"""A real X11 desktop for tests: an X server, a window manager, and programs that print the events they receive."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0
TOOLS = ("Xvfb", "openbox", "xdotool", "xev", "xterm", "feh")
MISSING = [tool for tool in TOOLS if not shutil.which(tool)]


def wait_for(condition: Callable[[], object], what: str) -> object:
    """Wait until something holds."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.05)
    raise AssertionError(f"never came: {what}")


class Desktop:
    """An X server with a window manager, and the programs started on it."""

    def __init__(self, folder: Path, *options: str) -> None:
        read, write = os.pipe()
        server = ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24", "-nolisten", "tcp", *options]
        self.folder = folder
        self.environ = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "HOME": str(folder)}
        for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY", "PYNPUT_BACKEND"):
            self.environ.pop(name, None)
        self._processes: list[subprocess.Popen[str]] = [
            subprocess.Popen(server, pass_fds=(write,), stderr=subprocess.DEVNULL, text=True)
        ]
        os.close(write)
        with os.fdopen(read) as reader:
            self.environ["DISPLAY"] = f":{reader.readline().strip()}"
        ready = folder / "openbox.ready"
        self.popen(["openbox", "--startup", f"touch {ready}"])  # run when it manages windows, and not before
        wait_for(ready.exists, "a window manager")

    def popen(self, line: list[str], **options: object) -> "subprocess.Popen[str]":
        """Start a program on this desktop."""
        options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL, **options}
        process = subprocess.Popen(line, env=self.environ, text=True, **options)  # type: ignore[call-overload]
        self._processes.append(process)
        return process

    def run(self, *line: str) -> str:
        """What a program prints."""
        return subprocess.run(
            line, check=False, env=self.environ, capture_output=True, text=True, timeout=PATIENCE_S
        ).stdout

    def app(self, *arguments: object) -> "subprocess.Popen[str]":
        """Start `main.py`; its standard error comes by a pipe."""
        line = [sys.executable, "-W", "error", str(ROOT / "main.py"), *map(str, arguments)]
        return self.popen(line, stderr=subprocess.PIPE, stdout=subprocess.PIPE)

    def focus(self, name: str) -> str:
        """Wait for a window of this name, give it the focus, and return its number."""

        def focused() -> str:
            found = self.run("xdotool", "search", "--onlyvisible", "--name", f"^{name}$").split()
            if not found:
                return ""
            self.run("xdotool", "windowactivate", "--sync", found[-1])
            return found[-1] if self.run("xdotool", "getwindowfocus").split() == found[-1:] else ""

        return str(wait_for(focused, f"the window {name}"))

    def keys_down(self) -> list[str]:
        """The codes of the keys that are down for the X server."""
        script = (
            "from Xlib.display import Display\n"
            "d = Display(); bits = d.query_keymap(); b = d.screen().root.query_pointer().mask & 0x1f00\n"
            "print(*[i for i in range(256) if bits[i // 8] >> i % 8 & 1], *(['button'] if b else []))"
        )
        return self.run(sys.executable, "-c", script).split()

    def end_server(self) -> None:
        """End the X server before its clients."""
        self._processes[0].kill()
        self._processes[0].wait()

    def close(self) -> None:
        """End everything, the X server last."""
        for process in reversed(self._processes):
            process.kill()
            process.wait()
            for pipe in (process.stdout, process.stderr):
                if pipe:
                    pipe.close()


class Terminal:
    """An xterm whose `cat` records the typed bytes."""

    def __init__(self, desktop: Desktop, name: str = "typed") -> None:
        self._file = desktop.folder / f"{name}.bytes"
        ready = desktop.folder / f"{name}.ready"
        line = f"stty raw -echo; : > {ready}; exec cat > {self._file}"
        desktop.popen(["xterm", "-class", "Typist", "-T", name, "-e", "sh", "-c", line])
        wait_for(ready.exists, "the terminal")
        self.window = desktop.focus(name)

    @property
    def typed(self) -> bytes:
        """What arrived so far."""
        return self._file.read_bytes() if self._file.exists() else b""


class Witness:
    """An xev that records all events of its window."""

    def __init__(self, desktop: Desktop) -> None:
        self._file = desktop.folder / "xev.txt"
        with self._file.open("w") as out:
            desktop.popen(["stdbuf", "-oL", "xev", "-geometry", "300x200+100+100"], stdout=out)
        self.window = desktop.focus("Event Tester")

    @property
    def events(self) -> list[str]:
        """What arrived so far, such as `KeyPress Right` and `ButtonRelease 1`."""
        events: list[str] = []
        for block in self._file.read_text().split("\n\n"):
            kind = block.strip().split(" event")[0]
            if kind in ("KeyPress", "KeyRelease"):
                if "keysym" in block:
                    events.append(f"{kind} {block.split('keysym')[1].split(',')[1].strip(' )')}")
            elif kind in ("ButtonPress", "ButtonRelease") and "button " in block:
                events.append(f"{kind} {block.split('button ')[1].split(',')[0]}")
        return events
