import itertools
from dataclasses import replace

import numpy as np
import pytest

from common.video import video_frames, write_video
from training.jester import LABELS
from training.synthetic.drawn_clip import DrawnClip, Event, Format, generate, stream
from training.synthetic.sensor import Sensor

TINY = Format(height=40, width=54, fps=6.0, moments=2)


def pixels(recording: DrawnClip) -> np.ndarray:
    return np.stack(list(recording.frames()))


def moving_mass(recording: DrawnClip, time_s: float) -> np.ndarray:
    """Middle of the pixels that differ from the scene without an arm, (x, y)."""
    recording = replace(recording, sensor=Sensor(noise=0.0, quality=100))
    times = time_s + np.zeros(1)
    with_arm = recording.scene.picture(recording.path(times))
    away = recording.path(np.zeros(1))
    changed = np.abs(with_arm - recording.scene.picture(away)).sum(-1) > 0.05
    return np.array([np.flatnonzero(changed.any(0)).mean(), np.flatnonzero(changed.any(1)).mean()])


@pytest.mark.parametrize("label", LABELS)
def test_every_label_generates(label: str) -> None:
    recording = generate(label, 5, TINY)
    clip = pixels(recording)
    assert clip.shape == (len(recording), 40, 54, 3)
    assert clip.dtype == np.uint8
    assert len(recording) >= 18
    assert clip.std() > 10
    (event,) = recording.events
    assert event.label == label
    assert 0 <= event.start_s <= event.end_s <= recording.duration_s


def test_the_same_seed_gives_the_same_clip() -> None:
    first, again, other = (pixels(generate("Shaking Hand", seed, TINY)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or (first != other).any()


def test_a_recording_can_be_rendered_twice() -> None:
    recording = generate("Thumb Up", 3, TINY)
    np.testing.assert_array_equal(pixels(recording), pixels(recording))


@pytest.mark.parametrize("seed", range(6))  # both hands among them
@pytest.mark.parametrize(
    ("label", "axis", "sign"),
    [("Swiping Left", 0, 1), ("Swiping Right", 0, -1), ("Swiping Down", 1, 1), ("Swiping Up", 1, -1)],
)
def test_the_arm_in_the_picture_moves_in_the_direction_of_the_label(
    label: str, axis: int, sign: int, seed: int
) -> None:
    recording = generate(label, seed, Format(60, 80, 12.0, 1))
    (event,) = recording.events
    moved = moving_mass(recording, event.end_s) - moving_mass(recording, event.start_s)
    assert sign * moved[axis] > 3


@pytest.mark.parametrize("label", ["No gesture", "Stop Sign"])
def test_no_gesture_has_no_motion_of_the_arm(label: str) -> None:
    recording = generate(label, 4, TINY)
    tip = recording.path(np.arange(0, recording.duration_s, 0.05)).at
    visible = recording.scene.camera.project(tip)[:, 1] < 40
    assert visible.any() == (label != "No gesture")


def test_a_stream_holds_its_events_in_order_with_idle_between() -> None:
    labels = ("Thumb Up", "Swiping Left", "Stop Sign")
    recording = stream(labels, 7, TINY, idle_s=(0.5, 0.6))
    assert tuple(event.label for event in recording.events) == labels
    for before, after in itertools.pairwise([*recording.events, Event("end", recording.duration_s, 0)]):
        assert after.start_s - before.end_s > 0.5
    assert len(pixels(recording)) == len(recording) == round(recording.duration_s * 6)


def test_both_hands_are_used() -> None:
    assert {generate("Thumb Up", seed, TINY).scene.mirrored for seed in range(12)} == {True, False}


def test_a_written_clip_can_be_read(tmp_path) -> None:
    recording = generate("Thumb Up", 2, Format(64, 80, 6.0, 1))
    write_video(tmp_path / "clip.mp4", recording.frames(), recording.format.fps)
    frames = list(video_frames(tmp_path / "clip.mp4"))
    assert len(frames) == len(recording)
    first = next(recording.frames())
    assert np.abs(frames[0].astype(int) - first).mean() < 6
