"""Evaluate a stream network on recordings that it was not trained on: gestures named, and wrong events.

    python -m training.judge CHECKPOINT.pt --data ../shared/data [--cameras 8] [--decoding OTHER.pt]

The network runs as in the app: at the model's rate, from an empty past, with events from the decoder. --cameras N adds
each recording N times as another camera would have recorded it: people nearer or farther, to the left or right, lower,
mirrored, the picture tilted, darker, paler, with noise.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from common.arguments import CommandParser, OldSpelling, natural
from common.arrays import Floats
from common.command import command
from models.frame import Image
from models.nets.checkpoint import load_checkpoint
from models.nets.mstnet import MSTNet
from models.softmax import softmax
from models.spec import ModelSpec
from training.distillation.camera_augmentation import CameraModel, apply_appearance, sample_camera, warp
from training.evaluation.held_out_streams import test_streams
from training.evaluation.inference import stream_logits
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_score import scores, scores_by_label
from training.jester import mirrored

CROP_SCALE = 2
"""Size of the pictures that other cameras crop, relative to the input size."""


def seen_by_camera(takes: Sequence[LabelledStream], seed: int, size: int) -> list[LabelledStream]:
    """The streams as one other camera would record them, [T, size, size, 3]; a mirror changes the labels as well."""
    camera = sample_camera(np.random.default_rng(seed))
    return [_one_seen(one, camera, size, np.random.default_rng((seed, k))) for k, one in enumerate(takes)]


def _one_seen(take: LabelledStream, camera: CameraModel, size: int, rng: np.random.Generator) -> LabelledStream:
    around = cv2.blur(
        take.pictures[0], (take.pictures.shape[1] // 4,) * 2
    )  # a blurred border shows no person a second time
    pictures = [
        apply_appearance(camera, warp(camera, p, size, 0.0, np.asarray(around, np.uint8)), rng) for p in take.pictures
    ]
    truths = [replace(t, label=mirrored(t.label)) if camera.mirrored else t for t in take.truths]
    return LabelledStream(take.group, np.stack(pictures), tuple(truths))


def probabilities(net: MSTNet, pictures: Image, temperature: float = 1.0) -> Floats:
    """Run a stream from an empty past; returns the probabilities of every step, [T, classes]."""
    return softmax(stream_logits(net, pictures), temperature)


def count_right_at_end(takes: Sequence[LabelledStream], outputs: Sequence[Floats], labels: tuple[str, ...]) -> int:
    """The number of clips of one gesture whose likeliest label at the last step is right."""
    return sum(labels[int(a[-1].argmax())] == t.truths[0].label for t, a in zip(takes, outputs, strict=True))


def report(net: MSTNet, spec: ModelSpec, takes: Sequence[LabelledStream]) -> str:
    """Evaluate on all streams: one line per group, then a table by label."""
    outputs = [probabilities(net, one.pictures, spec.temperature) for one in takes]
    clips = [(t, a) for t, a in zip(takes, outputs, strict=True) if t.group == "clips"]
    right = count_right_at_end([t for t, _ in clips], [a for _, a in clips], spec.labels)
    lines = [f"right at the clip's end: {right}/{len(clips)}"]
    lines += [f"{group}: {s}" for group, s in scores(takes, outputs, spec).items()]
    lines += ["", "| gesture | named | wrong events |", "|---|---|---|"]
    lines += [
        f"| {k} | {s.named} of {s.total} | {s.wrong} |"
        for k, s in sorted(scores_by_label(takes, outputs, spec).items())
    ]
    return "\n".join(lines)


@command("judge")
def main(arguments: list[str] | None = None) -> int:
    """Print the evaluation of a checkpoint."""
    parser = CommandParser(prog="python -m training.judge", description="Evaluate a checkpoint on streams.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv, jester_val/ and streams/")
    parser.add_argument("--decoding", type=Path, help="checkpoint whose temperature and thresholds are used instead")
    parser.add_argument("--reading", type=Path, action=OldSpelling, dest="decoding")
    parser.add_argument("--cameras", type=natural, default=0, help="other cameras")
    given = parser.parse_args(arguments)
    net, spec = load_checkpoint(given.checkpoint)
    if given.decoding:
        _, other = load_checkpoint(given.decoding)
        spec = replace(spec, temperature=other.temperature, decoding=other.decoding)
    takes = test_streams(given.data, spec)
    if given.cameras:
        larger = test_streams(given.data, replace(spec, height=CROP_SCALE * spec.height, width=CROP_SCALE * spec.width))
        takes += [take for seed in range(given.cameras) for take in seen_by_camera(larger, seed, spec.height)]
    print(report(net, spec, takes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
