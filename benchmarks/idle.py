"""What idle gating would save and cost: steps are skipped while the network's picture hardly changes.

    python -m benchmarks.idle                               on generated streams
    python -m benchmarks.idle --data ../shared/data         and on recordings

A step is skipped where the picture differs from the last that was stepped on by less than a threshold: the mean of the
absolute difference of both, grey and blurred, in levels of 0..255. The past is then left as it is, so that time stands
still for the network, or its newest slices are repeated, so that time goes on. The last answer stands meanwhile.
"""

import argparse
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.networks import SHIPPED
from benchmarks.tables import Row, print_table
from common.arrays import Floats
from common.command import command
from models.engines.onnxruntime_session import open_session, read_spec
from models.frame import Image
from models.softmax import softmax
from models.spec import LOGITS, PICTURE, ModelSpec
from training.evaluation.events import events
from training.evaluation.judging_takes import all_takes
from training.evaluation.stream_metrics import Truth
from training.evaluation.stream_score import Score, score
from training.evaluation.takes import Take, take
from training.jester import LABELS
from training.synthetic.clip import stream

THRESHOLDS = (0.5, 1.0, 2.0, 4.0)
FORMS = ("left", "repeated")
SETS = {"generated": "generated", "clips": "clips", "desk": "streams", "sense": "streams"}
"""Where a take's group is counted; what is held out is quiet."""
SEEDS, GESTURES = range(3), 8
"""Generated streams, and gestures in each."""


class Gated:
    """A stream whose steps can be skipped."""

    def __init__(self, path: Path) -> None:
        self._session = open_session(path, ("CPUExecutionProvider",), threads=1)
        self.spec = read_spec(self._session, path)

    def start(self) -> None:
        """Begin from an empty past."""
        zeros = [np.zeros(memory.shape, np.float32) for memory in self.spec.memories]
        self._past = deque([zeros] * self.spec.ring_length, maxlen=self.spec.ring_length)

    def step(self, picture: Image) -> Floats:
        """Take one picture, uint8 [H, W, 3]; its probabilities [labels]."""
        given: dict[str, NDArray[np.generic]] = {PICTURE: picture[None]}
        for number, memory in enumerate(self.spec.memories):
            given |= {memory.past(lag): self._past[-lag][number] for lag in memory.lags}
        logits, *newest = self._session.run([LOGITS, *(memory.newest for memory in self.spec.memories)], given)
        self._past.append(newest)
        return softmax(logits[0] / np.float32(self.spec.temperature))

    def repeat(self) -> None:
        """Let time go on by a step, the newest slices once more."""
        self._past.append(self._past[-1])


class Outcome(NamedTuple):
    """What came of some streams."""

    score: Score = Score()
    steps: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        share = f"{100 * self.skipped / max(1, self.steps):.0f} %"
        return f"{share}: {self.score.named} of {self.score.total}, {self.score.wrong} wrong"


def blurred(picture: Image) -> NDArray[np.float32]:
    """What motion is looked for in."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.GaussianBlur(grey, (9, 9), 0), np.float32)


def watch(gated: Gated, seen: Take, threshold: float, form: str) -> Outcome:
    """Run one stream through the gate."""
    gated.start()
    answers: list[Floats] = []
    stepped, skipped = np.full(seen.pictures.shape[1:3], np.inf, np.float32), 0
    for picture in seen.pictures:
        look = blurred(picture)
        if np.abs(look - stepped).mean() < threshold:
            skipped += 1
            answers.append(answers[-1])
            if form == "repeated":
                gated.repeat()
        else:
            stepped = look
            answers.append(gated.step(picture))
    spec = gated.spec
    found = events(np.stack(answers), spec.labels, spec.decoding, spec.rate_hz)
    return Outcome(score(found, seen.truths, len(answers) / spec.rate_hz), len(answers), skipped)


def generated(spec: ModelSpec) -> Iterator[Take]:
    """Drawn streams: gestures with pauses of two to six seconds in between."""
    for seed in SEEDS:
        drawn = stream(np.random.default_rng(seed).permutation(LABELS)[:GESTURES].tolist(), seed, idle_s=(2.0, 6.0))
        truths = [Truth(event.label, event.start_s, event.end_s) for event in drawn.events]
        yield take(drawn.frames(), drawn.format.fps, "generated", truths, spec)


def measure(gated: Gated, takes: Sequence[Take]) -> Iterator[Row]:
    """A row for each way to skip, a column for each set of streams."""
    for threshold, form in [(0.0, "never"), *((t, form) for t in THRESHOLDS for form in FORMS)]:
        sets: dict[str, Outcome] = {}
        for seen in takes:
            name = SETS.get(seen.group, "quiet")
            before, now = sets.get(name, Outcome()), watch(gated, seen, threshold, form)
            sets[name] = Outcome(before.score + now.score, before.steps + now.steps, before.skipped + now.skipped)
        yield {"skipped below": threshold, "past": form} | {name: str(outcome) for name, outcome in sets.items()}


@command("idle")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.idle", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with clips.csv, jester_val/ and streams/")
    given = parser.parse_args(arguments)
    gated = Gated(SHIPPED)
    takes = list(generated(gated.spec))
    if given.data:
        takes += [t for t in all_takes(given.data, gated.spec) if not t.group.endswith(" val")]
    print_table(list(measure(gated, takes)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
