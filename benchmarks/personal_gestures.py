"""Own gestures from a few takes, on real clips: how many are recognised, and the rate of false events.

    python -m benchmarks.personal_gestures --data ../shared/data

Each gesture class is enrolled as an own gesture, under a name that is not a label of the model, and tested on other
clips. Two settings: `one person` (hand silhouettes of eight gestures, recorded by one person), and `other people`
(colour clips, each take of another person). Work is 60 seconds of other video. False events are counted on all other
gestures, and on people who drive, talk and sign.
"""

# ruff: noqa: E402
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from training import packages

packages.require("personal_gestures")  # before anything imports them

import numpy as np

from benchmarks.clips import EnrolmentClip, see, sources
from benchmarks.machine import machine_line
from calibration.fitting import fit
from calibration.personal_head import joined
from calibration.take import Kind
from calibration.thresholds import Target
from calibration.user_profile import UserProfile
from common.arguments import CommandParser, positive
from common.command import command
from models.decoder import Decoder
from models.engines import load_engine
from models.shipped import SHIPPED_MODEL
from models.softmax import softmax
from models.spec import ModelSpec

NAME = "My gesture"
TAKES = (1, 3, 5, 10)
WORK_S = 60.0
TARGETS = (Target(1, 10), Target(10, 10))
MAX_TESTED = 10
"""Maximum number of test clips of the enrolled gesture in one trial."""
OTHERS, IDLE = 30, 40
"""Maximum number of clips of other gestures, and without gestures."""


@dataclass(frozen=True, slots=True)
class EnrolmentTrial:
    """The clips of one enrolment."""

    takes: Sequence[EnrolmentClip]
    work: Sequence[EnrolmentClip]
    tested: Sequence[EnrolmentClip]
    others: Sequence[EnrolmentClip]
    """Other gestures."""
    idle: Sequence[EnrolmentClip]
    """No gesture."""


@dataclass(slots=True)
class FiredCounts:
    """Counts of events over trials."""

    found: int = 0
    tested: int = 0
    refused: int = 0
    trials: int = 0
    wrong_others: int = 0
    others_minutes: float = 0.0
    wrong_idle: int = 0
    idle_minutes: float = 0.0

    @property
    def row(self) -> str:
        """The last cells of a table's row."""
        recall = self.found / max(1, self.tested)
        others = self.wrong_others / max(1e-9, self.others_minutes)
        idle = self.wrong_idle / max(1e-9, self.idle_minutes)
        return f"{recall:.0%} of {self.tested} | {others:.2f} | {idle:.2f} | {self.refused}/{self.trials}"


def trials(setting: str, clips: Sequence[EnrolmentClip], count: int, repeats: int) -> Iterator[EnrolmentTrial]:
    """Draw trials of one setting with `takes` takes."""
    own = [clip for clip in clips if clip.setting == setting]
    quiet = [clip for clip in clips if clip.setting == "idle"]
    for number, label in enumerate(sorted({clip.label for clip in own})):
        mine = [clip for clip in own if clip.label == label]
        if len(mine) < count + 1:
            continue
        for repeat in range(repeats):
            rng = np.random.default_rng((count, number, repeat))
            chosen = [mine[k] for k in rng.permutation(len(mine))]
            rest, idle = [c for c in own if c.label != label], [quiet[k] for k in rng.permutation(len(quiet))]
            work, others = _work(setting, rest, idle, rng)
            others = [others[k] for k in rng.permutation(len(others))[:OTHERS]]
            tested = chosen[count : count + MAX_TESTED]
            idle = [clip for clip in idle if clip not in work][:IDLE]
            yield EnrolmentTrial(chosen[:count], work, tested, others, idle)


