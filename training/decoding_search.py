"""Chooses the temperature and the decoding of a network by grid search on streams."""

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
"""Limit of `most_named`, for streams with a gesture every few seconds."""
PAUSE_S = 1.0
"""Pause between the clips of a stream."""
MAX_STREAMS = 20

Objective = Callable[[Score], tuple[float, ...]]
"""The value of a candidate by its score on all streams; it is maximised."""


def candidates(spec: ModelSpec) -> Iterator[ModelSpec]:
    """The spec with every temperature and decoding of the grid. Probabilities below 0.5 never fire."""
    for temperature, smooth_s, enter, fall, hold_s, rest_s in product(
        (0.5, 0.65, 0.8), (0.15, 0.3, 0.5), (0.5, 0.6, 0.7), (0.5, 0.75), (0.0, 0.1), (0.5, 1.0)
    ):
        rule = Rule(enter=enter, exit=round(fall * enter, 3), hold_s=hold_s, rest_s=rest_s)
        yield replace(spec, temperature=temperature, decoding=Decoding(smooth_s, rule))


def most_named(total: Score) -> tuple[float, ...]:
    """The number of named gestures, with at most `MAX_WRONG_PER_MINUTE` wrong events."""
    within_limit = total.wrong <= MAX_WRONG_PER_MINUTE * total.minutes
    return total.named if within_limit else -total.wrong, -total.wrong


def balanced(total: Score) -> tuple[float, ...]:
    """The number of named gestures minus the number of wrong events."""
    return total.named - total.wrong, total.exact


def choose(
    streams: Sequence[LabelledStream], logits: Sequence[Floats], spec: ModelSpec, objective: Objective = most_named
) -> tuple[ModelSpec, dict[str, Score]]:
    """The best candidate for the logits [T, classes] of each stream, and its score by group.

    Of candidates with equal values the one in their middle, which is the farthest from a change of events.
    """
    tried = [(candidate, _scores(streams, logits, candidate)) for candidate in candidates(spec)]
    values = [objective(sum(result.values(), Score())) for _, result in tried]
    best = [pair for pair, value in zip(tried, values, strict=True) if value == max(values)]
    return best[_middle([_coordinates(candidate) for candidate, _ in best])]


def _scores(streams: Sequence[LabelledStream], logits: Sequence[Floats], spec: ModelSpec) -> dict[str, Score]:
    return scores(streams, [softmax(rows, spec.temperature) for rows in logits], spec)


def _coordinates(candidate: ModelSpec) -> tuple[float, ...]:
    """The position of a candidate in the grid."""
    enter, fall, *times = astuple(candidate.decoding.rule)
    return candidate.temperature, candidate.decoding.smooth_s, enter, round(fall / enter, 2), *times


def _middle(positions: Sequence[tuple[float, ...]]) -> int:
    """The index of the position with the fewest grid steps to all others."""
    steps = np.stack([np.unique(column, return_inverse=True)[1] for column in np.transpose(positions)], 1)
    return int(np.abs(steps[:, None] - steps).sum((1, 2)).argmin())


def description(spec: ModelSpec) -> str:
    """Temperature and decoding in a line."""
    rule = spec.decoding.rule
    return (
        f"temperature {spec.temperature:g}, smoothing {spec.decoding.smooth_s:g} s, enter {rule.enter:g}, "
        f"exit {rule.exit:g}, hold {rule.hold_s:g} s, rest {rule.rest_s:g} s"
    )


def run_streams(net: MSTNet, streams: Iterable[LabelledStream]) -> tuple[list[LabelledStream], list[Floats]]:
    """The logits [T, classes] of each stream, and the streams without their pictures, to save memory."""
    results = [(replace(one, pictures=one.pictures[:0]), stream_logits(net, one.pictures)) for one in streams]
    return [one for one, _ in results], [logits for _, logits in results]


def streams_of(index: Index, spec: ModelSpec) -> Iterator[LabelledStream]:
    """Streams of the clips of an index, with pauses between them; `MAX_STREAMS` at most."""
    clips = [(clip, spec.labels[label]) for clip, label in labelled(index, spec.labels)]
    return islice(montages(clips, spec, Montage(quiet_s=PAUSE_S), []), MAX_STREAMS)


def choose_on_index(net: MSTNet, spec: ModelSpec, validation: Index, test: Index | None) -> tuple[ModelSpec, list[str]]:
    """Choose temperature and decoding on streams of one split, and report the events there and on another.

    Args:
        net: the network.
        spec: its spec.
        validation: the split for the choice.
        test: the split for an independent result; None if there is none.

    Returns:
        The chosen spec, and lines to report.

    Raises:
        DataError: a split has no labels, or none of its clips can be read.
    """
    streams, logits = run_streams(net, streams_of(validation, spec))
    chosen, result = choose(streams, logits, spec, balanced)
    lines = [description(chosen), f"streams of {validation.split}, used for this choice: {_events_line(result)}"]
    if test is not None:
        streams, logits = run_streams(net, streams_of(test, spec))
        lines.append(f"streams of {test.split}: {_events_line(_scores(streams, logits, chosen))}")
    return chosen, lines


def _events_line(result: Mapping[str, Score]) -> str:
    total = sum(result.values(), Score())
    per_minute = total.wrong / total.minutes if total.minutes else 0.0
    return (
        f"of {total.total} gestures {total.named} fired, {total.exact} of them exactly once without other events; "
        f"{total.wrong} wrong events in {total.minutes:.1f} min ({per_minute:.1f} per minute)"
    )
