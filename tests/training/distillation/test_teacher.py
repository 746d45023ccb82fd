import numpy as np
import pytest
from clip_networks import write_teacher

from models.errors import ModelFileError
from training.distillation.streams import Shown, Stream
from training.distillation.teacher import SPANS, WINDOW, Teacher, put_right, targets, window
from training.jester import LABELS
from training.transplant import MEAN

OTHER, NOTHING = LABELS.index("Doing other things"), LABELS.index("No gesture")
LEFT, RIGHT = LABELS.index("Swiping Left"), LABELS.index("Swiping Right")


def pictures_of(reds: list[int]) -> np.ndarray:
    return np.stack([np.full((112, 112, 3), red, np.uint8) for red in reds])


def test_answers_with_the_mean_of_its_windows(tmp_path) -> None:
    write_teacher(tmp_path / "t.onnx")
    reds = list(range(10, 250, 10))
    seen = Teacher(tmp_path / "t.onnx").answer(pictures_of(reds), 20)[:WINDOW] + MEAN[0]
    wanted = np.mean([[reds[k] for k in window(20, span)] for span in SPANS], 0)
    np.testing.assert_allclose(seen, wanted, atol=1e-3)


def test_a_window_ends_now_and_stands_still_before_the_beginning() -> None:
    assert window(20, WINDOW).tolist() == list(range(5, 21))
    assert window(20, WINDOW // 2).tolist() == [k for k in range(13, 21) for _ in range(2)]
    assert window(2, WINDOW).tolist() == [0] * 14 + [1, 2]


def test_a_label_counts_only_where_the_window_lies_in_its_scene(tmp_path) -> None:
    write_teacher(tmp_path / "t.onnx")
    teacher = Teacher(tmp_path / "t.onnx")
    scene = Shown(pictures_of([*range(100, 100 + WINDOW)]), LEFT, 1.0, range(0))
    stream = Stream((scene, scene), 2 * WINDOW)
    answers = targets(teacher, stream, [WINDOW - 1, WINDOW, 2 * WINDOW - 1], 1.0)
    possible = [LEFT, OTHER, NOTHING]
    assert answers[0][possible].sum() == pytest.approx(1)
    assert answers[1][possible].sum() < 0.5
    np.testing.assert_allclose(answers[0], answers[2], rtol=1e-4)


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


@pytest.mark.parametrize("kind", ["missing", "no ONNX", "shape"])
def test_refuses_another_teacher_in_one_line(tmp_path, kind: str) -> None:
    path = tmp_path / "t.onnx"
    if kind == "no ONNX":
        path.write_text("teacher")
    elif kind == "shape":
        write_teacher(path, classes=20)
    with pytest.raises(ModelFileError, match=r"t\.onnx") as caught:
        Teacher(path)
    assert "\n" not in str(caught.value)
