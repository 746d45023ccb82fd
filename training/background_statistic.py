"""The background statistic of a model: its embeddings on generated clips of every gesture.

    python -m training.background_statistic models/weights/mstnet_small.onnx

Writes it to calibration/backgrounds/, named after the hash of the weights. Where a user recorded no take without
gestures, the user's own gestures are separated from this statistic.
"""

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from calibration.background import FOLDER, Background
from common.arguments import CommandParser, positive
from common.arrays import Floats
from common.command import command
from models.engines import load_engine
from models.engines.base import Engine
from models.preprocess import to_picture
from training.jester import LABELS
from training.synthetic.drawn_clip import Format, stream


def embeddings(engine: Engine, clips: int, gestures: int, seed: int = 0) -> Iterator[Floats]:
    """Yield the embeddings of each of `clips` generated clips of `gestures` gestures each, float32 [T, width]."""
    rng, spec = np.random.default_rng(seed), engine.spec
    form = Format(height=spec.height, width=spec.width * 4 // 3, fps=spec.rate_hz)
    for k in range(clips):
        state, found = engine.start(), []
        labels = [str(label) for label in rng.choice(LABELS, gestures)]
        for frame in stream(labels, seed + k, form).frames():
            output, state = engine.step(to_picture(frame, spec.height, spec.width)[None], state)
            found.append(output.embedding[0])
        yield np.stack(found)


@command("background_statistic")
def main(arguments: list[str] | None = None) -> int:
    """Write the background statistic of a model file."""
    parser = CommandParser(prog="python -m training.background_statistic", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--clips", type=positive, default=30, help="generated clips")
    parser.add_argument("--gestures", type=positive, default=4, help="gestures in each clip")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to")
    given = parser.parse_args(arguments)
    with closing(load_engine(given.model)) as engine:
        found = np.concatenate(list(embeddings(engine, given.clips, given.gestures)))
        print(Background.of(found).save(given.out, engine.spec.weights_sha256))
    return 0


if __name__ == "__main__":
    sys.exit(main())
