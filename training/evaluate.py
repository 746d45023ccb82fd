"""Evaluate a checkpoint on the clips of an index, on streams of them, or on a continuous recording.

    python -m training.evaluate CHECKPOINT.pt INDEX [--clips 10]     each clip separately, as in the paper
    python -m training.evaluate CHECKPOINT.pt INDEX --stream         the clips one after another, as a stream
    python -m training.evaluate CHECKPOINT.pt VIDEO.mp4              a recording, with its events in VIDEO_events.csv

Prints a table; with --out, also writes metrics.json, per_class.csv and pictures to a folder. See docs/evaluation.md.
"""

import argparse
import os
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from common.arguments import CommandParser, natural, number, positive
from common.command import command
from common.errors import first_line
from common.video import VIDEOS
from models.errors import EngineError
from models.nets.checkpoint import load_checkpoint
from models.nets.mstnet import MSTNet
from models.spec import ModelSpec
from training.datasets.base import read_index
from training.datasets.sampling import Dense, Sampling, Segments
from training.datasets.transforms import Centre
from training.evaluation.evaluation_folder import check_replaceable, table, write
from training.evaluation.inference import Views, labelled
from training.evaluation.labelled_streams import rate_of, video_stream
from training.evaluation.montage import Montage, montages
from training.evaluation.run_network import evaluate_clips, evaluate_streams
from training.evaluation.scoring import Evaluation

About = dict[str, object]


def evaluate(net: MSTNet, spec: ModelSpec, given: argparse.Namespace) -> tuple[Evaluation, About]:
    """Evaluate with the options; returns the metrics, and the settings that metrics.json records."""
    if given.index.suffix.lower() in VIDEOS:
        return on_video(net, spec, given)
    return (on_montages if given.stream else on_clips)(net, spec, given)


def on_video(net: MSTNet, spec: ModelSpec, given: argparse.Namespace) -> tuple[Evaluation, About]:
    """Evaluate on one continuous recording."""
    video: Path = given.index
    fps = given.fps or rate_of(video)
    events = given.events or video.with_name(f"{video.stem}_events.csv")
    return evaluate_streams(net, spec, [video_stream(video, events, fps, given.cut_top, spec)]), {"fps": fps}


def on_montages(net: MSTNet, spec: ModelSpec, given: argparse.Namespace) -> tuple[Evaluation, About]:
    """Evaluate on the clips of an index, one after another."""
    clips = [(clip, spec.labels[label]) for clip, label in labelled(read_index(given.index), spec.labels)]
    montage, broken = Montage(given.stream_clips, given.quiet, given.seed), list[str]()
    found = evaluate_streams(net, spec, montages(clips, spec, montage, broken))
    return found, {"montage": asdict(montage), "broken": broken}


def on_clips(net: MSTNet, spec: ModelSpec, given: argparse.Namespace) -> tuple[Evaluation, About]:
    """Evaluate on each clip of an index separately."""
    known = labelled(read_index(given.index), spec.labels)
    clips, truth = [clip for clip, _ in known], np.array([label for _, label in known], np.int64)
    sampling: Sampling = Segments(given.frames, given.clips)
    if given.sampling == "dense":
        sampling = Dense(given.frames, given.stride, given.clips)
    views = Views(clips, sampling, given.frames, Centre(spec.height, given.crops))
    found, broken = evaluate_clips(net, spec, views, truth, given.batch, min(given.workers, os.cpu_count() or 1))
    return found, {"sampling": repr(sampling), "crops": given.crops, "broken": [clips[k].id for k in broken]}


def on_device(net: MSTNet, name: str) -> MSTNet:
    """Move a network to a device.

    Raises:
        EngineError: there is no such device.
    """
    try:
        return net.to(torch.device(name))
    except (RuntimeError, AssertionError) as error:  # torch without CUDA raises AssertionError
        raise EngineError(f"no device {name} ({first_line(error)}); leave --device out for the CPU") from error


def command_line() -> CommandParser:
    """The parser of the command."""
    parser = CommandParser(prog="python -m training.evaluate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkpoint", type=Path, help="a .pt file")
    parser.add_argument("index", type=Path, help="an index of `python -m training.prepare`, or a video")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write metrics and pictures to this folder")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1")
    clips = parser.add_argument_group("clips")
    clips.add_argument("--sampling", choices=("segments", "dense"), default="segments", help="the sampling of training")
    clips.add_argument("--frames", type=positive, default=8, help="frames of each view")
    clips.add_argument("--stride", type=positive, default=8, help="frames from one to the next in dense sampling")
    clips.add_argument("--clips", type=positive, default=1, help="views in time, such as 10")
    clips.add_argument("--crops", type=int, choices=(1, 3), default=1, help="square crops of the picture")
    clips.add_argument("--batch", type=positive, default=8, help="batch size")
    clips.add_argument("--workers", type=natural, default=2, help="processes that read clips")
    streams = parser.add_argument_group("streams")
    streams.add_argument("--stream", action="store_true", help="play the clips one after another")
    streams.add_argument("--stream-clips", type=positive, default=20, help="clips per stream")
    streams.add_argument("--quiet", type=number(float, 0), default=2.0, metavar="S", help="seconds before each clip")
    streams.add_argument("--seed", type=natural, default=0, help="seed of the order of the clips")
    streams.add_argument("--events", type=Path, metavar="CSV", help="a video's gestures (default: NAME_events.csv)")
    streams.add_argument("--fps", type=number(float, 1), help="frame rate of a video, if its file has a wrong one")
    streams.add_argument(
        "--cut-top", type=natural, default=0, metavar="ROWS", help="rows to cut off at the top of a video"
    )
    return parser


@command("evaluate")
def main(arguments: list[str] | None = None) -> int:
    """Evaluate a checkpoint, print a table, and write the folder of --out."""
    given = command_line().parse_args(arguments)
    if given.out:
        check_replaceable(given.out)  # before the evaluation, which takes minutes
    net, spec = load_checkpoint(given.checkpoint)
    found, how = evaluate(on_device(net, given.device), spec, given)
    if given.out:  # before printing, since a closed pipe ends the program
        of_what = {"checkpoint": str(given.checkpoint), "weights_sha256": spec.weights_sha256, "data": str(given.index)}
        write(given.out, found, of_what | how)
    print(*table(found), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
