"""Measure the distance of students from their teacher on recordings that neither was trained on.

    python -m training.experiments.distance TEACHER.onnx A.pt B.pt --data ../shared/data

For every second step of the test streams: the divergence of the student's output from the teacher's, both softened as
in distillation; how often both have the same likeliest label; and the error of the features, if their number is equal.
Small test sets have few gestures and thousands of steps, so that these figures are finer than the number of named ones.
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
from training.distillation.stream_batches import check_spec
from training.distillation.student import Recipe, soft_loss
from training.distillation.teacher import TEACHER_SIDE, ClipTeacher, Teacher, TeacherOutput, at_scale
from training.evaluation.held_out_streams import test_streams
from training.evaluation.inference import stream_features
from training.evaluation.labelled_streams import LabelledStream


@dataclass(frozen=True, slots=True)
class Distance:
    """The distance between the outputs of two networks at the same steps."""

    divergence: float
    """Kullback-Leibler divergence, softened and scaled as in `soft_loss`."""
    agreement: float
    """Share of the steps at which both have the same likeliest label."""
    features: float
    """Mean squared error of the features relative to the teacher's energy; NaN if they cannot be compared."""


def distance(outputs: TeacherOutput, wanted: TeacherOutput) -> Distance:
    """The distance of a student's output from a teacher's."""
    temperature = Recipe().temperature
    soft = torch.from_numpy(softmax(wanted.logits, temperature).astype(np.float32))
    divergence = soft_loss(torch.from_numpy(outputs.logits), soft, temperature)
    agreement = (outputs.logits.argmax(-1) == wanted.logits.argmax(-1)).mean()
    return Distance(divergence.item(), float(agreement), _error(outputs.maps, wanted.maps))


def _error(maps: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    if maps.shape[1] != wanted.shape[1]:
        return math.nan
    if maps.shape != wanted.shape:  # a teacher with several crops pools its features
        maps, wanted = maps.mean((2, 3), keepdims=True), wanted.mean((2, 3), keepdims=True)
    energy = (wanted**2).sum((1, 2, 3))
    shares = ((maps - wanted) ** 2).sum((1, 2, 3))[energy > 0] / energy[energy > 0]
    return float(shares.mean()) if len(shares) else math.nan


def distances(
    takes: Sequence[LabelledStream], outputs: Sequence[TeacherOutput], wanted: Sequence[TeacherOutput]
) -> dict[str, Distance]:
    """The distance over all steps of each group of streams."""
    groups = list(dict.fromkeys(take.group for take in takes))

    def together(outputs: Sequence[TeacherOutput], group: str) -> TeacherOutput:
        of_group = [a for a, take in zip(outputs, takes, strict=True) if take.group == group]
        return TeacherOutput(*(np.concatenate(parts) for parts in zip(*of_group, strict=True)))

    return {group: distance(together(outputs, group), together(wanted, group)) for group in groups}


def teacher_output(teacher: Teacher, take: LabelledStream) -> TeacherOutput:
    """The teacher's output at every second step of a stream."""
    pictures = take.pictures[::2]
    return teacher.outputs(pictures, range(len(pictures)), [1.0] * len(pictures))


def student_output(net: MSTNet, take: LabelledStream) -> TeacherOutput:
    """The student's output at every second step of a stream; it runs at every step."""
    return TeacherOutput(*(part[::2].astype(np.float32) for part in stream_features(net, take.pictures)))


@command("distance")
def main(arguments: list[str] | None = None) -> int:
    """Print the distance of each checkpoint, by group."""
    parser = CommandParser(
        prog="python -m training.experiments.distance", description="Measure the distance of students from a teacher."
    )
    parser.add_argument("teacher", type=Path, help="the 3-D network's .onnx")
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv, jester_val/ and streams/")
    given = parser.parse_args(arguments)
    students = [load_checkpoint(path) for path in given.checkpoints]
    for path, (_, spec) in zip(given.checkpoints, students, strict=True):
        check_spec(spec, path)
    teacher = ClipTeacher(given.teacher)
    takes = test_streams(given.data, replace(students[0][1], height=TEACHER_SIDE, width=TEACHER_SIDE))
    wanted = [teacher_output(teacher, take) for take in takes]
    takes = [replace(take, pictures=at_scale(take.pictures, 1.0)) for take in takes]
    for path, (net, _) in zip(given.checkpoints, students, strict=True):
        outputs = [student_output(net, take) for take in takes]
        for group, found in distances(takes, outputs, wanted).items():
            same = f"same label {100 * found.agreement:.0f} %"
            seen = "" if math.isnan(found.features) else f", features {found.features:.3f}"
            print(f"{path} {group}: divergence {found.divergence:.3f}, {same}{seen}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
