"""Teachers: networks that say, of a piece of video, what a student should have answered at some of its steps."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray

from common.errors import first_line
from models.errors import ModelFileError
from models.frame import Image
from models.nets.mstnet import MSTNet
from models.preprocess import to_picture
from training.jester import LABELS, MEAN, SIZE

WINDOW = 16
"""Pictures a window; at 6 a second, 2.67 s."""
SPANS = (16, 11)
"""How many of the newest pictures its windows hold, stretched to `WINDOW` by showing some twice. One window sees slow
gestures whole, the other forgets the gesture before."""
SCALES = (1.0, 0.65)
"""Sides of the centred squares that its windows show, in sides of the picture. People look smaller to it in a whole
picture than in the crops that it was trained on (FixRes, arXiv 1906.06423); docs/model.md has the figures."""
TEACHER_SIDE = 172
"""Side of the pictures that it is asked about: the closest square is then shown pixel by pixel."""
MIN_SPAN = 4
"""Pictures in the shortest window: in fewer a gesture is not to be told."""
POOLS = ("ReduceMean", "GlobalAveragePool")


class TeacherOutput(NamedTuple):
    """What a teacher says of E steps."""

    logits: NDArray[np.float32]
    """[E, 27]."""
    maps: NDArray[np.float32]
    """[E, C, h, w], its last features before they were pooled; [E, C, 1, 1] pooled, where they come from several
    crops of a picture."""


class Teacher(Protocol):
    """Answers for some steps of a piece of video."""

    channels: int
    """C of its maps."""

    def answers(self, pictures: Image, ends: Sequence[int], speeds: Sequence[float]) -> TeacherOutput:
        """What it says at some steps.

        Args:
            pictures: uint8 [T, side, side, 3], 6 a second; any side, best `TEACHER_SIDE`.
            ends: the steps, ascending.
            speeds: how many times faster than usual people move there.
        """
        ...


class ClipTeacher:
    """A clip network in an ONNX file: `clip` float32 [N, 3, 16, 112, 112] to logits [N, 27].

    It answers with the mean over windows of several spans that end at a step (`spans_at`), at several scales; before
    the first picture, that one stands still. Its features are the mean of what it pools, [N, C, any time, h, w].

    Args:
        path: the file.

    Raises:
        ModelFileError: the file is missing, or of another shape.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ModelFileError(f"no teacher {path}; give the 3-D network's .onnx")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        try:
            model = _with_maps(path)
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnx and onnxruntime raise classes of their own that share no public base
            reason = first_line(error)
            raise ModelFileError(
                f"{path} is no ONNX file that can be run ({reason}); give the 3-D network's"
            ) from error
        clip, (logits, *_, maps) = self._session.get_inputs()[0], self._session.get_outputs()
        if clip.shape[1:] != [3, WINDOW, SIZE, SIZE] or logits.shape[1:] != [len(LABELS)]:
            raise ModelFileError(
                f"{path} takes {clip.shape} and gives {logits.shape}; the teacher takes [n, 3, {WINDOW}, {SIZE}, "
                f"{SIZE}] and gives [n, {len(LABELS)}]"
            )
        if len(maps.shape) != 5 or not isinstance(maps.shape[1], int):
            raise ModelFileError(
                f"{path} pools maps of {maps.shape}; the teacher's are [n, channels, time, height, width], a number of "
                "channels that the file tells"
            )
        self._name, self._asked = clip.name, [logits.name, maps.name]
        self.channels: int = maps.shape[1]

    def answers(self, pictures: Image, ends: Sequence[int], speeds: Sequence[float]) -> TeacherOutput:
        """What it says at some steps, about windows that show people who gesture fast at their usual speed."""
        views = [at_scale(pictures, scale) for scale in SCALES]
        asked = [
            [self.windows(view, end, spans_at(speed)) for view in views]
            for end, speed in zip(ends, speeds, strict=True)
        ]
        logits, maps = (
            np.stack([[getattr(each, part) for each in step] for step in asked]) for part in TeacherOutput._fields
        )
        return TeacherOutput(logits.mean((1, 2)), maps.mean((1, 2, 4, 5))[:, :, None, None])

    def windows(self, pictures: Image, end: int, spans: Sequence[int]) -> TeacherOutput:
        """What it says of each of the windows that end at a step, of pictures uint8 [T, 112, 112, 3]."""
        return self.clips(np.stack([pictures[window(end, span)] for span in spans]))

    def clips(self, clips: Image) -> TeacherOutput:
        """What it says of whole clips, uint8 [E, 16, 112, 112, 3]."""
        centred = (clips.astype(np.float32) - np.array(MEAN, np.float32)).transpose(0, 4, 1, 2, 3)
        logits, maps = self._session.run(self._asked, {self._name: centred})
        return TeacherOutput(logits, maps.mean(2))


class StreamTeacher:
    """A causal network of this project, at half its rate: it answers at every step for what one pass over it costs.

    Args:
        net: the network, its paces halved as the student's are (`at_half_rate`).
    """

    def __init__(self, net: MSTNet) -> None:
        self._net = net.eval()
        self.channels = net.backbone.width

    @torch.no_grad()
    def answers(self, pictures: Image, ends: Sequence[int], speeds: Sequence[float]) -> TeacherOutput:  # noqa: ARG002
        """What it says at some steps; it has to handle fast gestures by itself."""
        answer = self._net(torch.from_numpy(at_scale(pictures, 1.0)).permute(0, 3, 1, 2)[None])
        steps = list(ends)
        return TeacherOutput(answer.logits[0, steps].numpy(), answer.maps[0, steps].numpy())


def at_scale(pictures: Image, scale: float) -> Image:
    """The centred square of a scale, of square pictures uint8 [T, side, side, 3]: uint8 [T, 112, 112, 3]."""
    side = round(scale * pictures.shape[1])
    first = (pictures.shape[1] - side) // 2
    squares = pictures[:, first : first + side, first : first + side]
    return squares if side == SIZE else np.stack([to_picture(square, SIZE, SIZE) for square in squares])


def spans_at(speed: float) -> tuple[int, ...]:
    """How many of the newest pictures the windows hold where people move so many times faster than usual."""
    return tuple(max(MIN_SPAN, round(span / speed)) for span in SPANS)


def window(end: int, span: int) -> NDArray[np.int64]:
    """Indices [WINDOW] of the `span` pictures up to `end`, each shown as long as any other."""
    back = np.arange(WINDOW - 1, -1, -1) * span // WINDOW
    return np.maximum(end - back, 0)


def _with_maps(path: Path) -> bytes:
    """The network with what its last pooling takes as a second output."""
    model = onnx.load(path)
    pooled = next((node.input[0] for node in reversed(model.graph.node) if node.op_type in POOLS), None)
    if pooled is None:
        raise ValueError(f"it has no {' or '.join(POOLS)} before its classifier")
    model.graph.output.append(onnx.ValueInfoProto(name=pooled))
    return bytes(model.SerializeToString())
