"""Choose the temperature and the thresholds of a checkpoint.

    python -m training.decoding CHECKPOINT.pt OUT.pt --data ../shared/data --clips runs/cut_held

Searches a grid on streams that are not used for evaluation: NVGesture's training split, half of the quiet videos held
out of training, and clips generated with other seeds (`training.cutouts`). Without --data it uses newly drawn streams,
which are easier than real ones. The best point of the grid names the most gestures with at most three wrong events per
minute. Gestures follow one another closely in these streams, so that wrong events are more frequent than in daily use.
"""

import sys
from pathlib import Path

import numpy as np

from common.arguments import CommandParser, positive
from common.command import command
from models.nets.checkpoint import load_checkpoint, save_checkpoint
from models.spec import NO_GESTURE_LABELS, ModelSpec
from training.decoding_search import choose_decoding, decoding_text, run_on_streams
from training.evaluation.held_out_streams import listed_streams, tuning_streams
from training.evaluation.labelled_streams import LabelledStream, to_stream
from training.evaluation.stream_metrics import Truth
from training.jester import LABELS
from training.synthetic.drawn_clip import Format, stream

SEED = 9000
"""First seed of the drawn streams; no recipe of a training set uses it."""
GESTURES_PER_STREAM = 5


def drawn_streams(streams: int, spec: ModelSpec) -> list[LabelledStream]:
    """Draw streams in which each gesture is about equally frequent, with pauses between."""
    gestures = [label for label in LABELS if label not in NO_GESTURE_LABELS]
    rng = np.random.default_rng(SEED)
    order = np.concatenate([rng.permutation(len(gestures)) for _ in range(1 + streams * GESTURES_PER_STREAM // 20)])
    takes = []
    for k in range(streams):
        chosen = [gestures[g] for g in order[k * GESTURES_PER_STREAM : (k + 1) * GESTURES_PER_STREAM]]
        drawn = stream(chosen, SEED + k, Format(fps=spec.rate_hz))
        truths = [Truth(event.label, event.start_s, event.end_s) for event in drawn.events]
        takes.append(to_stream(drawn.frames(), spec.rate_hz, "drawn", truths, spec))
    return takes


@command("decoding")
def main(arguments: list[str] | None = None) -> int:
    """Write a checkpoint with the chosen temperature and thresholds."""
    parser = CommandParser(prog="python -m training.decoding", description="Choose temperature and thresholds.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, help="folder with clips.csv (default: drawn streams)")
    parser.add_argument(
        "--clips", type=Path, action="append", default=[], help="folder of clips not trained on; repeatable"
    )
    parser.add_argument("--streams", type=positive, default=10, help="number of drawn streams (default: %(default)s)")
    given = parser.parse_args(arguments)
    net, spec = load_checkpoint(given.checkpoint)
    takes = tuning_streams(given.data, spec) if given.data else drawn_streams(given.streams, spec)
    takes += [take for folder in given.clips for take in listed_streams(folder, spec)]
    chosen, result = choose_decoding(*run_on_streams(net, takes), spec)
    save_checkpoint(given.out, net, chosen)
    print(decoding_text(chosen))
    for group, score in result.items():
        print(f"{group}: {score}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
