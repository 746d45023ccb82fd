"""Compare teachers that average a clip network over windows and scales, on streams.

    python -m training.experiments.teachers TEACHER.onnx --data ../shared/data

Each row averages the logits of some windows that end at the current step. A window of fewer frames repeats some of
them; one of a smaller scale is a centred crop. All rows have the same decoding, and clips start from an empty past.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
from tqdm import tqdm

from common.arguments import CommandParser
from common.arrays import Floats
from common.command import command
from models.frame import Image
from models.softmax import softmax
from models.spec import ModelSpec
from training.distillation.distillation_log import DECODING
from training.distillation.teacher import SPANS, TEACHER_SIDE, WINDOW, ClipTeacher, at_scale
from training.evaluation.held_out_streams import WEBCAMS, test_streams
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_score import Score, scores
from training.jester import LABELS, MEAN

STEPS_HZ = 6
"""Frames, and outputs, per second."""
ALL_SPANS = (*SPANS, 8, 5)
"""Frames per window."""
ALL_SCALES = (1.0, 0.8, 0.65)
"""Side of the crop relative to the picture."""
WINDOWS = tuple(product(ALL_SCALES, ALL_SPANS))
ROWS = (
    *(((scale,), (span,)) for scale, span in WINDOWS),
    *product(((1.0,), (0.65,), (1.0, 0.65), ALL_SCALES), (SPANS, (*SPANS, 8), ALL_SPANS)),
)
"""Scales and spans; the windows of each scale with each span are averaged."""
TEACHER_SPEC = ModelSpec(
    name="teacher",
    labels=LABELS,
    height=TEACHER_SIDE,
    width=TEACHER_SIDE,
    mean=MEAN,
    std=(1.0, 1.0, 1.0),
    rate_hz=STEPS_HZ,
    memories=(),
    receptive_field=WINDOW,
    embedding_width=1,
    decoding=DECODING,
)
"""Decoding of the teacher's outputs, as for a stream network."""


def slide(teacher: ClipTeacher, pictures: Image) -> Floats:
    """Logits [T, len(WINDOWS), 27] at every step of a stream uint8 [T, side, side, 3]."""
    views = [at_scale(pictures, scale) for scale in ALL_SCALES]
    steps = [[teacher.windows(view, end, ALL_SPANS).logits for end in range(len(view))] for view in views]
    return np.concatenate(steps, 1)


def table(takes: Sequence[LabelledStream], outputs: Sequence[Floats]) -> Iterator[str]:
    """Markdown, one row per set of windows: gestures named, number of gestures, and wrong events, by group."""
    for number, (scales, spans) in enumerate(ROWS):
        row = [WINDOWS.index(window) for window in product(scales, spans)]
        found = merge_groups(scores(takes, [softmax(output[:, row].mean(axis=1)) for output in outputs], TEACHER_SPEC))
        if number == 0:
            yield f"| scales | windows, s | {' | '.join(found)} |"
            yield "|---" * (2 + len(found)) + "|"
        lengths = ", ".join(f"{span / STEPS_HZ:.2f}" for span in spans)
        cells = " | ".join(map(_cell, found.values()))
        yield f"| {', '.join(f'{scale:g}' for scale in scales)} | {lengths} | {cells} |"


def merge_groups(found: Mapping[str, Score]) -> dict[str, Score]:
    """Merge the webcams of the validation split into one group, and the idle recordings into another."""
    result: dict[str, Score] = {}
    for group, score in found.items():
        name = "quiet" if group.endswith(" held out") else "webcams" if group in WEBCAMS else group
        result[name] = result.get(name, Score()) + score
    return result


def _cell(score: Score) -> str:
    return f"{score.named}/{score.total}, {score.wrong} wrong"


@command("teachers")
def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = CommandParser(
        prog="python -m training.experiments.teachers", description="Compare a teacher's windows and scales."
    )
    parser.add_argument("teacher", type=Path, help="the 3-D network's .onnx")
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv, jester_val/ and streams/")
    given = parser.parse_args(arguments)
    teacher, takes = ClipTeacher(given.teacher), test_streams(given.data, TEACHER_SPEC)
    outputs = [slide(teacher, take.pictures) for take in tqdm(takes, "streams", disable=None, leave=False)]
    print("\n".join(table(takes, outputs)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
