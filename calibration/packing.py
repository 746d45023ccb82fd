"""Serialises a personal gesture to JSON; arrays are base64 of little-endian float32."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from calibration.background import Whitening
from calibration.embedding_windows import SEGMENTS
from calibration.errors import ProfileError
from calibration.personal_gesture import PersonalGesture
from common.arrays import Floats
from common.whole_file import write_whole
from models.spec import Rule

KIND = "mstnet gesture"


def packed_gesture(gesture: PersonalGesture) -> dict[str, Any]:
    """A gesture as an object that `json` can write."""
    return {
        "label": gesture.label,
        "takes": gesture.takes,
        "rate_hz": gesture.rate_hz,
        "middle": gesture.middle,
        "steepness": gesture.steepness,
        "mean": _packed(gesture.whitening.mean),
        "axes": _packed(gesture.whitening.axes),
        "prototype": _packed(gesture.prototype),
    }


def unpacked_gesture(data: dict[str, Any]) -> PersonalGesture:
    """Read a gesture from a JSON object.

    Raises:
        ValueError, KeyError: a field is missing or invalid; the message names it.
    """
    mean, prototype = _unpacked(data["mean"]), _unpacked(data["prototype"])
    axes = _unpacked(data["axes"]).reshape(len(mean), -1)
    if len(prototype) != SEGMENTS * axes.shape[1]:
        raise ValueError("prototype and axes do not belong together")
    label, takes, rate_hz = str(data["label"]), int(data["takes"]), float(data["rate_hz"])
    middle, steepness = float(data["middle"]), float(data["steepness"])
    if not label or rate_hz <= 0 or not np.isfinite([middle, steepness]).all():
        raise ValueError("label, rate_hz, middle or steepness is out of range")
    return PersonalGesture(label, takes, rate_hz, Whitening(mean, axes), prototype, middle, steepness)


def export_gesture(gesture: PersonalGesture, rule: Rule, weights_sha256: str, path: Path) -> None:
    """Write one gesture to a file; it holds numbers only, no picture.

    Raises:
        WriteError: it cannot be written.
    """
    fields = {
        "kind": KIND,
        "version": 1,
        "weights_sha256": weights_sha256,
        "enter": rule.enter,
        "exit": rule.exit,
        "gesture": packed_gesture(gesture),
    }
    write_whole(path, json.dumps(fields, ensure_ascii=False).encode(), private=True)


def import_gesture(path: Path, weights_sha256: str) -> tuple[PersonalGesture, Rule]:
    """Read an exported gesture.

    Raises:
        ProfileError: the file is not an exported gesture, or it was learnt with other weights.
    """
    try:
        data = json.loads(path.read_bytes())
        if data["kind"] != KIND:
            raise ValueError(f"it is a {data['kind']!r}")
        gesture, rule = unpacked_gesture(data["gesture"]), Rule(float(data["enter"]), float(data["exit"]))
        learnt_with = str(data["weights_sha256"])
    except OSError as error:
        raise ProfileError(f"cannot read {path} ({error.strerror}); give a file that gestures export wrote") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ProfileError(f"{path} is no exported gesture ({type(error).__name__}: {error})") from error
    if learnt_with != weights_sha256:
        raise ProfileError(
            f"{path} was learnt with other weights ({learnt_with[:8]}, not {weights_sha256[:8]}); "
            "record takes of it and fit instead"
        )
    return gesture, rule


def _packed(array: Floats) -> str:
    return base64.b64encode(array.astype("<f4").tobytes()).decode()


def _unpacked(text: str) -> Floats:
    array = np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float32)
    if not np.isfinite(array).all():
        raise ValueError("a number is not finite")
    return array
