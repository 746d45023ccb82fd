import numpy as np
import pytest
from drawn_face import picture_of

from models.errors import ModelFileError
from models.framing.faces import Face, FaceDetector


@pytest.fixture(scope="module")
def detector():
    return FaceDetector()


@pytest.mark.parametrize("size", [(480, 640), (640, 480), (720, 1280), (300, 300)])
def test_a_face_is_found_where_it_is(detector, size):
    x, y, height = 0.4 * size[1], 0.4 * size[0], 0.3 * min(size)
    (face,) = detector.find(picture_of((x, y, height), rows=size[0], columns=size[1]))
    assert (face.x, face.y) == pytest.approx((x, y), abs=0.2 * height)
    assert face.height == pytest.approx(height, rel=0.2)
    assert face.score > 0.8


def test_each_face_is_found_once_the_surest_first(detector):
    faces = detector.find(picture_of((150, 200, 110), (450, 220, 100)))
    assert sorted(round(face.x, -2) for face in faces) == [200, 400]
    assert [face.score for face in faces] == sorted((face.score for face in faces), reverse=True)


@pytest.mark.parametrize("shade", [0, 127, 255])
def test_no_one_is_found_where_no_one_is(detector, shade):
    assert detector.find(np.full((480, 640, 3), shade, np.uint8)) == []


def test_a_picture_of_a_few_pixels_is_searched(detector):
    assert detector.find(np.zeros((1, 3, 3), np.uint8)) == []


@pytest.mark.parametrize("content", [None, b"no model"])
def test_a_damaged_or_missing_file_is_one_line(tmp_path, content):
    path = tmp_path / "face.onnx"
    if content:
        path.write_bytes(content)
    with pytest.raises(ModelFileError, match="no face detector") as caught:
        FaceDetector(path)
    assert "\n" not in str(caught.value)


def test_a_face_is_plain_data():
    assert Face(1, 2, 3, 4, 0.5) == Face(1, 2, 3, 4, 0.5)
