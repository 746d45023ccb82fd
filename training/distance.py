"""How far students are from their teacher on recordings that neither trained on: finer than counting what they name.

    python -m training.distance TEACHER.onnx A.pt B.pt --data ../shared/data

For every second step of the judging streams: the divergence of a student's answers from the teacher's, both softened as
in distillation, and how often the two would say the same. Small sets count few gestures; they hold thousands of steps.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from calibration.command_line import command
from calibration.take import Floats
from models.nets.checkpoint import load_checkpoint
from models.softmax import softmax
from training.distillation.lessons import check_taught
from training.distillation.student import Recipe, soft_loss
from training.distillation.teacher import ClipTeacher, Teacher
from training.evaluation.inference import stream_logits
from training.evaluation.takes import Take
from training.judge import all_takes


@dataclass(frozen=True, slots=True)
class Distance:
    """Between two networks' answers for the same steps."""

    divergence: float
    """Kullback-Leibler, softened and scaled as `soft_loss` does."""
    agreement: float
    """Share of the steps at which both find the same label likeliest."""


def distance(logits: Floats, wanted: Floats) -> Distance:
    """Between a student's logits and a teacher's, [T, classes] both."""
    temperature = Recipe().temperature
    soft = torch.from_numpy(softmax(wanted, temperature).astype(np.float32))
    divergence = soft_loss(torch.from_numpy(logits.astype(np.float32)), soft, temperature)
    return Distance(divergence.item(), float((logits.argmax(-1) == wanted.argmax(-1)).mean()))


def distances(takes: Sequence[Take], answers: Sequence[Floats], wanted: Sequence[Floats]) -> dict[str, Distance]:
    """By group of streams, over all their steps."""
    groups = list(dict.fromkeys(take.group for take in takes))

    def together(answers: Sequence[Floats], group: str) -> Floats:
        return np.concatenate([a for a, take in zip(answers, takes, strict=True) if take.group == group])

    return {group: distance(together(answers, group), together(wanted, group)) for group in groups}


def teachers_logits(teacher: Teacher, take: Take) -> NDArray[np.float32]:
    """What a teacher says at every second step of a stream, [T / 2, classes]."""
    pictures = take.pictures[::2]
    return teacher.answers(pictures, range(len(pictures)), [1.0] * len(pictures)).logits


@command("distance")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.distance", description="From students to their teacher.")
    parser.add_argument("teacher", type=Path, help="the 3-D network's .onnx")
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv, jester_val/ and streams/")
    given = parser.parse_args(arguments)
    students = [load_checkpoint(path) for path in given.checkpoints]
    for path, (_, spec) in zip(given.checkpoints, students, strict=True):
        check_taught(spec, path)
    teacher = ClipTeacher(given.teacher)
    takes = all_takes(given.data, students[0][1])
    wanted = [teachers_logits(teacher, take) for take in takes]
    for path, (net, _) in zip(given.checkpoints, students, strict=True):
        answers = [stream_logits(net, take.pictures)[::2] for take in takes]
        for group, found in distances(takes, answers, wanted).items():
            print(f"{path} {group}: divergence {found.divergence:.3f}, same label {100 * found.agreement:.0f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
