"""The program as a user starts it: exit status, output, and messages for bad input."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import cv2
import forked
import numpy as np
import pytest
from films import write_film
from streams import until

from common.version import __version__
from models.engines import load_engine
from models.errors import ModelFileError

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "app" / "demo" / "demo.mp4"
NO_DISPLAY = {
    name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
}


def command(*arguments):
    return [sys.executable, "-W", "error", str(ROOT / "main.py"), *map(str, arguments)]


def main(*arguments):
    """Run the program with no display; its exit status, lines on standard output, and standard error."""
    done = forked.run("main", *arguments, env=NO_DISPLAY)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines(), done.stderr


def refused(*arguments):
    """Run the program with invalid arguments; return its one-line message."""
    status, lines, errors = main(*arguments)
    assert status == 2, (status, errors)
    assert lines == []
    assert errors.count("\n") == 1, errors
    return errors


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """Four seconds of a moving square at 30 frames a second."""
    pictures = np.full((120, 120, 160, 3), 60, np.uint8)
    for k, picture in enumerate(pictures):
        picture[40:71, k : k + 31] = (160, 180, 200)
    return write_film(tmp_path_factory.mktemp("clips") / "clip.avi", pictures, fps=30)


def parsed(lines):
    return [json.loads(line) for line in lines]


def without_timings(lines):
    return [{key: value for key, value in line.items() if key != "step_ms"} for line in parsed(lines)]


def test_the_demo_names_gestures():
    status, lines, errors = main("--demo", "--headless")
    header, *gestures, summary = parsed(lines)
    assert (status, errors) == (0, "")
    assert header["engine"] == "onnxruntime:CPUExecutionProvider"
    assert len(header["labels"]) == 27
    assert {gesture["type"] for gesture in gestures} == {"gesture"}
    assert len(gestures) >= 4
    assert all(g["label"] not in ("No gesture", "Doing other things") for g in gestures)
    assert summary["frames"] == int(cv2.VideoCapture(str(DEMO)).get(cv2.CAP_PROP_FRAME_COUNT))


@pytest.mark.parametrize(
    ("options", "networks"),
    [
        ([], ["stream", "fast", "clip"]),
        (["--networks", "stream"], ["stream", "fast"]),
        (["--main-pass-only"], ["stream"]),
    ],
)
def test_all_networks_run_unless_asked_not_to(clip, tmp_path, options, networks):
    trace = tmp_path / "trace.jsonl"
    status, _, errors = main("--camera", clip, "--headless", "--trace", trace, *options)
    assert (status, errors) == (0, "")
    header, *steps, _ = map(json.loads, trace.read_text().splitlines())
    assert header["networks"] == networks
    assert {step["network"] for step in steps if step["type"] == "step"} <= {*networks, "stream+clip"}


def test_a_model_without_a_fast_pass_says_so(clip, small_model):
    status, lines, errors = main("--camera", clip, "--headless", "--model", small_model)
    assert status == 0
    assert (
        errors
        == "mstnet: small has no fast pass and no clip network: fast and repeated gestures are recognised less well\n"
    )
    assert json.loads(lines[0])["networks"] == ["stream"]
    assert main("--camera", clip, "--headless", "--model", small_model, "--main-pass-only")[2] == ""


def test_thresholds_hold_for_a_run_and_stand_in_the_header(clip):
    words = (
        "--networks",
        "stream",
        "--enter",
        0.99,
        "--hold",
        "Thumb Up=0.5",
        "--rest",
        2,
        "--smooth",
        0.3,
        "--temperature",
        0.9,
    )
    status, lines, errors = main("--camera", clip, "--headless", "--max-frames", 2, *words)
    assert (status, errors) == (0, "")
    header = json.loads(lines[0])
    rule = {"enter": 0.99, "exit": 0.3, "hold_s": 0.1, "rest_s": 2.0}
    assert header["decoding"]["stream"] == {
        "smooth_s": 0.3,
        "rule": rule,
        "per_label": {"Thumb Up": rule | {"hold_s": 0.5}},
    }
    assert header["decoding"]["fast"]["rule"] == {"enter": 0.99, "exit": 0.4, "hold_s": 0.1, "rest_s": 2.0}
    assert header["temperature"] == {"stream": 0.9, "fast": 0.8}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--networks", "stream", "--enter", "0.2"), "got enter=0.2, exit=0.3"),
        (("--exit", "Thumb Up=0.9"), "the thresholds of 'Thumb Up' do not go together"),
        (("--enter", "Nod=0.5"), "no gesture is called 'Nod'"),
        (("--enter", "Swiping Lft=0.5"), "no gesture is called 'Swiping Lft'; did you mean 'Swiping Left'?"),
        (("--vocabulary", "directions", "--enter", "Swiping Left=0.5"), "no gesture is called 'Swiping Left'"),
        (
            ("--enter", "much"),
            "argument --enter: expected a probability such as 0.5, or GESTURE=P for one gesture; got 'much'",
        ),
        (("--enter", "50%"), "expected a probability such as 0.5, or GESTURE=P for one gesture; got '50%'"),
        (("--enter", "Swiping Left:0.5"), "or GESTURE=P for one gesture; got 'Swiping Left:0.5'"),
        (
            ("--rest", "Thumb Up=long"),
            "expected seconds such as 0.5, or GESTURE=S for one gesture; got 'Thumb Up=long'",
        ),
        (("--record", "ann", "--enter", "0.9"), "--enter has no effect with --record"),
    ],
)
def test_thresholds_that_cannot_be_are_reported(words, message):
    assert message in refused("--demo", "--headless", *words)


def test_the_same_file_gives_the_same_lines(clip, small_model, tmp_path):
    runs = []
    for k in range(2):
        trace = tmp_path / f"{k}.jsonl"
        status, _, _ = main("--camera", clip, "--headless", "--model", small_model, "--trace", trace)
        assert status == 0
        runs.append(without_timings(trace.read_text().splitlines()))
    assert runs[0] == runs[1]
    header, *steps, summary = runs[0]
    assert (header["model"], summary["frames"], summary["steps"]) == ("small", 120, 48)
    assert len([step for step in steps if step["type"] == "step"]) == 48
    assert all(abs(sum(step["probs"]) - 1) < 1e-3 for step in steps if step["type"] == "step")


def test_the_torch_engine_says_the_same(clip, small_model):
    by_onnx, by_torch = (
        parsed(main("--camera", clip, "--headless", "--model", small_model.with_suffix(suffix), "--trace", "-")[1])
        for suffix in (".onnx", ".pt")
    )
    assert by_torch[0]["engine"] == "torch:cpu"
    steps = [[line["probs"] for line in lines if line["type"] == "step"] for lines in (by_onnx, by_torch)]
    assert len(steps[0]) == 48
    np.testing.assert_allclose(*steps, atol=2e-3)


def test_events_and_trace_go_where_they_are_sent(clip, small_model, tmp_path):
    events, trace = tmp_path / "events.jsonl", tmp_path / "trace.jsonl"
    arguments = ("--camera", clip, "--headless", "--model", small_model, "--events", events, "--trace", trace)
    status, lines, _ = main(*arguments)
    assert (status, lines) == (0, [])
    events, trace = (without_timings(file.read_text().splitlines()) for file in (events, trace))
    assert len([line for line in trace if line["type"] == "step"]) == 48
    assert [line for line in trace if line["type"] != "step"] == events


@pytest.mark.parametrize(("limit", "frames"), [(("--max-frames", 10), 10), (("--duration", 1), 31)])
def test_limits(clip, small_model, limit, frames):
    _, lines, _ = main("--camera", clip, "--headless", "--model", small_model, *limit)
    assert parsed(lines)[-1]["frames"] == frames


def test_a_file_whose_rate_lies(clip, small_model):
    _, lines, _ = main("--camera", clip, "--headless", "--model", small_model, "--fps", 12)
    assert parsed(lines)[-1]["steps"] == 120


def test_realtime_is_paced_and_counts_what_it_drops(clip, small_model):
    _, lines, _ = main("--camera", clip, "--headless", "--model", small_model, "--realtime")
    summary = parsed(lines)[-1]
    assert summary["frames"] + summary["dropped"] >= 118
    assert summary["steps"] <= 49


def test_no_camera_is_reported_with_a_hint():
    if Path("/dev/video0").exists():
        pytest.skip("this machine has a camera")
    assert "camera 0" in refused("--camera", "0", "--headless")


def test_a_missing_file_is_reported():
    assert "nothere.mp4" in refused("--camera", "nothere.mp4", "--headless")


@pytest.mark.parametrize("content", [b"", b"just some words\n" * 40, b"\x00" * 2000], ids=["empty", "text", "zeros"])
def test_a_file_that_is_no_video_is_reported(tmp_path, content):
    (tmp_path / "film.mp4").write_bytes(content)
    assert "film.mp4" in refused("--camera", tmp_path / "film.mp4", "--headless")


def test_a_video_cut_short_gives_what_there_is(tmp_path, small_model):
    (tmp_path / "cut.mp4").write_bytes(DEMO.read_bytes()[: DEMO.stat().st_size // 2])
    status, lines, errors = main("--camera", tmp_path / "cut.mp4", "--headless", "--model", small_model)
    assert status in (0, 2)  # an index at the end of the file is lost with it
    assert errors.count("\n") == 1
    assert status == 2 or parsed(lines)[-1]["type"] == "summary"


@pytest.mark.parametrize("size", [(1, 1), (90, 160), (1, 300)])
def test_pictures_of_odd_sizes(tmp_path, small_model, size):
    picture = tmp_path / "picture.png"
    cv2.imwrite(str(picture), np.full((*size, 3), 90, np.uint8))
    status, lines, _ = main("--camera", picture, "--headless", "--model", small_model)
    assert status == 0
    assert parsed(lines)[-1]["frames"] == 1


def test_a_missing_model_is_reported():
    assert "nothere.onnx" in refused("--demo", "--headless", "--model", "nothere.onnx")


def test_half_a_model_is_reported(small_model, tmp_path):
    half = tmp_path / "half.onnx"
    half.write_bytes(small_model.read_bytes()[:5000])
    assert "half.onnx" in refused("--demo", "--headless", "--model", half)


DAMAGES = {
    "garbled": lambda spec: spec[:100],
    "another size": lambda spec: spec.replace('"height": 32', '"height": 64'),
    "a size that is no whole number": lambda spec: spec.replace('"height": 32', '"height": 32.0'),
    "a label fewer": lambda spec: spec.replace('"Thumb Up"], "height"', '], "height"').replace(", ]", "]"),
    "labels that are text": lambda spec: re.sub(r'"labels": \[.*?\]', '"labels": "abcde"', spec),
    "labels that are numbers": lambda spec: re.sub(r'"labels": \[.*?\]', '"labels": [1, 2, 3, 4, 5]', spec),
    "another embedding": lambda spec: re.sub(r'"embedding_width": (\d+)', r'"embedding_width": 1\1', spec),
    "another layer": lambda spec: spec.replace('"layer": "features.1', '"layer": "features.99'),
    "an endless rate": lambda spec: spec.replace('"rate_hz": 12.0', '"rate_hz": Infinity'),
    "smoothing in words": lambda spec: re.sub(r'"smooth_s": [\d.]+', '"smooth_s": "a"', spec),
    "smoothing backwards": lambda spec: re.sub(r'"smooth_s": [\d.]+', '"smooth_s": -1', spec),
    "no name": lambda spec: spec.replace('"name": "small"', '"name": null'),
}


@pytest.mark.parametrize("damage", ["no description", *DAMAGES])
def test_a_model_with_a_wrong_description_is_reported(small_model, tmp_path, damage):
    import onnx

    model = onnx.load(small_model)
    (entry,) = model.metadata_props
    before = entry.value
    if damage == "no description":
        del model.metadata_props[:]
    else:
        entry.value = DAMAGES[damage](before)
        assert entry.value != before
    onnx.save(model, tmp_path / "wrong.onnx")
    with pytest.raises(ModelFileError, match=r"wrong\.onnx.*xport") as caught:
        load_engine(tmp_path / "wrong.onnx")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("asked", ["--demo", "--doctor"])
def test_the_program_says_so_too(small_model, tmp_path, asked):
    import onnx

    model = onnx.load(small_model)
    model.metadata_props[0].value = DAMAGES["a label fewer"](model.metadata_props[0].value)
    onnx.save(model, tmp_path / "wrong.onnx")
    status, lines, errors = main(asked, "--headless", "--model", tmp_path / "wrong.onnx")
    assert status == 2
    assert "wrong.onnx" in errors + "".join(lines)


@pytest.mark.parametrize("damage", ["no spec", "no config", "a config that is a list", "a label fewer", "no weights"])
def test_a_checkpoint_that_does_not_fit_is_reported(small_model, tmp_path, damage):
    import torch

    content = torch.load(small_model.with_suffix(".pt"), weights_only=True)
    if damage == "a config that is a list":
        content["config"] = [1]
    elif damage == "a label fewer":
        content["spec"] = DAMAGES["a label fewer"](content["spec"])
    else:
        del content[damage.split()[1]]
    torch.save(content, tmp_path / "wrong.pt")
    with pytest.raises(ModelFileError, match=r"wrong\.pt") as caught:
        load_engine(tmp_path / "wrong.pt")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"words\n", b"PK\x03\x04 half a zip"])
def test_a_damaged_checkpoint_is_reported_in_our_words(tmp_path, content):
    path = tmp_path / "wrong.pt"
    path.write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        load_engine(path)
    assert str(caught.value) == f"{path} is damaged or no PyTorch file. Copy or save it again."


def test_events_that_cannot_be_written_are_reported(tmp_path):
    assert "cannot write" in refused("--demo", "--headless", "--events", tmp_path / "no" / "events.jsonl")


def test_a_window_without_a_display_is_reported():
    assert "--headless" in refused("--demo")


def test_control_dry_runs_the_demo_and_the_lines_stay_lines():
    status, lines, errors = main("--demo", "--headless", "--max-frames", 200, "--control", "slides", "--dry-run")
    assert status == 0
    assert parsed(lines)[1] == {"v": 1, "type": "control", "armed": True}
    said = [line.removeprefix("mstnet: ") for line in errors.splitlines()]
    assert said[0] == "control is on"
    acts = {"Swiping Left: press right", "Swiping Right: press left", "control is off (Stop Sign)"}
    assert len(said) >= 3
    assert set(said[1:]) <= acts


def test_the_bindings_are_listed_without_a_camera():
    status, lines, errors = main("--control", "slides", "--list")
    assert (status, errors) == (0, "")
    assert lines[1].split() == [
        "Swiping",
        "Left,",
        "Sliding",
        "Two",
        "Fingers",
        "Left",
        "next",
        "slide:",
        "press",
        "right",
    ]
    assert "does nothing without --control" in refused("--list")


def test_a_key_map_that_is_not_there_is_reported():
    assert "did you mean 'slides'?" in refused("--demo", "--headless", "--control", "slide")


def test_a_gesture_that_the_model_does_not_know_is_reported(small_model, tmp_path):
    key_map = tmp_path / "mine.toml"
    key_map.write_text('gestures."Thumb Up".key = "a"\ngestures."Thumb Upp".key = "b"')
    line = refused("--demo", "--headless", "--model", small_model, "--control", key_map, "--dry-run")
    assert "mine.toml:2: unknown gesture 'Thumb Upp'; did you mean 'Thumb Up'?" in line


@pytest.fixture
def unsure(tmp_path):
    """A model and a clip that lies between two swipes for a second, and a vocabulary in which they are one."""
    from grey import grey_clip, grey_model

    (tmp_path / "mine.toml").write_text('[groups]\nswipe = ["Swiping Left", "Swiping Right"]')
    clip = grey_clip(tmp_path / "clip.avi", ("No gesture", 0.5), (100, 1.0), ("No gesture", 0.5))
    return (
        "--camera",
        clip,
        "--headless",
        "--main-pass-only",
        "--model",
        grey_model(tmp_path / "grey.onnx", sharpness=0.002),
    )


def test_gestures_that_mean_the_same_decide_together(unsure, tmp_path):
    status, lines, errors = main(*unsure)
    assert (status, errors, len(lines)) == (0, "", 2)
    status, lines, errors = main(*unsure, "--vocabulary", tmp_path / "mine.toml")
    header, gesture, _ = parsed(lines)
    assert header["groups"] == {"swipe": ["Swiping Left", "Swiping Right"]}
    assert gesture["group"] == "swipe"
    assert gesture["label"] in header["groups"]["swipe"]


def test_control_decides_with_the_labels_of_its_key_map_and_the_events_with_all(unsure, tmp_path):
    key_map = tmp_path / "mine.toml"
    key_map.write_text('gestures."Swiping Left" = { also = ["Swiping Right"], key = "a" }')
    status, lines, errors = main(*unsure, "--control", key_map, "--dry-run")
    assert (status, [line["type"] for line in parsed(lines)]) == (0, ["header", "control", "summary"])
    assert len(re.findall(r"Swiping Left: press a|Swiping Right \(as Swiping Left\): press a", errors)) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[groups]\nup = ["Thumb Upp"]', "mine.toml:2: unknown gesture 'Thumb Upp'; did you mean 'Thumb Up'?"),
        ("up = Thumb Up", "mine.toml:1: "),
        ("", "mine.toml has no groups"),
    ],
)
def test_a_vocabulary_that_cannot_be_used_is_reported(small_model, tmp_path, text, said):
    (tmp_path / "mine.toml").write_text(text)
    assert said in refused("--demo", "--headless", "--model", small_model, "--vocabulary", tmp_path / "mine.toml")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a desktop")
def test_control_without_a_desktop_is_reported():
    assert "--dry-run works without" in refused("--demo", "--headless", "--control", "slides", "--armed")


def test_control_without_its_packages_is_reported_and_a_dry_run_needs_none(tmp_path):
    def run(*arguments):
        script = (
            "import sys; [sys.modules.__setitem__(name, None) for name in ('pynput', 'evdev', 'Xlib')]\n"
            f"import main; sys.exit(main.main(['--demo', '--headless', '--max-frames', '5', *{arguments!r}]))"
        )
        line = [sys.executable, "-c", script]
        return subprocess.run(line, check=False, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert run("--control", "slides", "--dry-run").returncode == 0
    for back_end in ("pynput", "uinput"):
        done = run("--control", "slides", "--control-through", back_end)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert f"cannot control the desktop through {back_end}" in done.stderr


@pytest.mark.parametrize("wrong", [("--max-frames", "0"), ("--duration", "-1"), ("--fps", "nan"), ("--engine", "magic"),
                                   ("--camera", "0", "--demo"), ("--unknown",)])  # fmt: skip
def test_wrong_options_are_reported(wrong):
    status, lines, errors = main(*wrong, "--headless")
    assert status == 2
    assert lines == []
    assert errors.count("\n") == 1
    assert wrong[0] in errors


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize(("sent", "status"), [("SIGINT", 130), ("SIGTERM", 0), ("SIGHUP", 0)])
def test_a_signal_ends_it_with_whole_lines(small_model, sent, status):
    arguments = command(
        "--demo", "--realtime", "--headless", "--main-pass-only", "--model", small_model, "--trace", "-"
    )
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        first = [process.stdout.readline() for _ in range(3)]
        process.send_signal(getattr(signal, sent))
        rest, errors = process.communicate(timeout=30)
    assert process.returncode == status
    assert errors == ""
    assert parsed([*first, *rest.splitlines()])[-1]["type"] == "summary"


def test_a_reader_that_has_had_enough_is_no_error(small_model):
    arguments = command("--demo", "--headless", "--main-pass-only", "--model", small_model, "--trace", "-")
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait(30) == 0
    assert errors == ""


def test_questions():
    status, (line,), _ = main("--version")
    assert (status, line.split()[-1]) == (0, __version__)
    status, lines, _ = main("--doctor")
    assert status == 0
    assert any("onnxruntime" in line for line in lines)
    assert any("ms per step" in line for line in lines)
    assert [line.split()[2] for line in lines if " control: " in line] == ["pynput", "uinput"]
    status, _, _ = main("--list-cameras")
    assert status == 0
    status, lines, _ = main("--help")
    assert status == 0
    assert any("--camera" in line for line in lines)


def test_the_doctor_tells_a_broken_model(tmp_path):
    (tmp_path / "broken.onnx").write_bytes(b"nothing")
    status, lines, _ = main("--doctor", "--model", tmp_path / "broken.onnx")
    assert status == 2
    assert any(line.lstrip().startswith("bad") and "broken.onnx" in line for line in lines)


def test_running_needs_neither_torch_nor_qt():
    script = (
        "import sys; sys.modules['torch'] = sys.modules['PyQt6'] = sys.modules['onnx'] = None\n"
        "import main; sys.exit(main.main(['--demo', '--headless', '--max-frames', '5']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["frames"] == 5


def test_a_package_that_does_not_load_is_reported():
    script = "import sys; sys.modules['cv2'] = None\nimport main"
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert "cv2 does not load here" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_the_window_recognises_and_ends_in_good_order(tmp_path):
    """The complete app, with the window, on Qt's own screen in memory: gestures are reported, SIGTERM ends it."""
    pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)
    events = tmp_path / "events.jsonl"
    settings = {"QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": str(tmp_path)}
    arguments = command("--demo", "--events", events)
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, env=NO_DISPLAY | settings) as process:
        until(lambda: events.exists() and '"gesture"' in events.read_text(), timeout_s=60)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    header, gesture, *_, summary = parsed(events.read_text().splitlines())
    assert (header["type"], gesture["type"], summary["type"]) == ("header", "gesture", "summary")


