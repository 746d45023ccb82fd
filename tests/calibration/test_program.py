"""The commands as a user runs them: record, fit, use. A file is the camera."""

import json
import os
from pathlib import Path

import cv2
import forked
import numpy as np
import pytest

from calibration.recording_options import FIRST_READY_S, READY_S

ROOT = Path(__file__).resolve().parents[2]
TAKES_AT = (5, 11, 17)
WORK_AT = (25, 35)
FPS = 12


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A square that crosses the picture during each take, and moves slightly during work."""
    path = tmp_path_factory.mktemp("film") / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), FPS, (64, 64))
    rng = np.random.default_rng(0)
    for k in range(36 * FPS):
        time_s = k / FPS
        picture = np.full((64, 64, 3), 60, np.uint8)
        if (share := crossing(time_s)) is not None:
            x, wobble = int(44 * share), rng.integers(-1, 2)
            cv2.rectangle(picture, (x, 12 + wobble), (x + 20, 52 + wobble), (30, 220, 240), -1)
        elif time_s >= WORK_AT[0]:
            cv2.circle(picture, tuple(int(c) for c in rng.integers(20, 24, 2)), 5, (90, 80, 70), -1)
        writer.write(picture)
    writer.release()
    return path


def crossing(time_s):
    """The position of the square, 0..1; None if there is none."""
    shares = [(time_s - at - 0.4 - late) / (1.3 + late) for at, late in zip(TAKES_AT, (0, 0.1, 0.2), strict=True)]
    return next((share for share in shares if 0 <= share <= 1), None)


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Runs the program with a separate data folder; returns status, output and errors."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment["MSTNET_DATA"] = str(tmp_path_factory.mktemp("data"))

    def said(*words):
        module, arguments = ("main", words[1:]) if words[0] == "main.py" else ("calibration.__main__", words[2:])
        done = forked.run(module, *arguments, env=environment)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout.splitlines(), done.stderr

    return said


@pytest.fixture(scope="module")
def recorded(said, film, small_model):
    plan = ("--gesture", "Cross the picture", "--takes", 3, "--work", 10)
    how = ("--camera", film, "--headless", "--model", small_model)
    return said("-m", "calibration", "record", "--profile", "ann", *plan, *how)


def test_recording_guides_in_the_terminal_and_says_what_is_next(recorded):
    status, lines, errors = recorded
    assert (status, lines) == (0, [])
    assert "Cross the picture · 3 of 3: now." in errors
    assert "Just work: in 5 ..." in errors
    assert "4 of 4 recordings saved" in errors
    assert errors.splitlines()[-1].endswith("python -m calibration fit --profile ann")


def test_what_was_fitted_is_recognised(said, recorded, film, small_model):
    status, lines, errors = said("-m", "calibration", "fit", "--profile", "ann")
    assert status == 0
    work, target = errors.splitlines()  # the network is not trained, and one of its gestures fires at anything
    assert "of work are recorded, too little" in work
    assert "the target is missed" in target
    assert any("Cross the picture" in line and "3/3" in line for line in lines)
    line = ("main.py", "--camera", film, "--headless", "--main-pass-only", "--model", small_model, "--profile", "ann")
    status, lines, errors = said(*line)
    assert (status, errors) == (0, "")
    header, *events, _ = map(json.loads, lines)
    assert header["labels"][-1] == "Cross the picture"
    fired = [event["fired_s"] for event in events if event["label"] == "Cross the picture"]
    assert len(fired) == len(TAKES_AT)
    assert all(at < fired_s < at + 4 for at, fired_s in zip(TAKES_AT, fired, strict=True))


def test_takes_may_be_shown_to_another_model(said, recorded, film, small_model, tmp_path):
    from networks import small_net, small_spec

    from training.export.stream_export import export

    net = small_net("mobilenet_v2", "mixtconv", seed=1)
    other = tmp_path / "other.onnx"
    export(net, small_spec(net), other)
    said("-m", "calibration", "fit", "--profile", "ann")
    use = ("main.py", "--camera", film, "--headless", "--max-frames", 5, "--profile", "ann", "--model")
    status, _, errors = said(*use, other)
    assert status == 2
    assert errors.count("\n") == 1
    assert "was made for model small" in errors
    anyway = ("--save-anyway", "Cross the picture")  # random weights may see little in the takes
    status, _, errors = said("-m", "calibration", "fit", "--profile", "ann", "--model", other, *anyway)
    assert (status, "of work are recorded" in errors.splitlines()[0]) == (0, True)
    assert said(*use, other)[0] == 0
    assert said(*use, small_model)[0] == 2


def test_what_cannot_be_recorded_is_reported_in_one_line(said, film, small_model):
    record = ("-m", "calibration", "record", "--profile", "bob", "--camera", film, "--headless", "--model", small_model)
    for words, message in (
        (("--gesture", "No gesture"), "is not a gesture"),
        (("--work", "0"), "nothing to record"),
        (("--gesture", "..."), "is not a name"),
    ):
        status, _, errors = said(*record, *words)
        assert status == 2
        assert errors.count("\n") == 1
        assert message in errors


def test_a_video_that_is_too_short_leaves_whole_takes(said, film, small_model):
    plan = ("--gesture", "Cross", "--takes", 9, "--work", 0)
    status, _, errors = said(
        "-m", "calibration", "record", "--profile", "eve", *plan, "--camera", film, "--headless", "--model", small_model
    )
    assert status == 2
    assert "film.avi ended after 5 of 9 recordings, which are saved" in errors.splitlines()[-1]


def test_a_missing_profile_is_reported(said, film, small_model):
    status, lines, errors = said(
        "main.py", "--camera", film, "--headless", "--model", small_model, "--profile", "unknown"
    )
    assert (status, lines) == (2, [])
    assert "no profile 'unknown'" in errors
    assert errors.count("\n") == 1


def test_a_recording_that_ends_before_its_first_take_is_no_success(said, film, small_model):
    words = ("--profile", "dan", "--gesture", "Cross", "--work", 0, "--max-frames", 24)
    line = ("-m", "calibration", "record", *words, "--camera", film, "--headless", "--model", small_model)
    status, _, errors = said(*line)
    assert status == 2
    assert "nothing was recorded" in errors.splitlines()[-1]
    assert "Next:" not in errors


def test_what_a_fit_needs_is_reported_in_one_line_and_nothing_is_saved(said, recorded):
    for words, message in (
        (("--profile", "unknown"), "nothing is recorded in"),
        (("--profile", "ann", "--save-anyway", "Square"), "there is: Cross the picture"),
        (("--profile", "ann", "--save-anyway", "..."), "is not a name"),
    ):
        status, lines, errors = said("-m", "calibration", "fit", *words)
        assert (status, lines) == (2, [])
        assert errors.count("\n") == 1
        assert message in errors


def test_a_profile_may_stand_before_the_command_and_another_option_is_named(said, film, small_model):
    missing = said("-m", "calibration", "fit", "--profile", "nobody", "--model", small_model)
    assert said("-m", "calibration", "--profile", "nobody", "fit", "--model", small_model) == missing
    listed = said("-m", "calibration", "gestures", "list", "--profile", "nobody")
    assert said("-m", "calibration", "--profile=nobody", "gestures", "list") == listed
    plan = ("--camera", film, "--headless", "--model", small_model, "--gesture", "Cross the picture", "--takes", 3)
    assert said("-m", "calibration", "--profile", "bea", "record", *plan, "--work", 10)[0] == 0
    assert "Cross the picture" in "".join(said("-m", "calibration", "gestures", "takes", "--profile", "bea")[1])
    for words in (("--model", small_model, "fit"), ("--profile", "ann"), ("--profile", "ann", "--false", 2, "fit")):
        status, _, errors = said("-m", "calibration", *words)
        assert (status, errors.count("\n")) == (2, 1)
        assert "record, fit, gestures, thresholds" in errors


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_may_follow_a_profile(said, word):
    general = said("-m", "calibration", "--help")
    assert general[0] == 0
    assert said("-m", "calibration", "--profile", "ann", word) == general


def test_a_rename_with_one_name_is_told_that_it_needs_two(said):
    status, _, errors = said("-m", "calibration", "gestures", "rename", "Mix")
    assert status == 2
    assert errors.count("\n") == 1
    assert "GESTURE NEW_NAME" in errors


def test_the_help_of_record_shows_its_own_options_and_the_count_down(said):
    status, lines, errors = said("-m", "calibration", "record", "--help")
    text = " ".join(" ".join(lines).split())
    assert (status, errors) == (0, "")
    assert all(option in text for option in ("--gesture", "--takes", "--take-seconds", "--work", "--profile"))
    assert "--control" not in text
    assert f"{FIRST_READY_S:g} s comes before the first take" in text
    document = (ROOT / "docs" / "personal-gestures.md").read_text(encoding="utf-8")
    assert f"{FIRST_READY_S:g} s before the first take of a gesture and before work, {READY_S:g} s before" in document


def draw_clip(path, late, seconds=2.5):
    """The square crosses the picture once, as in the film."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), FPS, (64, 64))
    rng = np.random.default_rng(round(100 * late))
    for k in range(round(seconds * FPS)):
        picture, share = np.full((64, 64, 3), 60, np.uint8), (k / FPS - 0.3) / (1.3 + late)
        if 0 <= share <= 1:
            x, wobble = int(44 * share), rng.integers(-1, 2)
            cv2.rectangle(picture, (x, 12 + wobble), (x + 20, 52 + wobble), (30, 220, 240), -1)
        writer.write(picture)
    writer.release()
    return path


