"""Choose how a checkpoint's answers are read: its temperature and the decoder's rule.

    python -m training.decoding CHECKPOINT.pt OUT.pt --data ../shared/data --clips runs/cut_held

Every reading of a grid turns the same answers into events, on streams that nothing is judged by: NVGesture's training
split, half of the quiet videos held out of training, and clips made with seeds of their own (`training.cutouts`); or,
without --data, freshly drawn ones, which are easier than life. The best is the one that names the most gestures of
those that are wrong at most three times a minute. Gestures in a row, as here, are where wrong events come from; most of
a day sees far fewer.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from common.arrays import Floats
from common.command import command
from models.nets.checkpoint import load_checkpoint, save_checkpoint
from models.softmax import softmax
from models.spec import NO_GESTURE_LABELS, Decoding, ModelSpec, Rule
from training.evaluation.inference import stream_logits
from training.evaluation.judging_takes import recording_take
from training.evaluation.quiet import quiet_to_tune
from training.evaluation.stream_metrics import Truth
from training.evaluation.stream_score import Score, scores
from training.evaluation.takes import Take, take
from training.jester import LABELS
from training.recordings import read_recordings
from training.synthetic.drawn_clip import Format, stream

SEED = 9000
"""Seeds of the drawn streams; far from those of the clips that training sees."""
WRONG_A_MINUTE = 3.0
"""How often a reading may be wrong where a gesture comes every few seconds."""
GESTURES_A_STREAM = 5


def readings(spec: ModelSpec) -> Iterator[ModelSpec]:
    """The spec with every reading that is tried. What is less likely than not does not fire."""
    for temperature, smooth_s, enter, fall, hold_s, rest_s in product(
        (0.5, 0.65, 0.8), (0.15, 0.3, 0.5), (0.5, 0.6, 0.7), (0.5, 0.75), (0.0, 0.1), (0.5, 1.0)
    ):
        rule = Rule(enter=enter, exit=round(fall * enter, 3), hold_s=hold_s, rest_s=rest_s)
        yield replace(spec, temperature=temperature, decoding=Decoding(smooth_s, rule))


def drawn_takes(streams: int, spec: ModelSpec) -> list[Take]:
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


def recorded_takes(data: Path, spec: ModelSpec) -> list[Take]:
    """Real recordings that nothing is judged by."""
    recordings = read_recordings(data)
    gestures = [r for r in recordings if r.source == "nvgesture" and r.split == "train"]
    return [
        *(recording_take(r, "nvgesture train", spec) for r in gestures),
        *(recording_take(r, "quiet", spec) for r in quiet_to_tune(recordings)),
    ]


def listed_takes(folder: Path, spec: ModelSpec) -> list[Take]:
    """Labelled clips that were kept from training, each a stream."""
    return [recording_take(recording, folder.name, spec) for recording in read_recordings(folder)]


def choose(takes: Sequence[Take], answers: Sequence[Floats], spec: ModelSpec) -> tuple[ModelSpec, dict[str, Score]]:
    """The spec with the best reading of some streams' logits [T, classes], and what it gives by group."""

    def scored(reading: ModelSpec) -> dict[str, Score]:
        return scores(takes, [softmax(answer, reading.temperature) for answer in answers], reading)

    def worth(result: dict[str, Score]) -> tuple[int, int]:
        total = sum(result.values(), Score())
        bearable = total.wrong <= WRONG_A_MINUTE * total.minutes
        return total.named if bearable else -total.wrong, -total.wrong

    return max(((reading, scored(reading)) for reading in readings(spec)), key=lambda pair: worth(pair[1]))


@command("decoding")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.decoding", description="Choose how answers are read.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, help="folder with clips.csv; without it, drawn streams count")
    parser.add_argument(
        "--clips", type=Path, action="append", default=[], help="folder of clips not trained on; repeatable"
    )
    parser.add_argument("--streams", type=int, default=10, help="drawn streams (default: %(default)s)")
    given = parser.parse_args(arguments)
    net, spec = load_checkpoint(given.checkpoint)
    takes = recorded_takes(given.data, spec) if given.data else drawn_takes(given.streams, spec)
    takes += [take for folder in given.clips for take in listed_takes(folder, spec)]
    answers = [stream_logits(net, take.pictures) for take in takes]
    chosen, result = choose(takes, answers, spec)
    save_checkpoint(given.out, net, chosen)
    print(f"temperature {chosen.temperature:g}, smoothing {chosen.decoding.smooth_s:g} s, {chosen.decoding.rule}")
    for group, score in result.items():
        print(f"{group}: {score}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
