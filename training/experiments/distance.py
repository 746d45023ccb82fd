"""How far students are from their teacher on recordings that neither trained on: finer than counting what they name.

    python -m training.experiments.distance TEACHER.onnx A.pt B.pt --data ../shared/data

For every second step of the judging streams: the divergence of a student's answers from the teacher's, both softened as
in distillation, how often the two would say the same, and the error of its features where it has as many. Small sets
count few gestures; they hold thousands of steps.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from common.arguments import CommandParser
from common.command import command
from models.nets.checkpoint import load_checkpoint
from models.nets.mstnet import MSTNet
from models.softmax import softmax
from training.distillation.lessons import check_taught
from training.distillation.student import Recipe, soft_loss
from training.distillation.teacher import LOOKED_AT, ClipTeacher, Taught, Teacher, at_scale
from training.evaluation.inference import stream_features
from training.evaluation.judging_takes import all_takes
from training.evaluation.labelled_streams import LabelledStream


@dataclass(frozen=True, slots=True)
class Distance:
    """Between two networks' answers for the same steps."""

    divergence: float
    """Kullback-Leibler, softened and scaled as `soft_loss` does."""
    agreement: float
    """Share of the steps at which both find the same label likeliest."""
    features: float
    """Squared error of the features, as a share of the teacher's, mean of the steps; NaN if they cannot be compared."""


def distance(answers: Taught, wanted: Taught) -> Distance:
    """Between what a student and what a teacher say of the same steps."""
    temperature = Recipe().temperature
    soft = torch.from_numpy(softmax(wanted.logits, temperature).astype(np.float32))
    divergence = soft_loss(torch.from_numpy(answers.logits), soft, temperature)
    agreement = (answers.logits.argmax(-1) == wanted.logits.argmax(-1)).mean()
    return Distance(divergence.item(), float(agreement), _error(answers.maps, wanted.maps))


def _error(maps: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    if maps.shape[1] != wanted.shape[1]:
        return math.nan
    if maps.shape != wanted.shape:  # a teacher of several crops has pooled its own
        maps, wanted = maps.mean((2, 3), keepdims=True), wanted.mean((2, 3), keepdims=True)
    energy = (wanted**2).sum((1, 2, 3))
    shares = ((maps - wanted) ** 2).sum((1, 2, 3))[energy > 0] / energy[energy > 0]
    return float(shares.mean()) if len(shares) else math.nan


def distances(
    takes: Sequence[LabelledStream], answers: Sequence[Taught], wanted: Sequence[Taught]
) -> dict[str, Distance]:
    """By group of streams, over all their steps."""
    groups = list(dict.fromkeys(take.group for take in takes))

    def together(answers: Sequence[Taught], group: str) -> Taught:
        of_group = [a for a, take in zip(answers, takes, strict=True) if take.group == group]
        return Taught(*(np.concatenate(parts) for parts in zip(*of_group, strict=True)))

    return {group: distance(together(answers, group), together(wanted, group)) for group in groups}


def teachers_answers(teacher: Teacher, take: LabelledStream) -> Taught:
    """What a teacher says at every second step of a stream."""
    pictures = take.pictures[::2]
    return teacher.answers(pictures, range(len(pictures)), [1.0] * len(pictures))


def students_answers(net: MSTNet, take: LabelledStream) -> Taught:
    """What a student says at every second step of a stream, having seen every one."""
    return Taught(*(part[::2].astype(np.float32) for part in stream_features(net, take.pictures)))


@command("distance")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = CommandParser(
        prog="python -m training.experiments.distance", description="From students to their teacher."
    )
    parser.add_argument("teacher", type=Path, help="the 3-D network's .onnx")
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv, jester_val/ and streams/")
    given = parser.parse_args(arguments)
    students = [load_checkpoint(path) for path in given.checkpoints]
    for path, (_, spec) in zip(given.checkpoints, students, strict=True):
        check_taught(spec, path)
    teacher = ClipTeacher(given.teacher)
    takes = all_takes(given.data, replace(students[0][1], height=LOOKED_AT, width=LOOKED_AT))
    wanted = [teachers_answers(teacher, take) for take in takes]
    takes = [replace(take, pictures=at_scale(take.pictures, 1.0)) for take in takes]
    for path, (net, _) in zip(given.checkpoints, students, strict=True):
        answers = [students_answers(net, take) for take in takes]
        for group, found in distances(takes, answers, wanted).items():
            same = f"same label {100 * found.agreement:.0f} %"
            seen = "" if math.isnan(found.features) else f", features {found.features:.3f}"
            print(f"{path} {group}: divergence {found.divergence:.3f}, {same}{seen}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
