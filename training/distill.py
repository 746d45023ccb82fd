"""Train a causal network on streams with a teacher's outputs and features as targets.

    python -m training.distill START.pt OUT.pt --data ../shared/data --teacher TEACHER.onnx --minutes 40

The teacher is the 3-D network in an ONNX file, which runs on windows, or a checkpoint of this project, which gives an
output at every step and is used at more of them (`--every 1`).

The same command resumes a stopped run: OUT.pt holds the averaged weights, OUT.run everything else. Every lag of the
network is even, so a stream of 12 steps per second is two independent interleaved streams. Training uses every second
picture and halves the lags, which is the same network at half the cost.
"""

import sys
from functools import partial

import torch

from common.arguments import CommandParser, share
from common.command import command
from models.errors import ModelFileError
from training.distillation.student import Recipe, StreamStudent
from training.distillation.student_run import (
    add_run_options,
    add_stream_options,
    load_stream_network,
    open_run,
    open_teacher,
    stop_condition,
    stream_batch_maker,
    train,
)


@command("distill")
def main(arguments: list[str] | None = None) -> int:
    """Train, or resume a run."""
    parser = CommandParser(prog="python -m training.distill", description="Distil a teacher into a stream network.")
    add_run_options(parser, Recipe())
    add_stream_options(parser)
    parser.add_argument(
        "--average",
        type=share,
        default=Recipe().average,
        help="decay of the average of the weights per chunk",
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where the student is trained")
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    recipe = Recipe(seed=given.seed, streams=given.streams, lr=given.lr, every=given.every, average=given.average)
    if given.device == "cuda" and not torch.cuda.is_available():
        raise ModelFileError("no CUDA device; leave --device out to train on the processor")
    channels = open_teacher(given.teacher).channels
    student = partial(StreamStudent, recipe=recipe, channels=channels, device=given.device)
    run = open_run(given, given.start, given.out, load_stream_network, student)
    iterations = range(run.student.iterations, given.iterations)
    maker = partial(stream_batch_maker, given, recipe)
    train(run.learn, maker, iterations, stop_condition(given.minutes), given.workers)
    run.log.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
