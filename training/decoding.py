"""Choose the temperature and the decoding of a checkpoint.

    python -m training.decoding CHECKPOINT.pt OUT.pt --data ../shared/data --clips runs/cut_held

Every candidate of a grid is applied to the same logits, on streams that are not used for evaluation: NVGesture's
training split, half of the idle videos held out of training, and clips with other seeds (`training.cutouts`); or,
without --data, generated ones, which are easier than real ones. The best candidate names the most gestures with at most
three wrong events per minute. Most wrong events come from successive gestures, as in these streams; in ordinary use
there are far fewer.
"""

import sys
from pathlib import Path

import numpy as np

from common.arguments import CommandParser, positive
from common.command import command
from models.nets.checkpoint import load_checkpoint, save_checkpoint
from models.spec import NO_GESTURE_LABELS, ModelSpec
from training.decoding_search import choose, description, run_streams
from training.evaluation.held_out_streams import listed_streams, tuning_streams
from training.evaluation.labelled_streams import LabelledStream, to_stream
from training.evaluation.stream_metrics import Truth
from training.jester import LABELS
from training.synthetic.drawn_clip import Format, stream

SEED = 9000
"""First seed of the generated streams; training clips have other seeds."""
GESTURES_PER_STREAM = 5


def generated_streams(number: int, spec: ModelSpec) -> list[LabelledStream]:
    """Generated streams in which all gestures are about equally frequent, with pauses between them."""
    gestures = [label for label in LABELS if label not in NO_GESTURE_LABELS]
    rng = np.random.default_rng(SEED)
    order = np.concatenate([rng.permutation(len(gestures)) for _ in range(1 + number * GESTURES_PER_STREAM // 20)])
    streams = []
    for k in range(number):
        chosen = [gestures[g] for g in order[k * GESTURES_PER_STREAM : (k + 1) * GESTURES_PER_STREAM]]
        drawn = stream(chosen, SEED + k, Format(fps=spec.rate_hz))
        truths = [Truth(event.label, event.start_s, event.end_s) for event in drawn.events]
        streams.append(to_stream(drawn.frames(), spec.rate_hz, "drawn", truths, spec))
    return streams


@command("decoding")
def main(arguments: list[str] | None = None) -> int:
    """Write the checkpoint with the chosen decoding."""
    parser = CommandParser(prog="python -m training.decoding", description="Choose temperature and decoding.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, help="folder with clips.csv (default: generated streams)")
    parser.add_argument(
        "--clips", type=Path, action="append", default=[], help="folder of clips not trained on; repeatable"
    )
    parser.add_argument("--streams", type=positive, default=10, help="generated streams")
    given = parser.parse_args(arguments)
    net, spec = load_checkpoint(given.checkpoint)
    streams = tuning_streams(given.data, spec) if given.data else generated_streams(given.streams, spec)
    streams += [one for folder in given.clips for one in listed_streams(folder, spec)]
    chosen, result = choose(*run_streams(net, streams), spec)
    save_checkpoint(given.out, net, chosen)
    print(description(chosen))
    for group, score in result.items():
        print(f"{group}: {score}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
