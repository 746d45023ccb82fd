"""Chooses the temperature, the smoothing and the thresholds of a network by a grid search on labelled streams."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, replace
from itertools import islice, product

import numpy as np

from common.arrays import Floats
from models.nets.mstnet import MSTNet
from models.softmax import softmax
from models.spec import Decoding, ModelSpec, Rule
from training.datasets.base import Index
from training.evaluation.inference import labelled, stream_logits
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.montage import Montage, montages
from training.evaluation.stream_score import Score, scores

MAX_WRONG_PER_MINUTE = 3.0
"""Limit of `most_named`; in these streams a gesture comes every few seconds."""
PAUSE_S = 1.0
"""Pause between the clips of a stream, in seconds."""
MAX_STREAMS = 20

Objective = Callable[[Score], tuple[float, ...]]
"""Maps the score over all streams to what is maximised."""


def decoding_grid(spec: ModelSpec) -> Iterator[ModelSpec]:
    """The spec with every temperature and decoding of the grid. `enter` is never below 0.5."""
    for temperature, smooth_s, enter, fall, hold_s, rest_s in product(
        (0.5, 0.65, 0.8), (0.15, 0.3, 0.5), (0.5, 0.6, 0.7), (0.5, 0.75), (0.0, 0.1), (0.5, 1.0)
    ):
        rule = Rule(enter=enter, exit=round(fall * enter, 3), hold_s=hold_s, rest_s=rest_s)
        yield replace(spec, temperature=temperature, decoding=Decoding(smooth_s, rule))


def most_named(total: Score) -> tuple[float, ...]:
    """Maximise named gestures, with at most MAX_WRONG_PER_MINUTE wrong events per minute."""
    allowed = total.wrong <= MAX_WRONG_PER_MINUTE * total.minutes
    return total.named if allowed else -total.wrong, -total.wrong


def named_minus_wrong(total: Score) -> tuple[float, ...]:
    """Maximise named gestures minus wrong events."""
    return total.named - total.wrong, total.exact


def choose_decoding(
    takes: Sequence[LabelledStream], logits: Sequence[Floats], spec: ModelSpec, objective: Objective = most_named
) -> tuple[ModelSpec, dict[str, Score]]:
    """Search the grid for the best spec on the logits [T, classes] of each stream.

    Among equally good points, choose their medoid: it is the farthest from where events change.

    Returns:
        The spec with the chosen temperature and decoding, and its scores by group of streams.
    """
    tried = [(point, _scored(takes, logits, point)) for point in decoding_grid(spec)]
    values = [objective(sum(result.values(), Score())) for _, result in tried]
    best = [pair for pair, value in zip(tried, values, strict=True) if value == max(values)]
    return best[_medoid([_coordinates(point) for point, _ in best])]


def _scored(takes: Sequence[LabelledStream], logits: Sequence[Floats], spec: ModelSpec) -> dict[str, Score]:
    return scores(takes, [softmax(one, spec.temperature) for one in logits], spec)


def _coordinates(spec: ModelSpec) -> tuple[float, ...]:
    enter, fall, *times = astuple(spec.decoding.rule)
    return spec.temperature, spec.decoding.smooth_s, enter, round(fall / enter, 2), *times


def _medoid(points: Sequence[tuple[float, ...]]) -> int:
    """The index of the point with the smallest sum of L1 distances to the others, in grid steps."""
    steps = np.stack([np.unique(column, return_inverse=True)[1] for column in np.transpose(points)], 1)
    return int(np.abs(steps[:, None] - steps).sum((1, 2)).argmin())


def decoding_text(spec: ModelSpec) -> str:
    """Temperature, smoothing and thresholds of a spec as one line."""
    rule = spec.decoding.rule
    return (
        f"temperature {spec.temperature:g}, smoothing {spec.decoding.smooth_s:g} s, enter {rule.enter:g}, "
        f"exit {rule.exit:g}, hold {rule.hold_s:g} s, rest {rule.rest_s:g} s"
    )


def run_on_streams(net: MSTNet, takes: Iterable[LabelledStream]) -> tuple[list[LabelledStream], list[Floats]]:
    """Run a network on streams.

    Returns:
        The streams without their pictures, which may not all fit into memory, and the logits [T, classes] of each.
    """
    seen = [(replace(take, pictures=take.pictures[:0]), stream_logits(net, take.pictures)) for take in takes]
    return [take for take, _ in seen], [logits for _, logits in seen]


def index_streams(index: Index, spec: ModelSpec) -> Iterator[LabelledStream]:
    """The clips of an index as at most MAX_STREAMS streams, a pause before each clip."""
    clips = [(clip, spec.labels[label]) for clip, label in labelled(index, spec.labels)]
    return islice(montages(clips, spec, Montage(quiet_s=PAUSE_S), []), MAX_STREAMS)


def choose_on_index(net: MSTNet, spec: ModelSpec, validation: Index, test: Index | None) -> tuple[ModelSpec, list[str]]:
    """Choose the decoding on streams of one split, and report its events there and on another split.

    Args:
        net: the network.
        spec: its spec.
        validation: the split to choose on.
        test: the split to report on as well, or None.

    Returns:
        The spec with the chosen temperature and decoding, and the report, line by line.

    Raises:
        DataError: a split has no labels, or none of its clips can be read.
    """
    takes, logits = run_on_streams(net, index_streams(validation, spec))
    chosen, result = choose_decoding(takes, logits, spec, named_minus_wrong)
    lines = [decoding_text(chosen), f"streams of {validation.split}, on which that was chosen: {events_text(result)}"]
    if test is not None:
        takes, logits = run_on_streams(net, index_streams(test, spec))
        lines.append(f"streams of {test.split}: {events_text(_scored(takes, logits, chosen))}")
    return chosen, lines


def events_text(result: Mapping[str, Score]) -> str:
    """The sum of the scores of all groups as one line."""
    total = sum(result.values(), Score())
    per_minute = total.wrong / total.minutes if total.minutes else 0.0
    return (
        f"of {total.total} gestures {total.named} fired, {total.exact} of them exactly once and nothing else; "
        f"{total.wrong} wrong events in {total.minutes:.1f} min ({per_minute:.1f} a minute)"
    )
