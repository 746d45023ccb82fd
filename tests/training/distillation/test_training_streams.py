from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.frame import Image
from training.distillation.camera_augmentation import CameraModel, apply_appearance, sample_camera, teacher_camera, warp
from training.distillation.matting import KeyedHand, blend, sample_cutout
from training.distillation.training_streams import FAST_SPEEDS, SHARES, StreamSampler
from training.jester import LABELS
from training.recording_list import Recording

SIZE, TEACHER_SIDE, RATE_HZ = 32, 48, 6.0
IDENTITY = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, 2)


class FakeCache:
    """Recordings of 60 pictures whose brightness rises with the frame number."""

    def pictures(self, recording: Recording) -> Image:
        return np.stack([np.full((40, 56, 3), 60 + 2 * k, np.uint8) for k in range(60)])


def recording(source: str, label: str, name: str = "a") -> Recording:
    return Recording(Path(f"{source}-{name}.mp4"), label, "train", source, 12.0, ((10, 40),))


def sampler(*recordings: Recording, faster: float = 0.5) -> StreamSampler:
    return StreamSampler(recordings, FakeCache(), LABELS, SIZE, TEACHER_SIDE, RATE_HZ, faster)


MIXED = (
    recording("nvgesture", "Swiping Left"),
    recording("silhouettes", "Thumb Up"),
    recording("generated", "Swiping Left"),
    recording("driver", "Doing other things"),
    recording("signs", "Doing other things"),
)


def test_a_stream_has_its_length_and_knows_every_step() -> None:
    stream = sampler(*MIXED).draw(np.random.default_rng(0), 90)
    assert stream.pictures.shape == (90, SIZE, SIZE, 3)
    assert stream.teacher_pictures.shape == (90, TEACHER_SIDE, TEACHER_SIDE, 3)
    assert stream.pictures.dtype == stream.teacher_pictures.dtype == np.uint8
    pictures = stream.pictures
    for step in range(90):
        scene, picture = stream.at(step)
        assert np.array_equal(scene.pictures[picture], pictures[step])


def test_the_same_seed_draws_the_same_stream() -> None:
    one, again = (sampler(*MIXED).draw(np.random.default_rng(5), 60) for _ in range(2))
    other = sampler(*MIXED).draw(np.random.default_rng(6), 60)
    assert np.array_equal(one.pictures, again.pictures)
    assert not np.array_equal(one.pictures, other.pictures)


def test_mirroring_and_playing_backwards_change_the_label() -> None:
    swipes, cases = sampler(recording("generated", "Swiping Left")), set()
    for seed in range(16):
        scene, _ = swipes.draw(np.random.default_rng(seed), 10).at(0)
        is_mirrored = sample_camera(np.random.default_rng(seed)).mirrored  # the camera is drawn first
        is_backwards = scene.teacher_pictures[0].mean() > scene.teacher_pictures[-1].mean()
        (label,) = scene.labels
        assert LABELS[label] == ("Swiping Left" if is_mirrored == is_backwards else "Swiping Right")
        cases.add((is_mirrored, bool(is_backwards)))
    assert len(cases) == 4


def test_gestures_are_at_the_spans_of_their_recording_forwards_and_backwards() -> None:
    twice = replace(recording("generated", "Thumb Up"), spans=((10, 20), (30, 40)))
    for seed in range(16):
        scene = sampler(twice).draw(np.random.default_rng(seed), 10).scenes[0]
        moves = np.diff([picture.mean() for picture in scene.pictures]) != 0  # False in the rest at either end
        for steps in scene.gestures:
            assert 0.7 * 5 / scene.speed - 1 <= len(steps) <= 1.3 * 5 / scene.speed + 1
            assert moves[steps.start : steps.stop].all()
        assert scene.gestures[0].stop < scene.gestures[1].start


def test_a_gesture_of_ambiguous_direction_has_both_labels() -> None:
    turns = sampler(recording("plain_unsure", "Turning Hand Clockwise"))
    either = {LABELS.index("Turning Hand Clockwise"), LABELS.index("Turning Hand Counterclockwise")}
    assert all(set(turns.draw(np.random.default_rng(k), 10).scenes[0].labels) == either for k in range(8))


def test_the_teachers_camera_is_steady_and_shows_the_same_frames() -> None:
    thumbs = sampler(recording("generated", "Thumb Up"))
    for seed in range(8):
        scene = thumbs.draw(np.random.default_rng(seed), 10).scenes[0]
        frames = (scene.teacher_pictures.mean((1, 2, 3)) - 60) / 2  # the frame number
        np.testing.assert_allclose(frames, frames.round(), atol=0.01)
        assert np.ptp(scene.teacher_pictures.reshape(len(scene.teacher_pictures), -1), 1).max() == 0


