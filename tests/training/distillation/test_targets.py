import numpy as np
import pytest
from clip_networks import write_teacher

from training.distillation.streams import Shown, Stream
from training.distillation.targets import put_right, side_by_side, targets
from training.distillation.teacher import WINDOW, ClipTeacher
from training.jester import LABELS

OTHER, NOTHING = LABELS.index("Doing other things"), LABELS.index("No gesture")
LEFT, RIGHT = LABELS.index("Swiping Left"), LABELS.index("Swiping Right")


def pictures_of(reds: list[int]) -> np.ndarray:
    return np.stack([np.full((112, 112, 3), red, np.uint8) for red in reds])


def test_a_label_counts_only_where_the_window_lies_in_its_scene(tmp_path) -> None:
    write_teacher(tmp_path / "t.onnx")
    teacher = ClipTeacher(tmp_path / "t.onnx")
    scene = Shown(pictures_of([*range(100, 100 + WINDOW)]), LEFT, 1.0, range(0))
    stream = Stream((scene, scene), 2 * WINDOW)
    wanted = targets(teacher, stream, [WINDOW - 1, WINDOW, 2 * WINDOW - 1], 1.0)
    answers = wanted.soft
    possible = [LEFT, OTHER, NOTHING]
    assert answers[0][possible].sum() == pytest.approx(1)
    assert answers[1][possible].sum() < 0.5
    np.testing.assert_allclose(answers[0], answers[2], rtol=1e-4)
    # The teacher's features count only as far as its answer stood.
    assert wanted.believed[1] == pytest.approx(1)
    assert wanted.believed[0] < 0.5
    assert side_by_side([wanted, wanted]).maps.shape == (2, *wanted.maps.shape)


def test_wrong_gestures_go_to_the_right_one_as_far_as_it_is_trusted() -> None:
    soft = np.zeros(len(LABELS), np.float32)
    soft[[LEFT, RIGHT, OTHER]] = 0.1, 0.6, 0.3
    mended = put_right(soft, LEFT, 0.5, told=False)
    assert mended[LEFT] == pytest.approx(0.4)
    assert mended[RIGHT] == pytest.approx(0.3)
    assert mended[OTHER] == pytest.approx(0.3)
    assert np.array_equal(put_right(soft, LEFT, 0.0, told=True), soft)


@pytest.mark.parametrize("label", [OTHER, NOTHING])
def test_where_nothing_happens_gestures_are_other_things(label: int) -> None:
    soft = np.zeros(len(LABELS), np.float32)
    soft[[RIGHT, NOTHING]] = 0.6, 0.4
    mended = put_right(soft, label, 1.0, told=False)
    assert mended[OTHER] == pytest.approx(0.6)
    assert mended[NOTHING] == pytest.approx(0.4)


def test_a_gesture_that_just_ended_is_told() -> None:
    soft = np.full(len(LABELS), 1 / len(LABELS), np.float32)
    told, untold = (put_right(soft, LEFT, 1.0, told=told) for told in (True, False))
    assert told[LEFT] > untold[LEFT]
    assert told.sum() == pytest.approx(1)
