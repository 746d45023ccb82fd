"""Fitting: from the recordings of a person to their profile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibration.background import Background
from calibration.enrolment import enrol
from calibration.errors import TakeError
from calibration.personal_gesture import PersonalGesture
from calibration.personal_head import joined
from calibration.reliability import Reliability
from calibration.take import Kind, Take
from calibration.temperature import Evidence, fit_temperature
from calibration.thresholds import Tail, Target, Threshold, block_peaks, choose
from calibration.user_profile import UserProfile
from common.arrays import Floats
from models.decoder import Decoder
from models.softmax import softmax
from models.spec import NO_GESTURE_LABELS, Decoding, ModelSpec, Rule

STIRRED = 0.1
"""A gesture whose probability work never raises this far is not what work is mistaken for."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A profile, and how it came about."""

    profile: UserProfile
    refused: tuple[TakeError, ...]
    """Gestures that could not be learnt, each with its reason."""
    before: Reliability | None
    """None where no gesture of the model's own was recorded."""
    after: Reliability | None


def fit(old: UserProfile, spec: ModelSpec, takes: Sequence[Take], target: Target) -> Fit:
    """Fit a profile to all takes of a person.

    Args:
        old: the profile so far; its gestures without takes, such as imported ones, stay.
        spec: the model that made the takes.
        takes: everything recorded.
        target: how many false activations are tolerable.

    Raises:
        TakeError: nothing was recorded.
    """
    if not takes:
        raise TakeError("nothing is recorded yet; begin with python -m calibration record")
    evidence = Evidence.of(takes, spec.labels)
    temperature = fit_temperature(evidence) if evidence else spec.temperature
    learnt, refused = _learn(spec, takes)
    recorded = {take.label for take in takes if take.kind is Kind.GESTURE}
    kept = [gesture for gesture in old.gestures if gesture.label not in recorded]
    profile = replace(UserProfile.of(old.name, spec), temperature=temperature, gestures=(*kept, *learnt))
    profile = _with_thresholds(profile, spec, takes, target)
    imported = {each.label: old.decoding.rule_for(each.label) for each in kept if not _work(takes)}
    per_label = profile.decoding.per_label | imported
    profile = replace(profile, decoding=replace(profile.decoding, per_label=per_label))
    before, after = (Reliability.of(evidence, t) if evidence else None for t in (spec.temperature, temperature))
    return Fit(profile, tuple(refused), before, after)


def _work(takes: Sequence[Take]) -> list[Take]:
    return [take for take in takes if take.kind is Kind.WORK]


def _learn(spec: ModelSpec, takes: Sequence[Take]) -> tuple[list[PersonalGesture], list[TakeError]]:
    """Learn every gesture that the model does not know."""
    labels = dict.fromkeys(t.label for t in takes if t.kind is Kind.GESTURE and t.label not in spec.labels)
    if not labels:
        return [], []
    work = [take.embeddings for take in _work(takes)]
    background = background_of(work, spec.weights_sha256)
    learnt, refused = [], []
    for label in labels:
        own = [take for take in takes if take.kind is Kind.GESTURE and take.label == label]
        wrong = [take.embeddings for take in takes if take.kind is Kind.NOT_THIS and take.label == label]
        try:
            learnt.append(enrol(label, own, work, wrong, background))
        except TakeError as error:
            refused.append(error)
    return learnt, refused


def background_of(work: Sequence[Floats], weights_sha256: str) -> Background:
    """What a person's gestures must stand out of: their work, and generated gestures where the box has them.

    Raises:
        TakeError: there is neither.
    """
    bundled = Background.bundled(weights_sha256)
    if work:
        return Background.of(np.concatenate(list(work))).seen_with(bundled)
    if bundled is None:
        raise TakeError("a gesture of your own needs a minute of just work beside it; record it with --work 60")
    return bundled


def _with_thresholds(profile: UserProfile, spec: ModelSpec, takes: Sequence[Take], target: Target) -> UserProfile:
    """Choose the rule of every gesture that may fire."""
    labels = (*spec.labels, *(gesture.label for gesture in profile.gestures))
    smoothed = [_smoothed(profile, take, labels) for take in takes]
    work = [answer for take, answer in zip(takes, smoothed, strict=True) if take.kind is Kind.WORK]
    minutes = sum(map(len, work)) / spec.rate_hz / 60
    columns = {label: column for column, label in enumerate(labels) if label not in NO_GESTURE_LABELS}
    peaks = {
        label: [p for answer in work for p in block_peaks(answer[:, k], spec.rate_hz)] for label, k in columns.items()
    }
    # The target is for all together; those that work never stirs need no share of it.
    stirred = sum(max(each, default=0.0) >= STIRRED for each in peaks.values())
    rate = target.activations / target.minutes / max(1, stirred)
    chosen = []
    for label, column in columns.items():
        tail = Tail.of(peaks[label], minutes) if peaks[label] else None
        own = _peaks(takes, smoothed, Kind.GESTURE, label, column)
        usual = spec.decoding.rule_for(label).enter
        chosen.append(choose(label, own, tail, _confused(takes, smoothed, label, column), rate, usual))
    rules = {each.label: _rule(spec.decoding, each) for each in chosen}
    return replace(profile, thresholds=tuple(chosen), decoding=replace(spec.decoding, per_label=rules))


def _rule(decoding: Decoding, chosen: Threshold) -> Rule:
    return replace(decoding.rule_for(chosen.label), enter=chosen.enter, exit=chosen.exit)


def _peaks(takes: Sequence[Take], smoothed: Sequence[Floats], kind: Kind, label: str, column: int) -> list[float]:
    """How high a label rises in each of its takes of one kind."""
    found = zip(takes, smoothed, strict=True)
    return [float(s[t.begins :, column].max()) for t, s in found if t.kind is kind and t.label == label]


def _confused(takes: Sequence[Take], smoothed: Sequence[Floats], label: str, column: int) -> list[float]:
    """What a label must stay above: moments marked as wrong, and nine of ten takes of other gestures."""
    wrong = _peaks(takes, smoothed, Kind.NOT_THIS, label, column)
    found = zip(takes, smoothed, strict=True)
    others = [float(s[t.begins :, column].max()) for t, s in found if t.kind is Kind.GESTURE and t.label != label]
    return [*wrong, *([float(np.quantile(others, 0.9))] if others else [])]


def _smoothed(profile: UserProfile, take: Take, labels: tuple[str, ...]) -> Floats:
    """The probabilities of a take as the decoder smooths them, float32 [T, labels]."""
    own = np.zeros((len(take), len(profile.gestures)), np.float32)
    for column, gesture in enumerate(profile.gestures):
        own[:, column] = [gesture.probability(like) for like in gesture.likenesses(take.embeddings)]
    decoder, rows = Decoder(labels, profile.decoding), []
    for logits, mine, time_s in zip(take.logits, own, take.times_s, strict=True):
        decoder.update(joined(softmax(logits, profile.temperature), mine), float(time_s))
        rows.append(decoder.smoothed)
    return np.stack(rows)
