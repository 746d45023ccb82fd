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
"""Generates a clip of a label from a seed."""
_FRAMES, _STRIDE = 16, 2


def teacher_input(frames: Sequence[Image]) -> Reals:
    """Every second of the middle 32 frames of a clip (12 per second): float32 [1, 3, 16, 112, 112]."""
    first = max(0, (len(frames) - _FRAMES * _STRIDE) // 2)
    chosen = [frames[min(first + _STRIDE * k, len(frames) - 1)] for k in range(_FRAMES)]
    pictures = np.stack([to_picture(frame, SIZE, SIZE) for frame in chosen]).astype(np.float32) - np.asarray(
        MEAN, np.float32
    )
    return np.ascontiguousarray(pictures.transpose(3, 0, 1, 2)[None])


def predictions(session: ort.InferenceSession, make: Make, label: str, seeds: Sequence[int]) -> Counter[str]:
    """Count the teacher's likeliest labels on clips of one gesture."""
    name = session.get_inputs()[0].name
    named: Counter[str] = Counter()
    for seed in seeds:
        logits = session.run(None, {name: teacher_input(list(make(label, seed).frames()))})[0]
        named[LABELS[int(np.argmax(logits))]] += 1
    return named


@command("agreement")
def main(arguments: list[str] | None = None) -> int:
    """Print for each label the number of correct clips and the most frequent other labels."""
    parser = CommandParser(description=__doc__)
    parser.add_argument("teacher", help="ONNX file, input float32 [n, 3, 16, 112, 112]")
    parser.add_argument("--clips", type=positive, default=20, help="clips per label")
    parser.add_argument("--seed", type=natural, default=0, help="seed of the first clip")
    parser.add_argument(
        "--labels", nargs="+", choices=LABELS, metavar="LABEL", help="labels (default: all that can be generated)"
    )
    parser.add_argument("--stills", type=Path, help="cut hands out of these pictures (default: drawn hands)")
    args = parser.parse_args(arguments)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(args.teacher, options, providers=["CPUExecutionProvider"])
    make: Make = partial(cutouts.generate, Album(args.stills)) if args.stills else generate
    labels = args.labels or (cutouts.LABELS if args.stills else LABELS)
    agreed = 0
    for label in labels:
        named = predictions(session, make, label, range(args.seed, args.seed + args.clips))
        agreed += named[label]
        others = ", ".join(f"{other} {count}" for other, count in named.most_common(4) if other != label)
        print(f"{label:30} {named[label]:3d}/{args.clips}   {others}", flush=True)
    print(f"{'all':30} {agreed}/{args.clips * len(labels)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
