"""The shipped networks through their own framing: no event without a gesture. Drawn people, with noise."""

from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import pytest
from drawn_face import picture_of

from models.engines import load_clip_engine, load_engine
from models.frame import Frame
from models.framing.auto import NO_FACE_S, AutoFraming
from models.framing.faces import FaceDetector
from models.networks import networks_of
from models.recognizer import Recognizer

MODEL = Path(__file__).resolve().parents[3] / "models" / "weights" / "mstnet_small.onnx"
RATE_HZ = 12
DARK = np.zeros((240, 320, 3), np.uint8)


@pytest.fixture(scope="module", params=["stream", "both"])
def networks(request):
    with ExitStack() as stack:
        engine = stack.enter_context(closing(load_engine(MODEL, "onnxruntime")))
        both = request.param == "both"
        clip = stack.enter_context(closing(load_clip_engine(MODEL.with_suffix(".clip.onnx")))) if both else None
        yield networks_of(engine, clip=clip)


def small(*faces):
    return picture_of(*faces, rows=240, columns=320)


def stays(*faces, seconds):
    return [small(*faces)] * round(seconds * RATE_HZ)


def walks(start, end, seconds):
    count = round(seconds * RATE_HZ)
    return [small(tuple(np.array(start) + (np.array(end) - start) * k / count)) for k in range(count)]


def shifted(pictures, dx, dy):
    return [np.roll(picture, (dy, dx), (0, 1)) for picture in pictures]


NEAR, FAR, OUTSIDE = (110, 90, 75), (235, 130, 45), (-100, 90, 75)
SCENES = {
    "leaves and comes back": [
        *stays(NEAR, seconds=4), *walks(NEAR, OUTSIDE, 1.5), *stays(seconds=4), *walks(OUTSIDE, NEAR, 1.5),
        *stays(NEAR, seconds=6),
    ],
    "leaves for long, and another person comes": [
        *stays(NEAR, seconds=3), *walks(NEAR, OUTSIDE, 1.5), *stays(seconds=NO_FACE_S + 3),
        *walks((420, 130, 45), FAR, 2), *stays(FAR, seconds=6),
    ],
    "changes seats": [*stays(NEAR, seconds=3), *walks(NEAR, FAR, 2), *stays(FAR, seconds=6)],
    "the camera is moved": [
        *stays(NEAR, seconds=3), *shifted(stays(NEAR, seconds=5), 120, 30), *shifted(stays(NEAR, seconds=5), 120, -40),
    ],
    "lights go out and on": [*stays(NEAR, seconds=4), *[DARK] * 36, *stays(NEAR, seconds=5)],
    "a second person comes": [*stays(NEAR, seconds=3), *stays(NEAR, FAR, seconds=6), *stays(FAR, seconds=8)],
}  # fmt: skip


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_fires_when(networks, scene):
    recognizer, rng = Recognizer(networks, AutoFraming(FaceDetector())), np.random.default_rng(1)
    noise = rng.normal(0, 3, (4, 240, 320, 3)).astype(np.float32)
    seen = [
        recognizer.see(Frame(np.clip(picture + noise[k % 4], 0, 255).astype(np.uint8), k / RATE_HZ, k))
        for k, picture in enumerate(SCENES[scene])
    ]
    assert [one.event.label for one in seen if one.event] == []
    regions = list(dict.fromkeys(one.region for one in seen))
    assert len(regions) <= 4, "it rarely moves"
