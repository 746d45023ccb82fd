"""Batches for a clip network: the pictures of windows and their targets."""

import numpy as np
import pytest
import torch
from clip_networks import random_checkpoint, write_teacher

from models.window import ClipWindow
from training.distillation.clip_batches import LENGTHS_S, RATE_HZ, ClipBatchMaker, ClipRecipe, corrected_at, window
from training.distillation.clip_student import ClipStudent
from training.distillation.teacher import WINDOW, ClipTeacher
from training.distillation.training_streams import FilmedScene, TrainingStream
from training.jester import LABELS, MEAN
from training.transplant.shufflenet3d import transplant

THUMB_UP = LABELS.index("Thumb Up")


def scene(steps: int, label: str = "Thumb Up", speed: float = 1.0, label_weight: float = 1.0) -> FilmedScene:
    """A scene whose pictures have the grey level of their step; the gesture is in its second half."""
    pictures = np.stack([np.full((112, 112, 3), step, np.uint8) for step in range(steps)])
    gestures = (range(steps // 2, steps - 6),)
    return FilmedScene(pictures, pictures, (LABELS.index(label),), label_weight, gestures, speed)


class OneStream:
    """Stands in for a sampler."""

    def __init__(self, *scenes: FilmedScene) -> None:
        self._scenes = scenes

    def draw(self, rng: np.random.Generator, steps: int) -> TrainingStream:
        return TrainingStream(self._scenes, steps)


@pytest.fixture
def teacher(tmp_path) -> ClipTeacher:
    write_teacher(tmp_path / "teacher.onnx")
    return ClipTeacher(tmp_path / "teacher.onnx")


@pytest.mark.parametrize("seconds", [8 / 3, 11 / 6, 1.0, 0.5])
@pytest.mark.parametrize("end", [0, 5, 40, 70])
def test_training_and_app_choose_the_same_pictures(seconds: float, end: int) -> None:
    ring = ClipWindow((1, 1, 3), 8 / 3, RATE_HZ)
    for step in range(end + 1):
        ring.append(np.full((1, 1, 3), step, np.uint8), step / RATE_HZ)
    assert ring.cut(seconds, WINDOW)[:, 0, 0, 0].tolist() == window(end, seconds).tolist()


def test_a_batch_holds_each_window_of_each_step_with_the_teachers_mean(teacher: ClipTeacher) -> None:
    recipe = ClipRecipe(streams=1, seconds=5.0, first_s=4.0, every_s=0.5)
    batch = ClipBatchMaker(OneStream(scene(60, label_weight=0.0)), teacher, recipe)(0)
    assert batch.clips.shape == (4, WINDOW, 112, 112, 3)
    newest, targets = batch.clips[:, -1, 0, 0, 0], batch.targets
    oldest = batch.clips[:, 0, 0, 0, 0]
    wanted = sorted((end, int(window(end, length_s)[0])) for end in (48, 54) for length_s in LENGTHS_S)
    assert sorted(zip(newest.tolist(), oldest.tolist(), strict=True)) == wanted
    for end, soft, embedding in zip(newest, targets.soft[:, 0], targets.maps[:, 0], strict=True):
        windows = [window(int(end), length_s) for length_s in LENGTHS_S]
        reds = np.mean(windows, 0) - MEAN[0]  # the stand-in's logits are the reds of its window's pictures
        likely = np.exp((reds - reds.max()) / recipe.temperature)
        np.testing.assert_allclose(soft[:WINDOW], likely / (likely.sum() + 11 * np.exp(-reds.max() / 2)), rtol=1e-3)
        assert embedding[0, 0, 0] == pytest.approx(reds.mean(), abs=1e-3)
    np.testing.assert_allclose(targets.feature_weight, 1, atol=1e-5)


def test_windows_of_fast_gestures_are_shorter(teacher: ClipTeacher) -> None:
    recipe = ClipRecipe(streams=1, seconds=5.0, first_s=4.5, every_s=1.0)
    batch = ClipBatchMaker(OneStream(scene(60, speed=2.0)), teacher, recipe)(0)
    spans = sorted(int(clip[-1, 0, 0, 0]) - int(clip[0, 0, 0, 0]) for clip in batch.clips)
    assert spans == [10, 15]


def test_labels_correct_a_teacher_once_the_window_is_within_their_scene() -> None:
    soft = np.full(len(LABELS), 1 / len(LABELS), np.float32)
    stream = TrainingStream((scene(30), scene(60)), 90)
    np.testing.assert_array_equal(corrected_at(soft, stream, 40), soft)  # its window reaches into the scene before
    late = corrected_at(soft, stream, 80)
    assert late.argmax() == THUMB_UP
    assert late.sum() == pytest.approx(1, abs=1e-5)
    ended = corrected_at(soft, stream, 30 + 54)
    assert ended[THUMB_UP] > late[THUMB_UP] or late[THUMB_UP] == ended[THUMB_UP] == late.max()
    idle = corrected_at(soft, TrainingStream((scene(60, "No gesture"),), 60), 50)
    assert idle[[LABELS.index("No gesture"), LABELS.index("Doing other things")]].sum() == pytest.approx(1, abs=1e-5)


def test_the_loss_falls_and_the_stem_stays_frozen(teacher: ClipTeacher) -> None:
    net, _ = transplant(random_checkpoint(rank_1=True), centred=True)
    recipe = ClipRecipe(streams=1, seconds=5.0, first_s=4.0, every_s=0.5, batch=4, warm_up=1, lr=1e-3, features=0.0)
    batch = ClipBatchMaker(OneStream(scene(60)), teacher, recipe)(0)
    student = ClipStudent(net, recipe, teacher.channels)
    losses = [student.learn(batch).divergence for _ in range(6)]
    assert losses[-1] < losses[0]
    assert student.iterations == 6
    averaged = student.averaged(transplant(random_checkpoint(rank_1=True), centred=True)[0])
    assert torch.equal(averaged.backbone.conv1.weight, net.backbone.conv1.weight)
    assert not torch.equal(averaged.classifier.weight, net.classifier.weight)
