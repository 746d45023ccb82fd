"""Runners for one new picture: a stream's step, a clip, or MediaPipe Hands. No torch."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort

from benchmarks.timing import Step
from common.errors import UserError
from models.engines.base import Engine
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.engines.onnxruntime_session import open_session
from models.frame import Image

JESTER_HZ = 12.0
"""The rate of a row without a rate."""
TYPES: dict[str, type[np.generic]] = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8}
CLIPS = [[("tensor(float)", 5)], [("tensor(uint8)", 4)]]
"""Inputs of clip networks: others' float32 [n, 3, T, H, W], this project's uint8 [T, H, W, 3]."""
CAMERA = (480, 640, 3)


@dataclass(frozen=True, slots=True)
class Runner:
    """One row, ready to run."""

    step: Step
    rate_hz: float = JESTER_HZ
    """Pictures per second of video."""
    past_bytes: int = 0
    """State of one stream between two pictures, in MB."""


def stepper(engine: Engine) -> Step:
    """Steps an engine's streams by random pictures."""
    shape = (engine.streams, *engine.spec.picture_shape[1:])
    picture = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    state = engine.start()

    def step() -> None:
        nonlocal state
        _, state = engine.step(picture, state)

    return step


def open_stream(path: Path) -> Runner:
    """A model file of this project, one thread."""
    engine = OnnxRuntimeEngine(path)
    return Runner(stepper(engine), engine.spec.rate_hz, engine.spec.past_bytes)


def open_clip(path: Path) -> Runner:
    """An ONNX file that takes one clip, one thread: with every new picture the clip is run again."""
    session = open_session(path, ("CPUExecutionProvider",), threads=1)
    (clip,) = session.get_inputs()
    shape = [size if isinstance(size, int) else 1 for size in clip.shape]
    given = {clip.name: np.random.default_rng(0).integers(0, 256, shape).astype(TYPES[clip.type])}
    return Runner(lambda: session.run(None, given))


def check_clip_network(path: Path) -> None:
    """Check that a file is a clip network.

    Raises:
        UserError: it is missing, or has another input.
    """
    if not path.is_file():
        raise UserError(f"no clip network {path}; give an ONNX file that takes clips")
    inputs = [(node.type, len(node.shape)) for node in _inputs(path)]
    if inputs not in CLIPS:
        raise UserError(
            f"{path} takes {inputs or 'nothing'}; clip networks take one float32 [n, 3, T, H, W] or uint8 [T, H, W, 3]"
        )


def _inputs(path: Path) -> list[ort.NodeArg]:
    return list(open_session(path, ("CPUExecutionProvider",), threads=1).get_inputs())


def open_hands(picture: Path | None) -> Runner:
    """MediaPipe Hands, lite, with its own number of threads; it tracks the hand of a picture, or searches one in noise.

    Raises:
        ImportError: the package is missing, or too new to have this interface.
        UserError: it finds no hand in the picture.
    """
    from mediapipe.python.solutions.hands import Hands

    hands = Hands(model_complexity=0, max_num_hands=1)
    if picture is None:
        noise = np.random.default_rng(0).integers(0, 256, CAMERA, dtype=np.uint8)
        return Runner(lambda: hands.process(noise))
    image = read_picture(picture)
    if not hands.process(image).multi_hand_landmarks:
        raise UserError(f"MediaPipe sees no hand in {picture}; give a picture of one open hand")
    return Runner(lambda: hands.process(image))


def read_picture(path: Path) -> Image:
    """A picture as a camera would send it, RGB 640x480.

    Raises:
        UserError: it cannot be read.
    """
    image: Any = cv2.imread(str(path))
    if image is None:
        raise UserError(f"{path} is no picture that can be read; give a JPEG or PNG with a hand in it")
    return np.ascontiguousarray(cv2.resize(image, (CAMERA[1], CAMERA[0]))[..., ::-1], np.uint8)
