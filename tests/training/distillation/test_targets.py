import numpy as np
import pytest
from clip_networks import write_teacher

from training.distillation.targets import correct_gesture, correct_idle, stack_targets, targets
from training.distillation.teacher import WINDOW, ClipTeacher
from training.distillation.training_streams import FilmedScene, TrainingStream
from training.jester import LABELS

OTHER, IDLE = LABELS.index("Doing other things"), LABELS.index("No gesture")
LEFT, RIGHT = LABELS.index("Swiping Left"), LABELS.index("Swiping Right")


def pictures_of(reds: list[int]) -> np.ndarray:
    return np.stack([np.full((112, 112, 3), red, np.uint8) for red in reds])


def test_a_label_counts_only_where_the_window_lies_in_its_scene(tmp_path) -> None:
    write_teacher(tmp_path / "t.onnx")
    teacher = ClipTeacher(tmp_path / "t.onnx")
    scene = FilmedScene(*2 * [pictures_of([*range(100, 100 + WINDOW)])], (LEFT,), 1.0, ())
    stream = TrainingStream((scene, scene), 2 * WINDOW)
    wanted = targets(teacher, stream, [WINDOW - 1, WINDOW, 2 * WINDOW - 1], 1.0)
    possible = [LEFT, OTHER, IDLE]
    assert wanted.soft[0][possible].sum() == pytest.approx(1)
    assert wanted.soft[1][possible].sum() < 0.5
    np.testing.assert_allclose(wanted.soft[0], wanted.soft[2], rtol=1e-4)
    # The features have the weight of the uncorrected part of the output.
    assert wanted.feature_weight[1] == pytest.approx(1)
    assert wanted.feature_weight[0] < 0.5
    assert stack_targets([wanted, wanted]).maps.shape == (2, *wanted.maps.shape)


def test_a_faster_scene_is_shown_in_shorter_windows(tmp_path) -> None:
    write_teacher(tmp_path / "t.onnx")
    teacher = ClipTeacher(tmp_path / "t.onnx")
    before = FilmedScene(*2 * [pictures_of([100] * WINDOW)], (OTHER,), 0.0, ())
    fast = FilmedScene(*2 * [pictures_of([*range(100, 100 + WINDOW)])], (LEFT,), 1.0, (), speed=2.0)
    stream = TrainingStream((before, fast), 2 * WINDOW)
    first_within = WINDOW + WINDOW // 2 - 1
    early, within = targets(teacher, stream, [first_within - 1, first_within], 1.0).soft
    assert early[[LEFT, OTHER, IDLE]].sum() < 0.5
    assert within[[LEFT, OTHER, IDLE]].sum() == pytest.approx(1)


def test_a_label_is_added_at_the_end_of_each_repetition_of_its_gesture(tmp_path) -> None:
    write_teacher(tmp_path / "t.onnx")
    teacher = ClipTeacher(tmp_path / "t.onnx")
    scene = FilmedScene(*2 * [pictures_of([100] * 40)], (LEFT,), 0.5, (range(14, 20), range(24, 30)))
    steps = list(range(15, 36))
    sure = targets(teacher, TrainingStream((scene,), 40), steps, 1.0).soft[:, LEFT]
    assert [step for step, one in zip(steps, sure, strict=True) if one > sure.min() + 0.1] == [
        *range(19, 23),
        *range(29, 33),
    ]


def test_probability_of_wrong_gestures_goes_to_the_label_by_its_weight() -> None:
    soft = np.zeros(len(LABELS), np.float32)
    soft[[LEFT, RIGHT, OTHER]] = 0.1, 0.6, 0.3
    corrected = correct_gesture(soft, (LEFT,), 0.5, just_ended=False)
    np.testing.assert_allclose(corrected[[LEFT, RIGHT, OTHER]], [0.4, 0.3, 0.3], rtol=1e-6)
    assert np.array_equal(correct_gesture(soft, (LEFT,), 0.0, just_ended=True), soft)


def test_the_teacher_decides_between_two_directions() -> None:
    soft = np.zeros(len(LABELS), np.float32)
    soft[[LEFT, RIGHT, LABELS.index("Thumb Up")]] = 0.1, 0.3, 0.6
    corrected = correct_gesture(soft, (LEFT, RIGHT), 1.0, just_ended=False)
    np.testing.assert_allclose(corrected[[LEFT, RIGHT]], [0.25, 0.75], atol=2e-3)


@pytest.mark.parametrize(("label_weight", "kept"), [(0.0, 0.6), (0.5, 0.3), (1.0, 0.0)])
def test_where_nothing_happens_gestures_go_to_what_is_none_in_the_teachers_shares(
    label_weight: float, kept: float
) -> None:
    soft = np.zeros(len(LABELS), np.float32)
    soft[[LEFT, OTHER, IDLE]] = 0.6, 0.1, 0.3
    corrected = correct_idle(soft, label_weight)
    gone = 0.6 - kept
    np.testing.assert_allclose(corrected[[LEFT, OTHER, IDLE]], [kept, 0.1 + gone / 4, 0.3 + 3 * gone / 4], atol=2e-3)
    assert corrected.sum() == pytest.approx(1)


def test_the_label_of_a_gesture_that_just_ended_is_added() -> None:
    soft = np.full(len(LABELS), 1 / len(LABELS), np.float32)
    ended, going_on = (correct_gesture(soft, (LEFT,), 1.0, just_ended=ended) for ended in (True, False))
    assert ended[LEFT] > going_on[LEFT]
    assert ended.sum() == pytest.approx(1)
