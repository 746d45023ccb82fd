"""Make docs/slides.webp, an animated picture: the demo clip turns slides on a virtual desktop.

Needs Xvfb, openbox, xdotool and feh, and Pillow: `python scripts/picture_of_slides.py`.
"""

import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "helpers"))
from desktop import Desktop, wait_for  # noqa: E402

SCREEN = (1600, 620)
SIZE = (800, 310)
RATE_HZ = 20
"""Maximum number of pictures per second; the machine may be slower."""
BEFORE_S, AFTER_S = 1.4, 1.6
"""Seconds shown before the first and after the second change of the slide."""
LAST_MS = 1000
"""Duration of the last picture before the animation repeats."""
APART_S = 5.0
"""Two changes closer than this are the two swipes of one round of the clip."""


class Capture(NamedTuple):
    """The screen at one time."""

    time_s: float
    slide: str
    """The title of the viewer, which names the slide."""
    picture: np.ndarray
    """uint8 [H, W, 3], RGB, of SIZE."""


def main() -> None:
    """Record the desktop until two swipes have turned the slide, and write the recording."""
    with tempfile.TemporaryDirectory() as name:
        desktop = Desktop(Path(name), "-screen", "0", "{}x{}x24".format(*SCREEN))
        try:
            captures = record(desktop, opened(desktop, Path(name)))
        finally:
            desktop.close()
    first, *others = (Image.fromarray(capture.picture) for capture in captures)
    shown_ms = [round(1000 * (after.time_s - now.time_s)) for now, after in pairwise(captures)]
    path = ROOT / "docs" / "slides.webp"
    first.save(path, save_all=True, append_images=others, duration=[*shown_ms, LAST_MS], loop=0, quality=70, method=6)
    print(f"{path}: {len(captures)} pictures, {path.stat().st_size / 1e3:.0f} kB")


def opened(desktop: Desktop, folder: Path) -> str:
    """Open the app and a viewer with slides next to it, and turn control on; return the viewer's window."""
    settings = folder / "config" / "mstnet-live" / "mstnet-live.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text("[General]\nhint_seen=true\n")
    slides = [draw_slide(folder / f"{word}.png", word) for word in ("One", "Two", "Three")]
    desktop.app("--demo", "--mirror", "--control", "slides")
    window = desktop.focus("demo.mp4.*")
    desktop.run("xdotool", "windowsize", window, "930", "560", "windowmove", window, "10", "30")
    desktop.popen(["feh", "--geometry", "620x500+960+60", "--title", "slide %u", "--start-at", slides[1], *slides])
    viewer = desktop.focus("slide 2")
    desktop.run("xdotool", "key", "ctrl+shift+F9")
    return viewer


def record(desktop: Desktop, viewer: str) -> list[Capture]:
    """Capture the screen until the slide has changed twice in one round of the clip; return that part."""
    captures: list[Capture] = []

    def turned_twice() -> list[Capture]:
        slide = desktop.run("xdotool", "getwindowname", viewer).strip()
        captures.append(Capture(time.monotonic(), slide, screenshot(desktop)))
        changes = [now.time_s for before, now in pairwise(captures) if before.slide != now.slide]
        time.sleep(max(0.0, captures[-1].time_s + 1 / RATE_HZ - time.monotonic()))
        if len(changes) < 2 or changes[-1] - changes[-2] > APART_S or captures[-1].time_s < changes[-1] + AFTER_S:
            return []
        return [each for each in captures if each.time_s >= changes[-2] - BEFORE_S]

    recorded = wait_for(turned_twice, "two swipes that turn the slide")
    assert isinstance(recorded, list)
    return recorded


def draw_slide(file: Path, word: str) -> str:
    """Write a slide."""
    slide = np.full((500, 620, 3), (250, 246, 240), np.uint8)
    cv2.putText(slide, f"Slide {word}", (70, 270), cv2.FONT_HERSHEY_DUPLEX, 2.2, (90, 60, 30), 3, cv2.LINE_AA)
    cv2.imwrite(str(file), slide)
    return str(file)


def screenshot(desktop: Desktop) -> np.ndarray:
    """The screen, uint8 [H, W, 3], RGB, of SIZE."""
    from Xlib import X
    from Xlib.display import Display

    display = Display(desktop.environ["DISPLAY"])
    data = display.screen().root.get_image(0, 0, *SCREEN, X.ZPixmap, 0xFFFFFFFF).data
    display.close()
    screen = np.frombuffer(data, np.uint8).reshape(SCREEN[1], SCREEN[0], 4)
    return cv2.cvtColor(cv2.resize(screen, SIZE, interpolation=cv2.INTER_AREA), cv2.COLOR_BGRA2RGB)


if __name__ == "__main__":
    main()
