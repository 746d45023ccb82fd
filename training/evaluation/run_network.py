"""A network put to the test: on clips by themselves, and on streams."""

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
    """What a network makes of clips, each from an empty past; and the numbers of those that are broken.

    Raises:
        DataError: every clip is broken.
    """
    answers = run_clips(net, views, batch, workers)
    found = truth[answers.numbers]
    reliability = clip_reliability(answers.logits, found, spec.temperature)
    broken = np.setdiff1d(np.arange(len(truth)), answers.numbers)
    return Evaluation(spec.labels, answers.logits, found, reliability), broken.tolist()


def evaluate_streams(net: MSTNet, spec: ModelSpec, takes: Iterable[LabelledStream]) -> Evaluation:
    """What a network makes of streams.

    Raises:
        DataError: the network looks into the future, or there is no stream.
    """
    if not net.causal:
        raise DataError(
            f"{spec.name} looks into the future and cannot stream; leave --stream out, or give a causal net"
        )
    streams = [watch(net, spec, take) for take in tqdm(takes, "streams", disable=None, leave=False)]
    if not streams:
        raise DataError("not one clip can be read; prepare the data set anew")
    logits, truth = _at_the_end(streams, spec.labels)
    reliability = stream_reliability(streams, spec.labels, spec.temperature)
    return Evaluation(spec.labels, logits, truth, reliability, stream_values(streams, spec.labels))


def watch(net: MSTNet, spec: ModelSpec, take: LabelledStream) -> StreamOutput:
    """Run a network along one stream and read its answers as the app does."""
    logits = stream_logits(net, take.pictures)
    found = events(softmax(logits, spec.temperature), spec.labels, spec.decoding, spec.rate_hz)
    return StreamOutput(take.truths, tuple(found), logits, spec.rate_hz)


def _at_the_end(streams: Sequence[StreamOutput], labels: Sequence[str]) -> tuple[np.ndarray, Ints]:
    """The logits at the end of everything that happens, [N, labels], and what it was, [N]."""
    ends = [(stream, truth) for stream in streams for truth in stream.truths if truth.label in labels]
    logits = [logits_at_share(stream, truth, 1.0) for stream, truth in ends]
    truth = [labels.index(truth.label) for _, truth in ends]
    return np.reshape(logits, (-1, len(labels))).astype(np.float32), np.array(truth, np.int64)
