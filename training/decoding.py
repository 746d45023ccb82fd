"""Choose how a checkpoint's answers are read: its temperature and the decoder's rule.

    python -m training.decoding CHECKPOINT.pt OUT.pt --data ../shared/data --clips runs/cut_held

Every reading of a grid turns the same answers into events, on streams that nothing is judged by: NVGesture's training
split, half of the quiet videos held out of training, and clips made with seeds of their own (`training.cutouts`); or,
without --data, freshly drawn ones, which are easier than life. The best is the one that names the most gestures of
those that are wrong at most three times a minute. Gestures in a row, as here, are where wrong events come from; most of
a day sees far fewer.
"""

import sys
from pathlib import Path

import numpy as np

from common.arguments import CommandParser, positive
from common.command import command
from models.nets.checkpoint import load_checkpoint, save_checkpoint
from models.spec import NO_GESTURE_LABELS, ModelSpec
from training.evaluation.judging_takes import listed_takes, recorded_takes
from training.evaluation.labelled_streams import LabelledStream, take
from training.evaluation.stream_metrics import Truth
from training.jester import LABELS
from training.reading import choose, told, watched
from training.synthetic.drawn_clip import Format, stream

SEED = 9000
"""Seeds of the drawn streams; far from those of the clips that training sees."""
GESTURES_A_STREAM = 5


def drawn_takes(streams: int, spec: ModelSpec) -> list[LabelledStream]:
    """Streams in which each gesture comes about equally often, with pauses between."""
    gestures = [label for label in LABELS if label not in NO_GESTURE_LABELS]
    rng = np.random.default_rng(SEED)
    order = np.concatenate([rng.permutation(len(gestures)) for _ in range(1 + streams * GESTURES_A_STREAM // 20)])
    takes = []
    for k in range(streams):
        chosen = [gestures[g] for g in order[k * GESTURES_A_STREAM : (k + 1) * GESTURES_A_STREAM]]
        drawn = stream(chosen, SEED + k, Format(fps=spec.rate_hz))
        truths = [Truth(event.label, event.start_s, event.end_s) for event in drawn.events]
        takes.append(take(drawn.frames(), spec.rate_hz, "drawn", truths, spec))
    return takes


@command("decoding")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = CommandParser(prog="python -m training.decoding", description="Choose how answers are read.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, help="folder with clips.csv; without it, drawn streams count")
    parser.add_argument(
        "--clips", type=Path, action="append", default=[], help="folder of clips not trained on; repeatable"
    )
    parser.add_argument("--streams", type=positive, default=10, help="drawn streams (default: %(default)s)")
    given = parser.parse_args(arguments)
    net, spec = load_checkpoint(given.checkpoint)
    takes = recorded_takes(given.data, spec) if given.data else drawn_takes(given.streams, spec)
    takes += [take for folder in given.clips for take in listed_takes(folder, spec)]
    chosen, result = choose(*watched(net, takes), spec)
    save_checkpoint(given.out, net, chosen)
    print(told(chosen))
    for group, score in result.items():
        print(f"{group}: {score}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