def test_an_older_log_survives_a_run_that_did_not_begin(tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text("what was there\n")
    refused("--camera", "nothere.mp4", "--headless", "--events", log)
    assert log.read_text() == "what was there\n"
    for _ in range(2):  # and every run adds to it
        assert main("--demo", "--headless", "--max-frames", 1, "--events", log)[0] == 0
    first, *lines = log.read_text().splitlines()
    assert first == "what was there"
    assert [line["type"] for line in parsed(lines)] == ["header", "summary"] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize(
    ("sent", "status", "options", "awaited"),
    [
        (signal.SIGINT, 130, ("--realtime",), "header"),
        (signal.SIGTERM, 0, ("--max-frames", "150"), "summary"),  # all frames go by, and the reader is waited for
    ],
)
def test_a_reader_that_stalls_stops_neither_the_line_nor_a_signal(
    small_model, sent, status, options, awaited, tmp_path
):
    """A pager that stopped reading: its pipe is full; standard error goes to it, too."""
    log = tmp_path / "log"
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    written = ("--trace", "-", "--events", log)
    arguments = command("--camera", DEMO, *options, "--headless", "--model", small_model, *written)
    try:
        with subprocess.Popen(arguments, stdout=writing, stderr=writing) as process:
            until(lambda: log.exists() and f'"{awaited}"' in log.read_text(), 60)
            assert process.poll() is None
            process.send_signal(sent)
            began = time.monotonic()
            assert process.wait(30) == status
            assert time.monotonic() - began < 20  # it never ended; on a quiet machine it takes 1.5 s
    finally:
        os.close(reading)
        os.close(writing)
    assert parsed(log.read_text().splitlines())[-1]["type"] == "summary"


@pytest.mark.skipif(sys.platform != "linux", reason="makes a pipe small")
def test_a_pipe_that_does_not_block_gets_every_line(small_model):
    """Standard output may be shared with a program that made it non-blocking, such as Node or ssh."""
    arguments = command("--demo", "--headless", "--max-frames", 150, "--model", small_model, "--trace", "-")
    whole = subprocess.run(arguments, check=True, capture_output=True).stdout
    import fcntl  # Unix only

    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    with subprocess.Popen(arguments, stdout=writing) as process:
        until(lambda: not select.select([], [writing], [], 0)[1], 60)  # the pipe is full
        os.close(writing)
        with open(reading, "rb") as pipe:
            got = pipe.read()
    assert process.returncode == 0
    assert without_timings(got.splitlines()) == without_timings(whole.splitlines())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "arguments", [("--demo", "--headless", "--main-pass-only", "--max-frames", "5"), ("--doctor",)]
)
def test_a_full_disk_under_standard_output_is_one_line(arguments, small_model):
    for settings in ({}, {"PYTHONUNBUFFERED": "1"}):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                command(*arguments, "--model", small_model),
                check=False,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                env=os.environ | settings,
            )
        assert done.returncode == 2
        assert "No space left" in done.stderr
        assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_under_the_version_is_one_line():
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command("--version"), check=False, stdout=full, stderr=subprocess.PIPE, text=True, env=environment
        )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("mstnet: cannot write to standard output")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_named_pipe_whose_reader_leaves_ends_nothing(small_model, tmp_path):
    pipe, log = tmp_path / "pipe", tmp_path / "log"
    os.mkfifo(pipe)
    arguments = ("--demo", "--headless", "--max-frames", 150, "--model", small_model, "--trace", pipe, "--events", log)
    with subprocess.Popen(command(*arguments), stderr=subprocess.PIPE, text=True) as process:
        with pipe.open() as reader:
            assert json.loads(reader.readline())["type"] == "header"
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "has no reader" in errors
    assert parsed(log.read_text().splitlines())[-1]["type"] == "summary"


