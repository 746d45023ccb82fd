import numpy as np
import pytest
from clip_networks import write_teacher

from training.distillation.targets import correct_gesture, correct_idle, stack_targets, targets
from training.distillation.teacher import WINDOW, ClipTeacher
from training.distillation.training_streams import FilmedScene, TrainingStream
from training.jester import LABELS

OTHER, STILL = LABELS.index("Doing other things"), LABELS.index("No gesture")
LEFT, RIGHT = LABELS.index("Swiping Left"), LABELS.index("Swiping Right")


def pictures_of(reds: list[int]) -> np.ndarray:
    return np.stack([np.full((112, 112, 3), red, np.uint8) for red in reds])


def test_a_label_counts_only_where_the_window_lies_in_its_scene(tmp_path) -> None:
    write_teacher(tmp_path / "t.onnx")
    teacher = ClipTeacher(tmp_path / "t.onnx")
    scene = FilmedScene(*2 * [pictures_of([*range(100, 100 + WINDOW)])], (LEFT,), 1.0, ())
    stream = TrainingStream((scene, scene), 2 * WINDOW)
    wanted = targets(teacher, stream, [WINDOW - 1, WINDOW, 2 * WINDOW - 1], 1.0)
    answers = wanted.soft
    possible = [LEFT, OTHER, STILL]
    assert answers[0][possible].sum() == pytest.approx(1)
    assert answers[1][possible].sum() < 0.5
    np.testing.assert_allclose(answers[0], answers[2], rtol=1e-4)
    # The teacher's features count only as far as its answer stood.
    assert wanted.feature_weight[1] == pytest.approx(1)
    assert wanted.feature_weight[0] < 0.5
    assert stack_targets([wanted, wanted]).maps.shape == (2, *wanted.maps.shape)


def test_a_faster_scene_is_shown_in_shorter_windows(tmp_path) -> None:
    write_teacher(tmp_path / "t.onnx")
    teacher = ClipTeacher(tmp_path / "t.onnx")
    before = FilmedScene(*2 * [pictures_of([100] * WINDOW)], (OTHER,), 0.0, ())
    fast = FilmedScene(*2 * [pictures_of([*range(100, 100 + WINDOW)])], (LEFT,), 1.0, (), speed=2.0)
    stream = TrainingStream((before, fast), 2 * WINDOW)
    first_whole = WINDOW + WINDOW // 2 - 1
    early, whole = targets(teacher, stream, [first_whole - 1, first_whole], 1.0).soft
    assert early[[LEFT, OTHER, STILL]].sum() < 0.5
    assert whole[[LEFT, OTHER, STILL]].sum() == pytest.approx(1)


def test_a_label_is_added_around_the_end_of_each_time_its_gesture_is_made(tmp_path) -> None:
    write_teacher(tmp_path / "t.onnx")
    teacher = ClipTeacher(tmp_path / "t.onnx")
    scene = FilmedScene(*2 * [pictures_of([100] * 40)], (LEFT,), 0.5, (range(14, 20), range(24, 30)))
    steps = list(range(15, 36))
    sure = targets(teacher, TrainingStream((scene,), 40), steps, 1.0).soft[:, LEFT]
    assert [step for step, one in zip(steps, sure, strict=True) if one > sure.min() + 0.1] == [
        *range(19, 23),
        *range(29, 33),
    ]


def test_wrong_gestures_go_to_the_right_one_as_far_as_it_is_trusted() -> None:
    soft = np.zeros(len(LABELS), np.float32)
    soft[[LEFT, RIGHT, OTHER]] = 0.1, 0.6, 0.3
    mended = correct_gesture(soft, (LEFT,), 0.5, just_ended=False)
    np.testing.assert_allclose(mended[[LEFT, RIGHT, OTHER]], [0.4, 0.3, 0.3], rtol=1e-6)
    assert np.array_equal(correct_gesture(soft, (LEFT,), 0.0, just_ended=True), soft)


def test_of_two_directions_the_teacher_says_which() -> None:
    soft = np.zeros(len(LABELS), np.float32)
    soft[[LEFT, RIGHT, LABELS.index("Thumb Up")]] = 0.1, 0.3, 0.6
    mended = correct_gesture(soft, (LEFT, RIGHT), 1.0, just_ended=False)
    np.testing.assert_allclose(mended[[LEFT, RIGHT]], [0.25, 0.75], atol=2e-3)


@pytest.mark.parametrize(("trust", "kept"), [(0.0, 0.6), (0.5, 0.3), (1.0, 0.0)])
def test_where_nothing_happens_gestures_go_to_what_is_none_in_the_teachers_shares(trust: float, kept: float) -> None:
    soft = np.zeros(len(LABELS), np.float32)
    soft[[LEFT, OTHER, STILL]] = 0.6, 0.1, 0.3
    calm = correct_idle(soft, trust)
    gone = 0.6 - kept
    np.testing.assert_allclose(calm[[LEFT, OTHER, STILL]], [kept, 0.1 + gone / 4, 0.3 + 3 * gone / 4], atol=2e-3)
    assert calm.sum() == pytest.approx(1)


def test_a_gesture_that_just_ended_is_told() -> None:
    soft = np.full(len(LABELS), 1 / len(LABELS), np.float32)
    told, untold = (correct_gesture(soft, (LEFT,), 1.0, just_ended=told) for told in (True, False))
    assert told[LEFT] > untold[LEFT]
    assert told.sum() == pytest.approx(1)
