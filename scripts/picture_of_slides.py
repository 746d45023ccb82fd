"""Make docs/slides.jpg: the demo clip turns slides on a desktop of its own; a picture whenever the slide changes.

Needs Xvfb, openbox, xdotool and feh: `python scripts/picture_of_slides.py`.
"""

import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "helpers"))
from desktop import Desktop, wait_for  # noqa: E402

SCREEN = (1600, 620)
PICTURES = 4
WIDTH = 880


def main() -> None:
    """Play, look, and write the series."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        desktop = Desktop(folder, "-screen", "0", "{}x{}x24".format(*SCREEN))
        try:
            series = np.vstack(play(desktop, folder))
        finally:
            desktop.close()
    height = round(series.shape[0] * WIDTH / series.shape[1])
    small = cv2.resize(series, (WIDTH, height), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(ROOT / "docs" / "slides.jpg"), small, [cv2.IMWRITE_JPEG_QUALITY, 85])


def play(desktop: Desktop, folder: Path) -> list[np.ndarray]:
    """Start the app and a viewer beside it; the screen after each change of the slide."""
    settings = folder / "config" / "mstnet-live" / "mstnet-live.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text("[General]\nhint_seen=true\n")
    slides = [draw_slide(folder / f"{word}.png", word) for word in ("One", "Two", "Three", "Four")]
    desktop.app("--demo", "--control", "slides")
    window = desktop.focus("demo.mp4.*")
    desktop.run("xdotool", "windowsize", window, "930", "560", "windowmove", window, "10", "30")
    desktop.popen(["feh", "--geometry", "620x500+960+60", "--title", "slide %u", *slides])
    viewer = desktop.focus("slide 1")
    desktop.run("xdotool", "key", "ctrl+shift+F9")  # turns control on
    pictures, shown = [], ""
    while len(pictures) < PICTURES:
        title = wait_for(
            lambda shown=shown: (now := desktop.run("xdotool", "getwindowname", viewer).strip()) != shown and now,
            "another slide",
        )
        shown = str(title)
        time.sleep(0.3)  # the windows paint
        pictures.append(look(desktop))
    return pictures


def draw_slide(file: Path, word: str) -> str:
    """Write a slide."""
    slide = np.full((500, 620, 3), (250, 246, 240), np.uint8)
    cv2.putText(slide, f"Slide {word}", (70, 270), cv2.FONT_HERSHEY_DUPLEX, 2.2, (90, 60, 30), 3, cv2.LINE_AA)
    cv2.imwrite(str(file), slide)
    return str(file)


def look(desktop: Desktop) -> np.ndarray:
    """The screen, uint8 [H, W, 3], BGR."""
    from Xlib import X
    from Xlib.display import Display

    display = Display(desktop.environ["DISPLAY"])
    data = display.screen().root.get_image(0, 0, *SCREEN, X.ZPixmap, 0xFFFFFFFF).data
    display.close()
    return np.frombuffer(data, np.uint8).reshape(SCREEN[1], SCREEN[0], 4)[:, :, :3]


if __name__ == "__main__":
    main()
