import numpy as np
import onnx
import pytest
import torch
from clip_networks import write_teacher

from models.errors import ModelFileError
from models.nets.mstnet import MSTNet, MSTNetConfig
from models.nets.temporal import TemporalConfig
from training.distillation.teacher import (
    MIN_SPAN,
    SCALES,
    SPANS,
    TEACHER_SIDE,
    WINDOW,
    ClipTeacher,
    StreamTeacher,
    at_scale,
    spans_at,
    window,
)
from training.jester import MEAN


def pictures_of(reds: list[int]) -> np.ndarray:
    return np.stack([np.full((112, 112, 3), red, np.uint8) for red in reds])


def test_the_output_is_the_mean_over_windows(tmp_path) -> None:
    write_teacher(tmp_path / "t.onnx")
    reds = list(range(10, 250, 10))
    teacher = ClipTeacher(tmp_path / "t.onnx")
    output = teacher.outputs(pictures_of(reds), [18, 20], [1.0, 1.0])
    wanted = np.mean([[reds[k] for k in window(20, span)] for span in SPANS], 0)
    np.testing.assert_allclose(output.logits[1, :WINDOW] + MEAN[0], wanted, atol=1e-3)
    assert output.maps.shape == (2, teacher.channels, 1, 1)
    np.testing.assert_allclose(output.maps[1, 0] + MEAN[0], wanted.mean(), atol=1e-3)


def test_the_output_is_the_mean_over_scales(tmp_path) -> None:
    write_teacher(tmp_path / "t.onnx")
    side = 300
    stream = np.full((3, side, side, 3), 40, np.uint8)
    stream[:, 50:250, 50:250] = 200
    mean = ClipTeacher(tmp_path / "t.onnx").outputs(stream, [2], [1.0]).logits[0, 0] + MEAN[0]
    inner = [min(1.0, (200 / side / scale) ** 2) for scale in SCALES]
    assert mean == pytest.approx(np.mean([40 + 160 * share for share in inner]), abs=2)


def test_a_scale_is_a_centred_square_of_the_networks_size() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (2, TEACHER_SIDE, TEACHER_SIDE, 3), dtype=np.uint8)
    assert np.array_equal(at_scale(pictures, SCALES[-1]), pictures[:, 30:142, 30:142])
    assert at_scale(pictures, 1.0).shape == (2, 112, 112, 3)
    assert at_scale(pictures[:, :40, :40], 0.5).shape == (2, 112, 112, 3)


def test_a_stream_teacher_has_the_output_of_its_network_at_any_step() -> None:
    torch.manual_seed(0)
    net = MSTNet(MSTNetConfig(27, "shufflenet", temporal=TemporalConfig(kernels=(3,)))).eval()
    pictures = np.random.default_rng(0).integers(0, 256, (9, 112, 112, 3), dtype=np.uint8)
    output = StreamTeacher(net).outputs(pictures, [3, 8], [1.0, 2.0])
    with torch.no_grad():
        expected = net(torch.from_numpy(pictures).permute(0, 3, 1, 2)[None])
    np.testing.assert_allclose(output.logits, expected.logits[0, [3, 8]].numpy())
    np.testing.assert_allclose(output.maps.mean((2, 3)), expected.embedding[0, [3, 8]].numpy(), atol=1e-5)


def test_windows_of_fast_gestures_are_stretched_to_normal_speed(tmp_path) -> None:
    write_teacher(tmp_path / "t.onnx")
    reds = list(range(10, 250, 10))
    output = ClipTeacher(tmp_path / "t.onnx").outputs(pictures_of(reds), [20], [2.0])
    wanted = np.mean([[reds[k] for k in window(20, span)] for span in spans_at(2.0)], 0)
    np.testing.assert_allclose(output.logits[0, :WINDOW] + MEAN[0], wanted, atol=1e-3)
    assert spans_at(1.0) == SPANS
    assert spans_at(2.0)[0] == SPANS[0] // 2
    assert min(spans_at(100.0)) == MIN_SPAN


def test_a_window_repeats_the_first_picture_before_the_beginning() -> None:
    assert window(20, WINDOW).tolist() == list(range(5, 21))
    assert window(20, WINDOW // 2).tolist() == [k for k in range(13, 21) for _ in range(2)]
    assert window(2, WINDOW).tolist() == [0] * 14 + [1, 2]


def insert_before_pooling(path, operator: str, how: list, pooled: list[int], **attributes: int) -> None:
    model = onnx.load(path)
    pool = model.graph.node[0]
    pool.input[0] = "maps"
    pool.attribute[0].ints[:] = pooled
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.array(how), "how"))
    model.graph.node.insert(0, onnx.helper.make_node(operator, ["clip", "how"], ["maps"], **attributes))
    onnx.save(model, path)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", "; give"),
        ("no ONNX", "is no ONNX file"),
        ("shape", "takes"),
        ("flat maps", "pools maps of"),
        ("unknown channels", "pools maps of"),
    ],
)
def test_an_unsuitable_teacher_is_an_error_of_one_line(tmp_path, kind: str, message: str) -> None:
    path = tmp_path / "t.onnx"
    if kind == "no ONNX":
        path.write_text("teacher")
    elif kind == "shape":
        write_teacher(path, classes=20)
    elif kind == "flat maps":
        write_teacher(path)
        insert_before_pooling(path, "Reshape", [0, 3, WINDOW, -1], pooled=[3])
    elif kind == "unknown channels":
        write_teacher(path)
        insert_before_pooling(path, "Compress", [True] * 3, pooled=[3, 4], axis=1)
    with pytest.raises(ModelFileError, match=rf"t\.onnx ?{message}") as caught:
        ClipTeacher(path)
    assert "\n" not in str(caught.value)
