"""Measure, per label, how often a network trained on Jester names generated clips correctly.

python -m training.experiments.jester_likeness TEACHER.onnx --clips 20
python -m training.experiments.jester_likeness TEACHER.onnx --clips 20 --stills FOLDER   # cut-out hands
"""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from common.arguments import CommandParser, natural, positive
from common.command import command
from models.frame import Image
from models.preprocess import to_picture
from training.distillation.teacher import WINDOW, ClipTeacher
from training.jester import LABELS, SIZE
from training.stills import cutout_clip as cutouts
from training.stills.album import Album
from training.synthetic.drawn_clip import LabelledClip, generate

Make = Callable[[str, int], LabelledClip]
"""Generates a clip of a label from a seed."""
_STRIDE = 2


def teacher_clip(frames: Sequence[Image]) -> Image:
    """Every second of the middle 32 frames of a clip (12 per second): uint8 [16, 112, 112, 3]."""
    first = max(0, (len(frames) - WINDOW * _STRIDE) // 2)
    chosen = [frames[min(first + _STRIDE * k, len(frames) - 1)] for k in range(WINDOW)]
    return np.stack([to_picture(frame, SIZE, SIZE) for frame in chosen])


def predictions(teacher: ClipTeacher, make: Make, label: str, seeds: Sequence[int]) -> Counter[str]:
    """Count the teacher's likeliest labels on clips of one gesture."""
    clips = (teacher_clip(list(make(label, seed).frames())) for seed in seeds)
    return Counter(LABELS[int(teacher.clips(clip[None]).logits.argmax())] for clip in clips)


@command("jester_likeness")
def main(arguments: list[str] | None = None) -> int:
    """Print for each label the number of correct clips and the most frequent other labels."""
    parser = CommandParser(description=__doc__)
    parser.add_argument("teacher", type=Path, help="ONNX file, input float32 [n, 3, 16, 112, 112]")
    parser.add_argument("--clips", type=positive, default=20, help="clips per label")
    parser.add_argument("--seed", type=natural, default=0, help="seed of the first clip")
    parser.add_argument(
        "--labels", nargs="+", choices=LABELS, metavar="LABEL", help="labels (default: all that can be generated)"
    )
    parser.add_argument("--stills", type=Path, help="cut hands out of these pictures (default: drawn hands)")
    args = parser.parse_args(arguments)
    teacher = ClipTeacher(args.teacher)
    make: Make = partial(cutouts.generate, Album(args.stills)) if args.stills else generate
    labels = args.labels or (cutouts.LABELS if args.stills else LABELS)
    agreed = 0
    for label in labels:
        named = predictions(teacher, make, label, range(args.seed, args.seed + args.clips))
        agreed += named[label]
        others = ", ".join(f"{other} {count}" for other, count in named.most_common(4) if other != label)
        print(f"{label:30} {named[label]:3d}/{args.clips}   {others}", flush=True)
    print(f"{'all':30} {agreed}/{args.clips * len(labels)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