def test_one_file_is_not_written_twice_nor_the_film_itself(tmp_path, clip):
    before = clip.read_bytes()
    assert "both write to" in refused("--demo", "--headless", "--events", tmp_path / "a", "--trace", tmp_path / "a")
    assert "is read as the camera" in refused("--camera", clip, "--headless", "--events", clip)
    assert clip.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize(
    "moment",
    [
        "import app",  # the first thing that main.py does
        "import numpy.linalg",
        "import onnxruntime.capi",
        "import app.command_line",
        "open events.jsonl",  # the model is loaded, and signals do not end the line yet
    ],
)
def test_ctrl_c_while_it_starts_is_quiet(moment, tmp_path):
    """Audit hooks report each import and each file before it happens; the process interrupts itself there."""
    script = f"""
import os, runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.addaudithook(lambda event, arguments: f"{{event}} {{arguments[0] if arguments else ''}}" == {moment!r}
                 and os.kill(os.getpid(), signal.SIGINT))
sys.argv = ["main.py", "--demo", "--headless", "--max-frames", "5", "--events", "events.jsonl"]
sys.path.insert(0, {str(ROOT)!r})
runpy.run_path({str(ROOT / "main.py")!r}, run_name="__main__")
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        check=False, capture_output=True, text=True, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode in (130, -signal.SIGINT), done.stdout, done.stderr) == (True, "", "")


def test_a_closed_standard_output_is_reported():
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *command("--demo", "--headless", "--max-frames", "5")],
        check=False, stderr=subprocess.PIPE, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "standard output is closed" in done.stderr
    assert done.stderr.count("\n") == 1
