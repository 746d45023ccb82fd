"""Agreement: how often a network that was trained on Jester names a generated gesture as its script does.

It measures, class by class, how Jester-like the generator is:

    python -m training.experiments.jester_likeness TEACHER.onnx --clips 20
    python -m training.experiments.jester_likeness TEACHER.onnx --clips 20 --stills FOLDER   # of cut-out hands
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime as ort

from common.arguments import CommandParser, natural, positive
from common.command import command
from models.frame import Image
from models.preprocess import to_picture
from training.jester import LABELS, MEAN, SIZE
from training.stills import cutout_clip as cutouts
from training.stills.album import Album
from training.synthetic.cones import Reals
from training.synthetic.drawn_clip import LabelledClip, generate

Make = Callable[[str, int], LabelledClip]
"""Draws a clip of a label from a seed."""
_FRAMES, _STRIDE = 16, 2


def teacher_input(frames: Sequence[Image]) -> Reals:
    """Cut the middle 32 of a clip's frames (12 a second), take every second: float32 [1, 3, 16, 112, 112]."""
    first = max(0, (len(frames) - _FRAMES * _STRIDE) // 2)
    chosen = [frames[min(first + _STRIDE * k, len(frames) - 1)] for k in range(_FRAMES)]
    pictures = np.stack([to_picture(frame, SIZE, SIZE) for frame in chosen]).astype(np.float32) - np.asarray(
        MEAN, np.float32
    )
    return np.ascontiguousarray(pictures.transpose(3, 0, 1, 2)[None])


def answers(session: ort.InferenceSession, make: Make, label: str, seeds: Sequence[int]) -> Counter[str]:
    """What the teacher calls clips of one gesture."""
    name = session.get_inputs()[0].name
    named: Counter[str] = Counter()
    for seed in seeds:
        logits = session.run(None, {name: teacher_input(list(make(label, seed).frames()))})[0]
        named[LABELS[int(np.argmax(logits))]] += 1
    return named


@command("agreement")
def main(arguments: list[str] | None = None) -> int:
    """Print a table: label, share that agrees, what it is taken for instead."""
    parser = CommandParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("teacher", help="ONNX file, input float32 [n, 3, 16, 112, 112]")
    parser.add_argument("--clips", type=positive, default=20, help="clips a label (default: %(default)s)")
    parser.add_argument("--seed", type=natural, default=0, help="the first clip's seed (default: %(default)s)")
    parser.add_argument(
        "--labels", nargs="+", choices=LABELS, metavar="LABEL", help="all that can be generated, unless given"
    )
    parser.add_argument("--stills", type=Path, help="generate of hands cut out of these pictures; else they are drawn")
    args = parser.parse_args(arguments)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(args.teacher, options, providers=["CPUExecutionProvider"])
    make: Make = partial(cutouts.generate, Album(args.stills)) if args.stills else generate
    labels = args.labels or (cutouts.LABELS if args.stills else LABELS)
    agreed = 0
    for label in labels:
        named = answers(session, make, label, range(args.seed, args.seed + args.clips))
        agreed += named[label]
        others = ", ".join(f"{other} {count}" for other, count in named.most_common(4) if other != label)
        print(f"{label:30} {named[label]:3d}/{args.clips}   {others}", flush=True)
    print(f"{'all':30} {agreed}/{args.clips * len(labels)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
