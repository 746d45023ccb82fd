"""Judge a streaming network on recordings it never trained on: what it names, and what it says when nothing is.

    python -m training.judge CHECKPOINT.pt --data ../shared/data [--cameras 8] [--reading OTHER.pt]

Everything runs as the app runs it: pictures at the model's rate by time, from an empty past, events by the decoder. The
recordings are few; --cameras counts them again as so many other cameras would have filmed them: people nearer or
farther, to the left or right, low, mirrored, the picture tilted, darker, paler, with noise.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from common.arguments import CommandParser, natural
from common.arrays import Floats
from common.command import command
from models.frame import Image
from models.nets.checkpoint import load_checkpoint
from models.nets.mstnet import MSTNet
from models.softmax import softmax
from models.spec import ModelSpec
from training.distillation.augment import Optics, develop, draw_camera, frame_up
from training.evaluation.inference import stream_logits
from training.evaluation.judging_takes import all_takes
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_score import scores, scores_by_label
from training.jester import mirrored

CLOSELY = 2
"""How many times larger pictures are, of which other cameras see a part."""


def filmed(takes: Sequence[LabelledStream], seed: int, size: int) -> list[LabelledStream]:
    """The same streams as another camera films them, one for all, in square pictures of another size."""
    camera = draw_camera(np.random.default_rng(seed))
    return [_filmed(one, camera, size, np.random.default_rng((seed, k))) for k, one in enumerate(takes)]


def _filmed(take: LabelledStream, camera: Optics, size: int, rng: np.random.Generator) -> LabelledStream:
    around = cv2.blur(take.pictures[0], (take.pictures.shape[1] // 4,) * 2)  # nobody is seen twice
    pictures = [
        develop(camera, frame_up(camera, p, size, 0.0, np.asarray(around, np.uint8)), rng) for p in take.pictures
    ]
    truths = [replace(t, label=mirrored(t.label)) if camera.mirrored else t for t in take.truths]
    return LabelledStream(take.group, np.stack(pictures), tuple(truths))


def probabilities(net: MSTNet, pictures: Image, temperature: float = 1.0) -> Floats:
    """Run a stream from an empty past: its probabilities at every step, [T, classes]."""
    return softmax(stream_logits(net, pictures), temperature)


def right_at_end(takes: Sequence[LabelledStream], answers: Sequence[Floats], labels: tuple[str, ...]) -> int:
    """How many clips of one gesture are answered right at their last picture."""
    return sum(labels[int(a[-1].argmax())] == t.truths[0].label for t, a in zip(takes, answers, strict=True))


def report(net: MSTNet, spec: ModelSpec, takes: Sequence[LabelledStream]) -> str:
    """What a network makes of everything: a line a group, then a table by label."""
    answers = [probabilities(net, one.pictures, spec.temperature) for one in takes]
    clips = [(t, a) for t, a in zip(takes, answers, strict=True) if t.group == "clips"]
    right = right_at_end([t for t, _ in clips], [a for _, a in clips], spec.labels)
    lines = [f"right at the clip's end: {right}/{len(clips)}"]
    lines += [f"{group}: {s}" for group, s in scores(takes, answers, spec).items()]
    lines += ["", "| gesture | named | wrong events |", "|---|---|---|"]
    lines += [
        f"| {k} | {s.named} of {s.total} | {s.wrong} |"
        for k, s in sorted(scores_by_label(takes, answers, spec).items())
    ]
    return "\n".join(lines)


@command("judge")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = CommandParser(prog="python -m training.judge", description="Judge a checkpoint on streams.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv, jester_val/ and streams/")
    parser.add_argument("--reading", type=Path, help="checkpoint whose temperature and thresholds count instead")
    parser.add_argument("--cameras", type=natural, default=0, help="other cameras to see them through, too")
    given = parser.parse_args(arguments)
    net, spec = load_checkpoint(given.checkpoint)
    if given.reading:
        _, other = load_checkpoint(given.reading)
        spec = replace(spec, temperature=other.temperature, decoding=other.decoding)
    takes = all_takes(given.data, spec)
    if given.cameras:
        closely = all_takes(given.data, replace(spec, height=CLOSELY * spec.height, width=CLOSELY * spec.width))
        takes += [take for seed in range(given.cameras) for take in filmed(closely, seed, spec.height)]
    print(report(net, spec, takes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