def _work(
    setting: str, rest: list[EnrolmentClip], idle: list[EnrolmentClip], rng: np.random.Generator
) -> tuple[list[EnrolmentClip], list[EnrolmentClip]]:
    """Split off 60 s of work from the clips in which nothing may fire; for silhouettes, from silhouettes."""
    if setting == "one person":
        away = set(rng.choice(sorted({clip.label for clip in rest}), 2, replace=False).tolist())
        pool = [clip for clip in rest if clip.label in away]
        rest = [clip for clip in rest if clip.label not in away]
        pool = [pool[k] for k in rng.permutation(len(pool))]
    else:
        pool = idle
    work: list[EnrolmentClip] = []
    while pool and sum(clip.seconds for clip in work) < WORK_S:
        work.append(pool[len(work)])
    return work, rest


def measure(trial: EnrolmentTrial, spec: ModelSpec, target: Target, tally: FiredCounts) -> None:
    """Enrol as the app does, and count events as the app does."""
    takes = [clip.take(Kind.GESTURE, NAME, spec) for clip in trial.takes]
    work = [clip.take(Kind.WORK, "", spec) for clip in trial.work]
    tally.trials += 1
    tally.tested += len(trial.tested)
    done = fit(UserProfile.of("benchmark", spec), spec, [*takes, *work], target)
    if done.refused:
        tally.refused += 1
        return
    count = _firing(done.profile, spec)
    tally.found += sum(count(clip) > 0 for clip in trial.tested)
    tally.wrong_others += sum(map(count, trial.others))
    tally.others_minutes += sum(clip.seconds for clip in trial.others) / 60
    tally.wrong_idle += sum(map(count, trial.idle))
    tally.idle_minutes += sum(clip.seconds for clip in trial.idle) / 60


def _firing(profile: UserProfile, spec: ModelSpec) -> Callable[[EnrolmentClip], int]:
    """A function that counts how often the gesture fires in a clip."""
    (gesture,) = profile.gestures
    labels = (*spec.labels, gesture.label)

    def count(clip: EnrolmentClip) -> int:
        decoder, fired = Decoder(labels, profile.decoding), 0
        similarities = gesture.similarities(clip.embeddings)
        for step, (logits, like) in enumerate(zip(clip.logits, similarities, strict=True)):
            own = np.array([gesture.probability(float(like))], np.float32)
            event = decoder.update(joined(softmax(logits, profile.temperature), own), step / spec.rate_hz)
            fired += event is not None and event.label == gesture.label and step >= clip.lead
        return fired

    return count


def print_table(fired: dict[tuple[str, int, Target], FiredCounts]) -> None:
    """Print a Markdown table of the counts."""
    print("| setting | takes | target | recognised | false per minute: other gestures | no gesture | not learnt |")
    print("|---|---|---|---|---|---|---|")
    for (setting, count, target), counts in fired.items():
        print(f"| {setting} | {count} | {target} | {counts.row} |")


@command("personal_gestures")
def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = CommandParser(prog="python -m benchmarks.personal_gestures", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv, jester_val/ and streams/")
    parser.add_argument("--model", type=Path, default=SHIPPED_MODEL)
    parser.add_argument("--cache", type=Path, default=Path("runs/enrolment"), help="may be deleted at any time")
    parser.add_argument("--repeats", type=positive, default=2, help="trials a class")
    given = parser.parse_args(arguments)
    with closing(load_engine(given.model)) as engine:
        spec, clips = engine.spec, see(sources(given.data), engine, given.cache)
    print_table(run(clips, spec, given.repeats))
    print(f"\nmodel {spec.name} {spec.weights_sha256[:8]} ({spec.trained})")
    print(machine_line())
    return 0


def run(clips: Sequence[EnrolmentClip], spec: ModelSpec, repeats: int) -> dict[tuple[str, int, Target], FiredCounts]:
    """All trials: by setting, number of takes and target."""
    fired: dict[tuple[str, int, Target], FiredCounts] = {}
    for setting in ("one person", "other people"):
        for count in TAKES:
            for trial in trials(setting, clips, count, repeats):
                for target in TARGETS:
                    measure(trial, spec, target, fired.setdefault((setting, count, target), FiredCounts()))
            print(f"{setting}, {count} takes: done", file=sys.stderr)
    return fired


if __name__ == "__main__":
    sys.exit(main())
