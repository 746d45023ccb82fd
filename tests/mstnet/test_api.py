"""The public API: the names are there and imported only when used."""

import subprocess
import sys

import numpy as np
import pytest

import mstnet
from models.recognizer import Recognizer
from mstnet import api


def test_every_name_is_there():
    assert set(api.__all__) <= set(dir(mstnet))
    assert [name for name in api.__all__ if getattr(mstnet, name) is not getattr(api, name)] == []


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'mstnet' has no attribute 'Recogniser'"):
        _ = mstnet.Recogniser


def test_the_package_alone_imports_nothing_that_may_be_missing():
    code = "import sys, mstnet; print([name for name in ('numpy', 'cv2', 'onnxruntime') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_shipped_model_recognises_frames():
    recognizer = mstnet.Recognizer(mstnet.networks_of(mstnet.load_engine(mstnet.SHIPPED_MODEL)))
    assert isinstance(recognizer, Recognizer)
    image = np.zeros((48, 64, 3), np.uint8)
    recognition = recognizer.see(mstnet.Frame(image, 0.0, 0))
    assert [step.network for step in recognition.steps] == recognizer.networks.names
    assert recognition.event is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mstnet.ModelSettings(path="x.onnx"), r"path is a pathlib.Path; got 'x.onnx'; give path=Path"),
        (lambda: mstnet.ModelSettings(clip_model="x.onnx"), "clip_model is a pathlib.Path; got 'x.onnx'"),
        (lambda: mstnet.ModelSettings(networks="boht"), "networks='boht' is not one of stream, both, auto"),
        (lambda: mstnet.open_recognizer("x.onnx").__enter__(), "takes ModelSettings; got 'x.onnx'"),
    ],
)
def test_a_value_of_another_kind_is_refused(call, message):
    with pytest.raises(mstnet.UserError, match=message):
        call()


def test_an_array_is_no_frame():
    recognizer = mstnet.Recognizer(mstnet.networks_of(mstnet.load_engine(mstnet.SHIPPED_MODEL)))
    with pytest.raises(mstnet.UserError, match=r"see takes a Frame; got ndarray; give Frame\(image, time_s, index\)"):
        recognizer.see(np.zeros((48, 64, 3), np.uint8))
