"""Judge clip networks slid over streams: which windows of the newest pictures make the best teacher.

    python -m training.teachers TEACHER.onnx --data ../shared/data

Every row averages the logits of some windows that end now; a window of fewer pictures shows some of them twice. Clips
are judged from an empty past, events by one rule for all, so that only the windows differ.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from calibration.command_line import command
from calibration.take import Floats
from models.frame import Image
from models.softmax import softmax
from models.spec import ModelSpec
from training.distillation.logbook import DECODING
from training.distillation.teacher import SPANS, WINDOW, ClipTeacher
from training.evaluation.judging_takes import all_takes
from training.evaluation.stream_score import Score, scores
from training.evaluation.takes import Take
from training.jester import LABELS, MEAN, SIZE

PICTURES_HZ = 6
"""Pictures a second in a window."""
STEPS_HZ = 12
"""Answers a second."""
TRIED = (*SPANS, 6, 5, 4)
"""Pictures in a window."""
ROWS = (*((span,) for span in TRIED), SPANS)
SLID = ModelSpec(
    name="teacher",
    labels=LABELS,
    height=SIZE,
    width=SIZE,
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
    """Logits [T, windows tried, 27] at every step of a stream uint8 [T, 112, 112, 3]."""
    stride = STEPS_HZ // PICTURES_HZ
    return np.stack(
        [teacher.windows(pictures[end % stride :: stride], end // stride, TRIED).logits for end in range(len(pictures))]
    )


def table(takes: Sequence[Take], answers: Sequence[Floats]) -> Iterator[str]:
    """Markdown, a row a set of windows: named, of how many, and wrong events, by group of streams."""
    for number, row in enumerate(ROWS):
        read = [softmax(answer[:, [TRIED.index(span) for span in row]].mean(axis=1)) for answer in answers]
        found = scores(takes, read, SLID)
        if number == 0:
            yield f"| windows, s | {' | '.join(found)} |"
            yield "|---" * (1 + len(found)) + "|"
        yield f"| {', '.join(f'{span / PICTURES_HZ:.2f}' for span in row)} | {' | '.join(map(_cell, found.values()))} |"


def _cell(score: Score) -> str:
    return f"{score.named}/{score.total}, {score.wrong} wrong"


@command("teachers")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.teachers", description="Judge a teacher's windows.")
    parser.add_argument("teacher", type=Path, help="a clip network, as training.distill takes it")
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv, jester_val/ and streams/")
    given = parser.parse_args(arguments)
    teacher, takes = ClipTeacher(given.teacher), all_takes(given.data, SLID)
    answers = [along(teacher, take.pictures) for take in tqdm(takes, "streams", disable=None, leave=False)]
    print("\n".join(table(takes, answers)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