def test_beyond_a_recording_another_room_is_shown() -> None:
    camera = teacher_camera(sample_camera(np.random.default_rng(0)), np.random.default_rng(0))
    far = replace(camera, zoom=2.0, mirrored=False)
    shot, room = np.full((40, 40, 3), 200, np.uint8), np.full((30, 60, 3), 50, np.uint8)
    picture = warp(far, shot, SIZE, 0.0, room)[..., 0]
    assert (picture[SIZE // 2, SIZE // 2], picture[1, 1], picture[-2, -2]) == (200, 50, 50)
    assert (picture > 125).mean() == pytest.approx(0.25, abs=0.05)
    assert (warp(far, shot, SIZE, 0.0) == 200).all()  # reflected


def test_some_scenes_are_faster() -> None:
    stream = sampler(recording("generated", "Thumb Up")).draw(np.random.default_rng(1), 600)
    speeds = np.array([scene.speed for scene in stream.scenes])
    assert 0.25 < (speeds == 1).mean() < 0.75
    assert FAST_SPEEDS[0] <= speeds[speeds > 1].min() < speeds.max() <= FAST_SPEEDS[1]
    lengths = np.array([len(scene.gestures[0]) for scene in stream.scenes])
    assert lengths[speeds > 1.6].mean() < 0.7 * lengths[speeds == 1].mean()


def test_no_scene_is_faster_at_a_share_of_0() -> None:
    stream = sampler(recording("generated", "Thumb Up"), faster=0.0).draw(np.random.default_rng(1), 600)
    assert {scene.speed for scene in stream.scenes} == {1.0}


def test_an_idle_scene_has_no_gestures() -> None:
    stream = sampler(recording("driver", "Doing other things")).draw(np.random.default_rng(0), 60)
    assert all(scene.gestures == () for scene in stream.scenes)


def test_shares_do_not_depend_on_the_number_of_recordings() -> None:
    many = [recording("signs", "Doing other things", str(k)) for k in range(50)]
    stream = sampler(recording("generated", "Thumb Up"), *many).draw(np.random.default_rng(0), 3000)
    generated = np.mean([LABELS[scene.labels[0]] == "Thumb Up" for scene in stream.scenes])
    assert generated == pytest.approx(SHARES["generated"], abs=0.12)


@pytest.mark.parametrize("source", ["nvgesture", "silhouettes", "plain_sure"])
def test_a_matte_is_composited_over_the_background(source: str) -> None:
    shot = np.zeros((40, 40, 3), np.uint8)
    shot[10:, 15:25] = 255
    behind = np.full((40, 56, 3), 7, np.uint8)
    both = sample_cutout(recording(source, "Thumb Up"), np.random.default_rng(0)).over(shot, behind, 0)
    assert both.shape == behind.shape
    assert np.array_equal(both[:5, :5], behind[:5, :5])
    assert both[35:].max() > 60


def test_a_hand_comes_in_from_below_and_moves() -> None:
    shot = np.zeros((40, 40, 3), np.uint8)
    shot[10:, 15:25] = 255
    behind = np.full((40, 56, 3), 7, np.uint8)
    hand = sample_cutout(recording("keyed", "Doing other things"), np.random.default_rng(0))
    masks = [hand.over(shot, behind, step).max(-1) > 60 for step in range(60)]
    visible = [mask for mask in masks if mask.any()]
    assert 20 < len(visible) < 60  # it comes and goes
    assert all(mask[-1].any() for mask in visible)
    middles = [np.argwhere(mask).mean(0) for mask in visible]
    assert np.ptp(middles, 0).min() > 4


@pytest.mark.parametrize("seed", range(5))
def test_a_hand_leaves_completely_and_never_jumps(seed: int) -> None:
    hand = sample_cutout(recording("keyed", "Doing other things"), np.random.default_rng(seed))
    assert isinstance(hand, KeyedHand)
    _, below, size = hand.path.T
    assert (below >= size).any()  # out of sight, whatever its height in its picture
    assert not ((below > 0.36) & (below < size) & (np.gradient(below) == 0)).any()
    there_and_back = np.concatenate([hand.path, hand.path[:1]])
    assert np.abs(np.diff(there_and_back, axis=0)).max() < 1.5
    assert np.allclose(hand.path[0], hand.path[-1])


def test_blend_mixes_by_opacity() -> None:
    one, other = np.full((2, 2, 3), 200, np.uint8), np.full((2, 2, 3), 100, np.uint8)
    mixed = blend(one, other, np.array([[0, 0.5], [0.25, 1]], np.float32))
    assert mixed[:, :, 0].tolist() == [[100, 150], [125, 200]]


def test_a_camera_moves_only_by_its_shake() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (40, 56, 3), dtype=np.uint8)
    cameras = [sample_camera(np.random.default_rng(k)) for k in range(30)]
    for camera in cameras:
        still = np.array_equal(warp(camera, picture, SIZE, 0), warp(camera, picture, SIZE, 1))
        assert still == (camera.shake == 0)
    assert {camera.shake == 0 for camera in cameras} == {True, False}


def test_a_camera_is_tilted_and_stretched_about_its_centre() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[24:40, 24:40] = 255  # a square in the middle
    plain = replace(sample_camera(np.random.default_rng(0)), zoom=1.0, centre=(0, 0), turn=0.0, stretch=1.0, shake=0.0)

    def size(camera: CameraModel) -> tuple[float, float, float]:
        rows, columns = np.nonzero(warp(camera, picture, 64, 0.0)[:, :, 0] > 127)
        assert np.allclose([rows.mean(), columns.mean()], 31.5, atol=1)
        return float(np.ptp(rows)), float(np.ptp(columns)), float(len(rows))

    height, width, area = size(plain)
    assert height == width == 15
    low, wide, as_much = size(replace(plain, stretch=1.44))
    assert (low, wide) == pytest.approx((15 / 1.2, 15 * 1.2), abs=1.5)
    assert as_much == pytest.approx(area, rel=0.1)
    assert size(replace(plain, turn=np.pi / 4))[:2] == pytest.approx((15 * 2**0.5,) * 2, abs=2)


def test_saturation_scales_the_colours() -> None:
    red = np.full((4, 4, 3), (200, 60, 60), np.uint8)
    camera = replace(sample_camera(np.random.default_rng(0)), blur=0.0, noise=0.0, curve=IDENTITY)
    spread = [
        np.ptp(apply_appearance(replace(camera, saturation=s), red, np.random.default_rng(0))[0, 0])
        for s in (0.0, 0.5, 1.0)
    ]
    assert spread[0] == 0
    assert spread[1] == pytest.approx(70, abs=2)
    assert spread[2] == 140
