"""The four commands of the page, one after another, on generated clips."""

import json
import os
import re
import shlex
from importlib import import_module
from pathlib import Path
from signal import SIGTERM

import forked
import pytest
from tiny_runs import at_call

from common.video import write_video
from training.synthetic.drawn_clip import Format, generate

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "your-own-network.md").read_text(encoding="utf-8")
SMALL = Format(height=72, width=96, moments=1)
GESTURES = {"wave off": "Swiping Left", "thumb": "Thumb Up"}
"""Own labels, and the gesture that is drawn for each."""
SHORT = ["schedule.epochs=1", "data.streams=0", "schedule.warm_up=0", "data.frames=24", "run.workers=0"]


def commands() -> list[list[str]]:
    """The Python commands of the page's code blocks in order, the four main ones first."""
    lines = re.findall(r"^    python (?!-m pip)(.*)$", PAGE, re.MULTILINE)
    return [shlex.split(line.partition("#")[0]) for line in lines[:4]]


def draw(folder: Path) -> None:
    for label, shown in (*GESTURES.items(), ("No gesture", "No gesture"), ("Doing other things", "Doing other things")):
        (folder / label).mkdir(parents=True)
        for seed in range(3):
            film = generate(shown, seed, SMALL)
            write_video(folder / label / f"{seed}.mp4", film.frames(), film.format.fps)


def run(words: list[str], *more: str) -> int:
    """Run `-m MODULE ...` in this process, as the shell would from the root."""
    assert words[0] == "-m"
    module = import_module(words[1])
    if hasattr(module, "__path__"):
        module = import_module(f"{words[1]}.__main__")
    return module.main([*words[2:], *more])


def test_the_four_commands_make_a_network_for_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for room in ("training", "models"):
        (tmp_path / room).symlink_to(ROOT / room)
    monkeypatch.chdir(tmp_path)
    prepare, train, export, app = commands()
    draw(tmp_path / prepare[prepare.index("folders") + 1])
    assert run(prepare, "--processes", "1") == 0
    prepared = capsys.readouterr().out
    assert "12 clips, 0 left out" in prepared
    assert "all labels: 0.6 min; 4 train, 4 validation, 4 test" in prepared
    assert prepared.splitlines()[-1] == f"Next: python {shlex.join(train)}"

    owner, name, before = at_call("training.training_run.choose_on_index", 1, lambda: os.kill(os.getpid(), SIGTERM))
    try:
        assert run(train, *SHORT) == 130
    finally:
        setattr(owner, name, before)
    stopped = capsys.readouterr()
    assert "streams of 4 clips per epoch, 4 streams of 4 clips to validate; " in stopped.out
    assert "done: " not in stopped.out
    assert stopped.err.strip().endswith("stopped while it chose thresholds; the same command repeats that")

    assert run(train, *SHORT) == 0
    *_, read, validation, test, done = capsys.readouterr().out.splitlines()
    assert read.startswith("temperature ")
    assert validation.startswith("streams of validation, used for this choice: of 2 gestures ")
    assert re.match(r"streams of test: of 2 gestures \d fired, \d of them exactly once .*; \d+ wrong events in ", test)
    assert done.startswith("done: best top-1 ")
    best = Path("runs/own/best.pt")
    chosen = best.read_bytes()
    assert run(train, *SHORT) == 0
    assert re.match(
        r"runs/own is finished: best top-1 .*, runs/own/best.pt, .*\nto train again", capsys.readouterr().out
    )
    assert best.read_bytes() == chosen
    assert run(export[:-1], "runs/own/own.txt") == 2
    assert capsys.readouterr().err.startswith("export: runs/own/own.txt does not end in .onnx")
    assert run(export) == 0
    model = tmp_path / export[-1]
    assert model.is_file()
    assert str(Path(app[app.index("--model") + 1])) == export[-1]
    app[app.index("--camera") + 1] = str(tmp_path / "clips" / "thumb" / "0.mp4")
    assert app[0] == "main.py"
    done = forked.run("main", *app[1:], "--headless")
    assert done.returncode == 0, done.stderr
    header = json.loads(done.stdout.splitlines()[0])
    assert header["labels"] == ["Doing other things", "No gesture", "thumb", "wave off"]
    assert header["model"] == model.stem
