"""Evaluates a network on clips or on streams."""

from collections.abc import Iterable, Sequence

import numpy as np
from tqdm import tqdm

from models.nets.mstnet import MSTNet
from models.softmax import softmax
from models.spec import ModelSpec
from training.errors import DataError
from training.evaluation.decoded_events import events
from training.evaluation.inference import Views, run_clips, stream_logits
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.metrics import Ints, clip_reliability
from training.evaluation.scoring import Evaluation, stream_values
from training.evaluation.stream_metrics import StreamOutput, logits_at_share, stream_reliability


def evaluate_clips(
    net: MSTNet, spec: ModelSpec, views: Views, truth: Ints, batch: int, workers: int
) -> tuple[Evaluation, list[int]]:
    """Evaluate a network on clips, each from an empty state; also returns the numbers of the broken clips.

    Raises:
        DataError: every clip is broken.
    """
    outputs = run_clips(net, views, batch, workers)
    readable = truth[outputs.numbers]
    reliability = clip_reliability(outputs.logits, readable, spec.temperature)
    broken = np.setdiff1d(np.arange(len(truth)), outputs.numbers)
    return Evaluation(spec.labels, outputs.logits, readable, reliability), broken.tolist()


def evaluate_streams(net: MSTNet, spec: ModelSpec, streams: Iterable[LabelledStream]) -> Evaluation:
    """Evaluate a network on streams.

    Raises:
        DataError: the network is not causal, or there is no stream.
    """
    if not net.causal:
        raise DataError(f"{spec.name} is not causal and cannot stream; leave --stream out, or give a causal network")
    outputs = [run_stream(net, spec, stream) for stream in tqdm(streams, "streams", disable=None, leave=False)]
    if not outputs:
        raise DataError("no clip can be read; prepare the data set again")
    logits, truth = _at_the_end(outputs, spec.labels)
    reliability = stream_reliability(outputs, spec.labels, spec.temperature)
    return Evaluation(spec.labels, logits, truth, reliability, stream_values(outputs, spec.labels))


def run_stream(net: MSTNet, spec: ModelSpec, stream: LabelledStream) -> StreamOutput:
    """Run a network on one stream and decode its output as the app does."""
    logits = stream_logits(net, stream.pictures)
    found = events(softmax(logits, spec.temperature), spec.labels, spec.decoding, spec.rate_hz)
    return StreamOutput(stream.truths, tuple(found), logits, spec.rate_hz)


def _at_the_end(streams: Sequence[StreamOutput], labels: Sequence[str]) -> tuple[np.ndarray, Ints]:
    """The logits at the end of each labelled span, [N, labels], and its class, [N]."""
    ends = [(stream, truth) for stream in streams for truth in stream.truths if truth.label in labels]
    logits = [logits_at_share(stream, truth, 1.0) for stream, truth in ends]
    truth = [labels.index(truth.label) for _, truth in ends]
    return np.reshape(logits, (-1, len(labels))).astype(np.float32), np.array(truth, np.int64)
