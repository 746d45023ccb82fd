"""The teacher: a 3-D network that answers for windows of pictures, put right where labels are known."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.errors import ModelFileError
from models.frame import Image
from models.spec import NO_GESTURE_LABELS
from training.distillation.streams import Stream
from training.jester import LABELS
from training.transplant import MEAN, SIZE

OTHER = "Doing other things"
WINDOW = 16
"""Pictures a window; at 6 a second, 2.67 s."""
SPANS = (16, 11, 8)
"""How many of the newest pictures its windows hold, stretched to `WINDOW` by showing some twice. One window sees slow
gestures whole, another forgets the gesture before: the mean of their answers names more and is wrong less often than
any one of them (docs/model.md)."""
TOLD = 0.5
"""How much the label of a gesture that has just ended adds to what the teacher saw."""


class Teacher:
    """A clip network in an ONNX file: `clip` float32 [N, 3, 16, 112, 112] to logits [N, 27].

    Args:
        path: the file.
        threads: how many it may use.

    Raises:
        ModelFileError: the file is missing, or of another shape.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        if not path.is_file():
            raise ModelFileError(f"no teacher {path}; give the 3-D network's .onnx")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises classes of its own that share no public base
            reason = str(error).splitlines()[0]
            raise ModelFileError(
                f"{path} is no ONNX file that can be run ({reason}); give the 3-D network's"
            ) from error
        given, answered = self._session.get_inputs()[0].shape, self._session.get_outputs()[0].shape
        if given[1:] != [3, WINDOW, SIZE, SIZE] or answered[1:] != [len(LABELS)]:
            raise ModelFileError(
                f"{path} takes {given} and gives {answered}; the teacher takes [n, 3, {WINDOW}, {SIZE}, {SIZE}] and "
                f"gives [n, {len(LABELS)}]"
            )
        self._name = self._session.get_inputs()[0].name

    def answer(self, pictures: Image, end: int) -> NDArray[np.float32]:
        """Logits [27], the mean over the windows of all `SPANS` that end at a picture.

        Args:
            pictures: uint8 [T, 112, 112, 3], 6 a second.
            end: index of the last picture; before the first one, that one stands still.
        """
        windows = np.stack([pictures[window(end, span)] for span in SPANS])
        clips = (windows.astype(np.float32) - np.array(MEAN, np.float32)).transpose(0, 4, 1, 2, 3)
        logits: NDArray[np.float32] = self._session.run(None, {self._name: clips})[0].mean(0)
        return logits


def window(end: int, span: int) -> NDArray[np.int64]:
    """Indices [WINDOW] of the `span` pictures up to `end`, each shown as long as any other."""
    back = np.arange(WINDOW - 1, -1, -1) * span // WINDOW
    return np.maximum(end - back, 0)


def targets(teacher: Teacher, stream: Stream, steps: Sequence[int], temperature: float) -> NDArray[np.float32]:
    """What to learn at some steps of a stream, [len(steps), 27]: soft answers, put right where labels are known."""
    pictures = stream.pictures
    return np.stack([_target(teacher.answer(pictures, step), stream, step, temperature) for step in steps])


def _target(logits: NDArray[np.float32], stream: Stream, step: int, temperature: float) -> NDArray[np.float32]:
    raised = np.exp((logits - logits.max()) / temperature)
    soft: NDArray[np.float32] = raised / raised.sum()
    scene, within = stream.at(step)
    if within < WINDOW - 1:
        return soft  # the window reaches back into the scene before, whose gesture it may well see
    return put_right(soft, scene.label, scene.trust, within in scene.told)


def put_right(soft: NDArray[np.float32], label: int, trust: float, told: bool) -> NDArray[np.float32]:
    """Mend a teacher's answer [27] by what is known.

    Gestures that this is not go to the one it is, or to "Doing other things" where it is none, as far as the label is
    trusted. Where the gesture has just ended, its label is added.
    """
    nothing = [LABELS.index(name) for name in NO_GESTURE_LABELS]
    wrong = np.array([k != label and k not in nothing for k in range(len(LABELS))])
    right = np.where(wrong, 0, soft)
    right[label if label not in nothing else LABELS.index(OTHER)] += soft[wrong].sum()
    mixed = soft + trust * (right - soft)
    if told:
        mixed *= 1 - TOLD * trust
        mixed[label] += TOLD * trust
    return mixed.astype(np.float32)
