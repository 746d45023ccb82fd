import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.meters import Percentiles, Readings
from app.overlay.display import forget_opencv_plugins
from app.overlay.view import ViewOptions
from models.decoder import GestureEvent
from models.frame import Frame
from models.recognition import Recognition

assert cv2.__version__  # imported before Qt, as in the app; the variables that it sets for Qt are removed here
forget_opencv_plugins(os.environ)
os.environ["QT_QPA_PLATFORM"] = "offscreen"  # windows on a real display run in separate processes

from PyQt6.QtCore import QSettings  # noqa: E402

LABELS = ("Doing other things", "No gesture", "Swiping Left", "Swiping Right", "Thumb Up", "Wave to a friend")
READINGS = Readings(camera_hz=30.0, step_hz=12.0, step_ms=Percentiles(3.1, 3.8, 4.4), dropped=7)


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path) -> None:
    """Settings in the test's folder, not the user's."""
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))


@pytest.fixture
def options() -> ViewOptions:
    return ViewOptions(LABELS, "toy", "onnxruntime:CPUExecutionProvider", "Camera 0", mirror=True)


@pytest.fixture
def readings() -> Readings:
    return READINGS


@pytest.fixture
def recognise() -> Callable[..., Recognition]:
    """Make the recognition of a frame."""

    def make(
        time_s: float = 0.0,
        label: str = "No gesture",
        probability: float = 0.9,
        fires: bool = False,
        size: tuple[int, int] = (48, 64),
    ) -> Recognition:
        image = np.zeros((*size, 3), np.uint8)
        image[:, : size[1] // 2] = (255, 0, 0)  # red on the left, black on the right
        rest = (1 - probability) / (len(LABELS) - 1)
        probabilities = np.full(len(LABELS), rest, np.float32)
        probabilities[LABELS.index(label)] = probability
        event = GestureEvent(label, probability, time_s - 0.5, time_s) if fires else None
        return Recognition(Frame(image, time_s, round(30 * time_s)), (), probabilities, probabilities, event)

    return make
