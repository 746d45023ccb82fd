"""Teachers: networks whose outputs for steps of a stream are the targets of a student."""

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
"""Pictures per window; 2.67 s at 6 per second."""
SPANS = (16, 11)
"""Pictures that its windows span, repeated to fill `WINDOW`. The longer one contains slow gestures, the shorter one
excludes the gesture before."""
SCALES = (1.0, 0.65)
"""Sides of the centred squares of its views, relative to the picture. In full pictures people appear smaller than in
the crops it was trained on (FixRes, arXiv 1906.06423); docs/log/model.md has the figures."""
TEACHER_SIDE = 172
"""Side of its pictures; the smallest square is then not resampled."""
MIN_SPAN = 4
"""Pictures in the shortest window; fewer do not show a gesture."""
POOLS = ("ReduceMean", "GlobalAveragePool")


class TeacherOutput(NamedTuple):
    """The output of a teacher at E steps."""

    logits: NDArray[np.float32]
    """[E, 27]."""
    maps: NDArray[np.float32]
    """[E, C, h, w], its last features before pooling; pooled to [E, C, 1, 1] if they are means over several crops."""


class Teacher(Protocol):
    """A network that gives an output for steps of a stream."""

    channels: int
    """C of its maps."""

    def outputs(self, pictures: Image, ends: Sequence[int], speeds: Sequence[float]) -> TeacherOutput:
        """The output at some steps.

        Args:
            pictures: uint8 [T, side, side, 3], 6 per second; any side, best `TEACHER_SIDE`.
            ends: the steps, ascending.
            speeds: of the gestures at these steps; 1 is normal.
        """
        ...


class ClipTeacher:
    """A clip network in an ONNX file: `clip` float32 [N, 3, 16, 112, 112] to logits [N, 27].

    The output at a step is the mean over windows of several spans that end there (`spans_at`), at several scales.
    Windows that begin before the first picture repeat it. The features are the input of the last pooling,
    [N, C, any time, h, w], averaged over time.

    Args:
        path: the file.

    Raises:
        ModelFileError: the file is missing, or has other inputs or outputs.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ModelFileError(f"no teacher {path}; give the 3-D network's .onnx")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        try:
            model = _with_maps(path)
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the exceptions of onnx and onnxruntime have no public base class
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
                f"{path} pools maps of {maps.shape}; the teacher's are [n, channels, time, height, width] with a fixed "
                "number of channels"
            )
        self._input, self._outputs = clip.name, [logits.name, maps.name]
        self.channels: int = maps.shape[1]

    def outputs(self, pictures: Image, ends: Sequence[int], speeds: Sequence[float]) -> TeacherOutput:
        """The output at some steps; for fast gestures of windows that are as much shorter."""
        views = [at_scale(pictures, scale) for scale in SCALES]
        parts = [
            [self.windows(view, end, spans_at(speed)) for view in views]
            for end, speed in zip(ends, speeds, strict=True)
        ]
        logits, maps = (
            np.stack([[getattr(each, part) for each in step] for step in parts]) for part in TeacherOutput._fields
        )
        return TeacherOutput(logits.mean((1, 2)), maps.mean((1, 2, 4, 5))[:, :, None, None])

    def windows(self, pictures: Image, end: int, spans: Sequence[int]) -> TeacherOutput:
        """The output for each window that ends at a step, of pictures uint8 [T, 112, 112, 3]."""
        return self.clips(np.stack([pictures[window(end, span)] for span in spans]))

    def clips(self, clips: Image) -> TeacherOutput:
        """The output for clips uint8 [E, 16, 112, 112, 3]."""
        centred = (clips.astype(np.float32) - np.array(MEAN, np.float32)).transpose(0, 4, 1, 2, 3)
        logits, maps = self._session.run(self._outputs, {self._input: centred})
        return TeacherOutput(logits, maps.mean(2))


class StreamTeacher:
    """A causal network of this project at half its rate; one pass gives the outputs of all steps.

    Args:
        net: the network with its lags halved (`at_half_rate`).
    """

    def __init__(self, net: MSTNet) -> None:
        self._net = net.eval()
        self.channels = net.backbone.width

    @torch.no_grad()
    def outputs(self, pictures: Image, ends: Sequence[int], speeds: Sequence[float]) -> TeacherOutput:  # noqa: ARG002
        """The output at some steps; the speeds are not used."""
        output = self._net(torch.from_numpy(at_scale(pictures, 1.0)).permute(0, 3, 1, 2)[None])
        steps = list(ends)
        return TeacherOutput(output.logits[0, steps].numpy(), output.maps[0, steps].numpy())


def at_scale(pictures: Image, scale: float) -> Image:
    """The centred square of a scale, of square pictures uint8 [T, side, side, 3]: uint8 [T, 112, 112, 3]."""
    side = round(scale * pictures.shape[1])
    first = (pictures.shape[1] - side) // 2
    squares = pictures[:, first : first + side, first : first + side]
    return squares if side == SIZE else np.stack([to_picture(square, SIZE, SIZE) for square in squares])


def spans_at(speed: float) -> tuple[int, ...]:
    """The spans of the windows for gestures of a speed."""
    return tuple(max(MIN_SPAN, round(span / speed)) for span in SPANS)


def window(end: int, span: int) -> NDArray[np.int64]:
    """Indices [WINDOW] of the `span` pictures up to `end`, repeated evenly."""
    back = np.arange(WINDOW - 1, -1, -1) * span // WINDOW
    return np.maximum(end - back, 0)


def _with_maps(path: Path) -> bytes:
    """The network with the input of its last pooling as an additional output."""
    model = onnx.load(path)
    pooled = next((node.input[0] for node in reversed(model.graph.node) if node.op_type in POOLS), None)
    if pooled is None:
        raise ValueError(f"it has no {' or '.join(POOLS)} before its classifier")
    model.graph.output.append(onnx.ValueInfoProto(name=pooled))
    return bytes(model.SerializeToString())
