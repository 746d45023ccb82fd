"""Judge clip networks slid over streams: which windows of the newest pictures, at which scales, make the best teacher.

    python -m training.experiments.teachers TEACHER.onnx --data ../shared/data

Every row averages the logits of some windows that end now; a window of fewer pictures shows some of them twice, one of
a smaller scale shows the middle of the picture. Clips are judged from an empty past, events by one rule for all, so
that only the windows differ.
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
from training.distillation.teacher import LOOKED_AT, SPANS, WINDOW, ClipTeacher, at_scale
from training.evaluation.judging_takes import WEBCAMS, all_takes
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_score import Score, scores
from training.jester import LABELS, MEAN

STEPS_HZ = 6
"""Pictures a second, and answers."""
TRIED_SPANS = (*SPANS, 8, 5)
"""Pictures in a window."""
TRIED_SCALES = (1.0, 0.8, 0.65)
"""Sides of the square that it shows, in sides of the picture."""
TRIED = tuple(product(TRIED_SCALES, TRIED_SPANS))
ROWS = (
    *(((scale,), (span,)) for scale, span in TRIED),
    *product(((1.0,), (0.65,), (1.0, 0.65), TRIED_SCALES), (SPANS, (*SPANS, 8), TRIED_SPANS)),
)
"""Scales and spans whose windows are averaged, each scale with each span."""
SLID = ModelSpec(
    name="teacher",
    labels=LABELS,
    height=LOOKED_AT,
    width=LOOKED_AT,
    mean=MEAN,
    std=(1.0, 1.0, 1.0),
    rate_hz=STEPS_HZ,
    memories=(),
    receptive_field=WINDOW,
    embedding_width=1,
    decoding=DECODING,
)
"""How a teacher is read, as if it were a streaming network."""


def along(teacher: ClipTeacher, pictures: Image) -> Floats:
    """Logits [T, windows tried, 27] at every step of a stream uint8 [T, side, side, 3]."""
    views = [at_scale(pictures, scale) for scale in TRIED_SCALES]
    steps = [[teacher.windows(view, end, TRIED_SPANS).logits for end in range(len(view))] for view in views]
    return np.concatenate(steps, 1)


def table(takes: Sequence[LabelledStream], answers: Sequence[Floats]) -> Iterator[str]:
    """Markdown, a row a set of windows: named, of how many, and wrong events, by group of streams."""
    for number, (scales, spans) in enumerate(ROWS):
        row = [TRIED.index(window) for window in product(scales, spans)]
        found = together(scores(takes, [softmax(answer[:, row].mean(axis=1)) for answer in answers], SLID))
        if number == 0:
            yield f"| scales | windows, s | {' | '.join(found)} |"
            yield "|---" * (2 + len(found)) + "|"
        lengths = ", ".join(f"{span / STEPS_HZ:.2f}" for span in spans)
        cells = " | ".join(map(_cell, found.values()))
        yield f"| {', '.join(f'{scale:g}' for scale in scales)} | {lengths} | {cells} |"


def together(found: Mapping[str, Score]) -> dict[str, Score]:
    """The scores of groups, with the webcams of the validation split as one group and what is quiet as another."""
    result: dict[str, Score] = {}
    for group, score in found.items():
        name = "quiet" if group.endswith(" held out") else "webcams" if group in WEBCAMS else group
        result[name] = result.get(name, Score()) + score
    return result


def _cell(score: Score) -> str:
    return f"{score.named}/{score.total}, {score.wrong} wrong"


@command("teachers")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = CommandParser(prog="python -m training.experiments.teachers", description="Judge a teacher's windows.")
    parser.add_argument("teacher", type=Path, help="a clip network, as training.distill takes it")
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv, jester_val/ and streams/")
    given = parser.parse_args(arguments)
    teacher, takes = ClipTeacher(given.teacher), all_takes(given.data, SLID)
    answers = [along(teacher, take.pictures) for take in tqdm(takes, "streams", disable=None, leave=False)]
    print("\n".join(table(takes, answers)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