def draw_work(path, seconds=12):
    """A spot that moves slightly."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), FPS, (64, 64))
    rng = np.random.default_rng(0)
    for _ in range(seconds * FPS):
        picture = np.full((64, 64, 3), 60, np.uint8)
        cv2.circle(picture, tuple(int(c) for c in rng.integers(20, 24, 2)), 5, (90, 80, 70), -1)
        writer.write(picture)
    writer.release()
    return path


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    for k in range(3):
        draw_clip(folder / f"{k}.avi", late=k / 10)
    return folder


def test_clips_are_takes_and_the_gesture_in_them_is_learnt(said, clips, small_model, tmp_path):
    draw_clip(clips / "short.avi", 0, seconds=0.4)
    (clips / "broken.mp4").write_bytes(b"no video")
    (clips / "notes.txt").write_text("not looked at")
    words = ("record", "--profile", "cleo", "--gesture", "Cross the picture", "--clip", clips, "--model", small_model)
    status, lines, errors = said("-m", "calibration", *words)
    assert (status, lines) == (0, [])
    left_out = [line for line in errors.splitlines() if "is left out" in line]
    assert len(left_out) == 2
    assert "broken.mp4" in left_out[0]
    assert "short.avi" in left_out[1]
    assert "3 of 5 clips saved" in errors.splitlines()[-1]
    status, _, errors = said("-m", "calibration", *words)
    assert status == 2  # the same clips again
    assert errors.count("is recorded already") == 3
    work = draw_work(tmp_path / "work.avi")
    record = ("-m", "calibration", "record", "--profile", "cleo", "--work-clip", work, "--model", small_model)
    assert said(*record)[0] == 0
    status, lines, errors = said("-m", "calibration", "fit", "--profile", "cleo")
    assert status == 0, errors
    assert any("Cross the picture" in line and "3/3" in line for line in lines)
    _, listed, _ = said("-m", "calibration", "gestures", "--profile", "cleo", "takes")
    assert len(listed) == 3 + 1
    assert listed[-1].startswith("Work without gestures: take 1, 12.")


def test_what_cannot_be_recorded_from_clips_is_reported_in_one_line(said, clips, film, small_model, tmp_path):
    for words, message in (
        (("--clip", clips), "--clip needs one --gesture"),
        (("--clip", clips, "--gesture", "A1", "--gesture", "B2"), "--clip needs one --gesture"),
        (("--work-clip", film, "--gesture", "Wave"), "--clip needs one --gesture"),
        (("--clip", tmp_path / "no.mp4", "--gesture", "Wave"), "no.mp4 does not exist"),
        (("--clip", tmp_path, "--gesture", "Wave"), "contains no video"),
        (("--clip", clips, "--gesture", "Wave", "--takes", 3), "--takes has no effect with --clip"),
        (("--clip", clips, "--gesture", "Wave", "--camera", film), "--camera has no effect with --clip"),
        (("--clip", clips, "--gesture", "Swipping Left"), "did you mean 'Swiping Left'"),
    ):
        status, _, errors = said("-m", "calibration", "record", "--profile", "dora", *words, "--model", small_model)
        assert status == 2, words
        assert errors.count("\n") == 1, errors
        assert message in errors


def test_a_misspelt_gesture_is_refused_before_the_recording_unless_it_is_new(said, film, small_model):
    words = ("record", "--profile", "flo", "--gesture", "Swipping Left", "--takes", 1, "--work", 0)
    how = ("--camera", film, "--headless", "--model", small_model)
    status, _, errors = said("-m", "calibration", *words, *how)
    assert (status, errors.count("\n")) == (2, 1)
    assert "did you mean 'Swiping Left'" in errors
    assert said("-m", "calibration", *words, "--new-gesture", *how)[0] == 0
