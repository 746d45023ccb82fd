import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from training.distillation.teacher import WINDOW
from training.experiments.approximations import changed, main, middle, of_rank, without_future

RANDOM = np.random.default_rng(0)


def product() -> np.ndarray:
    """Kernels that are one product of time and space."""
    time, space = RANDOM.normal(size=(6, 1, 3, 1, 1)), RANDOM.normal(size=(6, 1, 1, 3, 3))
    return (time * space).astype(np.float32)


def network(kernels: np.ndarray, stride: int) -> onnx.ModelProto:
    depthwise = helper.make_node(
        "Conv", ["x", "w"], ["y"], kernel_shape=[3, 3, 3], group=6, pads=[1] * 6, strides=[stride, 1, 1]
    )
    shapes = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 6, None, 5, 5]) for n in ("x", "y")]
    weights = [numpy_helper.from_array(kernels, "w")]
    return helper.make_model(helper.make_graph([depthwise], "g", shapes[:1], shapes[1:], weights))


def weights_of(model: onnx.ModelProto) -> np.ndarray:
    return numpy_helper.to_array(model.graph.initializer[0])


def test_a_product_of_time_and_space_is_of_rank_1() -> None:
    kernels = product()
    np.testing.assert_allclose(of_rank(1)(kernels, False), kernels, atol=1e-5)


def test_each_rank_comes_nearer_and_three_is_all_there_is() -> None:
    kernels = RANDOM.normal(size=(6, 1, 3, 3, 3)).astype(np.float32)
    far = [np.linalg.norm(of_rank(rank)(kernels, False) - kernels) for rank in (1, 2, 3)]
    assert far[0] > far[1] > far[2]
    assert far[2] == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("stride", [1, 2])
def test_only_unstrided_layers_have_a_future_to_lose(stride: int) -> None:
    before = network(product(), stride)
    after = weights_of(changed(before, without_future))
    np.testing.assert_allclose(after[:, :, :2], weights_of(before)[:, :, :2], atol=1e-5)
    assert (after[:, :, 2] == 0).all() == (stride == 1)


def test_the_middle_of_a_clip_is_every_second_picture_around_its_centre() -> None:
    pictures = np.arange(40, dtype=np.uint8)[:, None, None, None]
    assert middle(pictures).ravel().tolist() == list(range(4, 36, 2))
    assert len(middle(pictures[:20])) == WINDOW


def test_a_missing_checkpoint_is_one_line(tmp_path, capsys) -> None:
    assert main([str(tmp_path / "t.onnx"), str(tmp_path / "none.pth"), "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
