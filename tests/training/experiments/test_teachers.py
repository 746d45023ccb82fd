import numpy as np
from clip_networks import write_teacher

from training.distillation.teacher import WINDOW, ClipTeacher
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_metrics import Truth
from training.evaluation.stream_score import Score
from training.experiments.teachers import ROWS, STEPS_HZ, WINDOWS, main, merge_groups, slide, table
from training.jester import LABELS, MEAN


def test_every_window_ends_at_the_current_step(tmp_path) -> None:
    write_teacher(tmp_path / "t.onnx")
    stream = np.stack([np.full((112, 112, 3), red, np.uint8) for red in range(10, 50)])
    logits = slide(ClipTeacher(tmp_path / "t.onnx"), stream)
    assert logits.shape == (40, len(WINDOWS), len(LABELS))
    seen = logits[39, :, :WINDOW] + MEAN[0]  # the stand-in's logits are the window's reds
    np.testing.assert_allclose(seen[0], range(34, 50), atol=1e-3)
    eight = WINDOWS.index((1.0, 8))
    np.testing.assert_allclose(seen[eight], np.repeat(range(42, 50), 2), atol=1e-3)
    np.testing.assert_allclose(logits[0, :, :WINDOW] + MEAN[0], 10, atol=1e-3)


def test_a_row_is_the_mean_of_its_windows() -> None:
    logits = np.zeros((3 * STEPS_HZ, len(WINDOWS), len(LABELS)), np.float32)
    logits[:, :, LABELS.index("No gesture")] = 5
    logits[STEPS_HZ:, 1, LABELS.index("Thumb Up")] = 10  # in the second window only
    take = LabelledStream("clips", np.zeros((len(logits), 2, 2, 3), np.uint8), (Truth("Thumb Up", 1.0, 3.0),))
    head, _, *rows = table([take], [logits])
    assert head == "| scales | windows, s | clips |"
    read = [row.split(" | ")[2].rstrip(" |") for row in rows]
    assert read == ["0/1, 0 wrong", "1/1, 0 wrong", *(len(ROWS) - 2) * ["0/1, 0 wrong"]]


def test_webcams_are_one_group_and_idle_recordings_another() -> None:
    found = {
        "clips": Score(1, 1),
        "lanhas val": Score(1, 2),
        "shaunak99 val": Score(0, 3, 1),
        "faces held out": Score(wrong=2),
    }
    assert merge_groups(found) == {"clips": Score(1, 1), "webcams": Score(1, 5, 1), "quiet": Score(wrong=2)}


def test_a_missing_teacher_gives_one_line(tmp_path, capsys) -> None:
    assert main([str(tmp_path / "none.onnx"), "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"teachers: no teacher {tmp_path / 'none.onnx'}; give the 3-D network's .onnx\n"
