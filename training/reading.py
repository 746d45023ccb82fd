"""How a network's answers are read as events: its temperature and its decoder's rule, chosen on streams."""

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

WRONG_A_MINUTE = 3.0
"""How often a reading may be wrong where a gesture comes every few seconds."""
QUIET_S = 1.0
"""Rest between the clips of a stream, in seconds."""
STREAMS = 20
"""So many streams are watched at most."""

Worth = Callable[[Score], tuple[float, ...]]
"""How good a reading is by what it gives on all streams together; more is better."""


def readings(spec: ModelSpec) -> Iterator[ModelSpec]:
    """The spec with every reading that is tried. What is less likely than not does not fire."""
    for temperature, smooth_s, enter, fall, hold_s, rest_s in product(
        (0.5, 0.65, 0.8), (0.15, 0.3, 0.5), (0.5, 0.6, 0.7), (0.5, 0.75), (0.0, 0.1), (0.5, 1.0)
    ):
        rule = Rule(enter=enter, exit=round(fall * enter, 3), hold_s=hold_s, rest_s=rest_s)
        yield replace(spec, temperature=temperature, decoding=Decoding(smooth_s, rule))


def bearable(total: Score) -> tuple[float, ...]:
    """The most gestures named, where not too many events are wrong."""
    few = total.wrong <= WRONG_A_MINUTE * total.minutes
    return total.named if few else -total.wrong, -total.wrong


def balanced(total: Score) -> tuple[float, ...]:
    """A wrong event is as bad as a gesture missed."""
    return total.named - total.wrong, total.exact


def choose(
    takes: Sequence[LabelledStream], answers: Sequence[Floats], spec: ModelSpec, worth: Worth = bearable
) -> tuple[ModelSpec, dict[str, Score]]:
    """The spec with the best reading of some streams' logits [T, classes], and what it gives by group.

    Of readings that are as good, the one in their middle: it is the farthest from where events change.
    """
    tried = [(reading, _scored(takes, answers, reading)) for reading in readings(spec)]
    values = [worth(sum(result.values(), Score())) for _, result in tried]
    best = [pair for pair, value in zip(tried, values, strict=True) if value == max(values)]
    return best[_middle([_place(reading) for reading, _ in best])]


def _scored(takes: Sequence[LabelledStream], answers: Sequence[Floats], reading: ModelSpec) -> dict[str, Score]:
    return scores(takes, [softmax(answer, reading.temperature) for answer in answers], reading)


def _place(reading: ModelSpec) -> tuple[float, ...]:
    """A reading in the grid."""
    enter, fall, *times = astuple(reading.decoding.rule)
    return reading.temperature, reading.decoding.smooth_s, enter, round(fall / enter, 2), *times


def _middle(places: Sequence[tuple[float, ...]]) -> int:
    """Which of some places in a grid has the fewest steps to all others together."""
    steps = np.stack([np.unique(column, return_inverse=True)[1] for column in np.transpose(places)], 1)
    return int(np.abs(steps[:, None] - steps).sum((1, 2)).argmin())


def told(spec: ModelSpec) -> str:
    """A reading in a line."""
    rule = spec.decoding.rule
    return (
        f"temperature {spec.temperature:g}, smoothing {spec.decoding.smooth_s:g} s, enter {rule.enter:g}, "
        f"exit {rule.exit:g}, hold {rule.hold_s:g} s, rest {rule.rest_s:g} s"
    )


def watched(net: MSTNet, takes: Iterable[LabelledStream]) -> tuple[list[LabelledStream], list[Floats]]:
    """Streams without their pictures, which may be more than fit into memory, and a network's logits [T, classes]."""
    seen = [(replace(take, pictures=take.pictures[:0]), stream_logits(net, take.pictures)) for take in takes]
    return [take for take, _ in seen], [answers for _, answers in seen]


def streams_of(index: Index, spec: ModelSpec) -> Iterator[LabelledStream]:
    """The clips of an index one after another, each after a rest; of many, some."""
    clips = [(clip, spec.labels[label]) for clip, label in labelled(index, spec.labels)]
    return islice(montages(clips, spec, Montage(quiet_s=QUIET_S), []), STREAMS)


def read_as_streams(net: MSTNet, spec: ModelSpec, validation: Index, test: Index | None) -> tuple[ModelSpec, list[str]]:
    """Choose how a network's answers are read on streams of one split, and tell what comes of it, there and on another.

    Args:
        net: the network.
        spec: what it says of itself.
        validation: what is chosen on.
        test: what nothing is chosen on; None where there is none.

    Returns:
        The spec with the reading, and lines to tell.

    Raises:
        DataError: a split has no label, or not one of its clips can be read.
    """
    takes, answers = watched(net, streams_of(validation, spec))
    chosen, result = choose(takes, answers, spec, balanced)
    lines = [told(chosen), f"streams of {validation.split}, on which that was chosen: {events_told(result)}"]
    if test is not None:
        takes, answers = watched(net, streams_of(test, spec))
        lines.append(f"streams of {test.split}: {events_told(_scored(takes, answers, chosen))}")
    return chosen, lines


def events_told(result: Mapping[str, Score]) -> str:
    """What the events of some streams come to, in a line."""
    total = sum(result.values(), Score())
    a_minute = total.wrong / total.minutes if total.minutes else 0.0
    return (
        f"of {total.total} gestures {total.named} fired, {total.exact} of them exactly once and nothing else; "
        f"{total.wrong} wrong events in {total.minutes:.1f} min ({a_minute:.1f} a minute)"
    )
