"""Fitting: from the recordings of a person to their profile."""

import math
from collections.abc import Collection, Sequence
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
from calibration.thresholds import Heights, Tail, Target, block_peaks, choose_all, held
from calibration.user_profile import UserProfile
from common.arrays import Floats
from models.decoder import Decoder
from models.softmax import softmax
from models.spec import NO_GESTURE_LABELS, Decoding, ModelSpec


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A profile, and how it came about."""

    profile: UserProfile
    refused: tuple[TakeError, ...]
    """Gestures that could not be learnt, each with its reason."""
    before: Reliability | None
    """None where no gesture of the model's own was recorded."""
    after: Reliability | None
    work_s: float
    """How much work was recorded, in seconds."""


def fit(old: UserProfile, spec: ModelSpec, takes: Sequence[Take], target: Target, anyway: Collection[str] = ()) -> Fit:
    """Fit a profile to all takes of a person.

    Args:
        old: the profile so far; its gestures that are not learnt anew, such as imported ones, stay.
        spec: the model that made the takes.
        takes: everything recorded.
        target: how many false events are tolerable.
        anyway: the person's own gestures to keep where their takes show different movements, or none is found.

    Raises:
        TakeError: nothing was recorded, or no take is of a gesture to keep anyway.
    """
    if not takes:
        raise TakeError("nothing is recorded yet; begin with python -m calibration record")
    own = {take.label for take in takes if take.kind is Kind.GESTURE} - set(spec.labels)
    if unknown := set(anyway) - own:
        there = ", ".join(sorted(own)) or "none"
        raise TakeError(f"no take is of a gesture of your own called {min(unknown)!r}; there is: {there}")
    evidence = Evidence.of(takes, spec.labels)
    temperature = fit_temperature(evidence) if evidence else spec.temperature
    learnt, refused = _learn(spec, takes, anyway)
    kept = [gesture for gesture in old.gestures if gesture.label not in {each.label for each in learnt}]
    profile = replace(UserProfile.of(old.name, spec), temperature=temperature, gestures=(*kept, *learnt))
    profile, unfound = _found(profile, spec, takes, target, anyway)
    imported = {each.label: old.decoding.rule_for(each.label) for each in kept if not _work(takes)}
    per_label = profile.decoding.per_label | imported
    profile = replace(profile, decoding=replace(profile.decoding, per_label=per_label))
    before, after = (Reliability.of(evidence, t) if evidence else None for t in (spec.temperature, temperature))
    work_s = sum(map(len, _work(takes))) / spec.rate_hz
    return Fit(profile, (*refused, *unfound), before, after, work_s)


def _work(takes: Sequence[Take]) -> list[Take]:
    return [take for take in takes if take.kind is Kind.WORK]


def _learn(
    spec: ModelSpec, takes: Sequence[Take], anyway: Collection[str]
) -> tuple[list[PersonalGesture], list[TakeError]]:
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
            learnt.append(enrol(label, own, work, wrong, background, label in anyway))
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


def _found(
    profile: UserProfile, spec: ModelSpec, takes: Sequence[Take], target: Target, anyway: Collection[str]
) -> tuple[UserProfile, list[TakeError]]:
    """Choose every gesture's rule; take out the person's own that none of their takes reaches, and choose again."""
    refused: list[TakeError] = []
    while True:
        profile = _with_thresholds(profile, spec, takes, target)
        chosen = [each for each in profile.thresholds if each.label not in spec.labels and each.label not in anyway]
        unfound = {each.label: each for each in chosen if each.takes and not each.found}
        if not unfound:
            return profile, refused
        refused += [
            TakeError(
                f"none of the {each.takes} takes of {label!r} reaches the threshold that work and other gestures leave "
                f"it ({each.enter:g}); make it differ more from them, allow more with --false, or keep it with "
                f"--save-anyway {label!r}"
            )
            for label, each in unfound.items()
        ]
        profile = replace(profile, gestures=tuple(each for each in profile.gestures if each.label not in unfound))


def _with_thresholds(profile: UserProfile, spec: ModelSpec, takes: Sequence[Take], target: Target) -> UserProfile:
    """Choose the rule of every gesture that may fire."""
    labels = (*spec.labels, *(gesture.label for gesture in profile.gestures))
    levels = [_levels(profile, spec.decoding, take, labels) for take in takes]
    work = [answer for take, answer in zip(takes, levels, strict=True) if take.kind is Kind.WORK]
    minutes = sum(map(len, work)) / spec.rate_hz / 60
    gestures = []
    for column, label in enumerate(labels):
        if label in NO_GESTURE_LABELS:
            continue
        peaks = [peak for answer in work for peak in block_peaks(answer[:, column], spec.rate_hz)]
        tail = Tail.of(peaks, minutes) if peaks else None
        own = _peaks(takes, levels, Kind.GESTURE, label, column)
        wrong = _confused(takes, levels, label, column)
        gestures.append(Heights(label, own, tail, wrong, spec.decoding.rule_for(label).enter))
    chosen = choose_all(gestures, target)
    rules = {
        each.label: replace(spec.decoding.rule_for(each.label), enter=each.enter, exit=each.exit) for each in chosen
    }
    return replace(profile, thresholds=tuple(chosen), decoding=replace(spec.decoding, per_label=rules))


def _peaks(takes: Sequence[Take], levels: Sequence[Floats], kind: Kind, label: str, column: int) -> list[float]:
    """How high a label rises in each of its takes of one kind."""
    found = zip(takes, levels, strict=True)
    return [float(s[t.begins :, column].max()) for t, s in found if t.kind is kind and t.label == label]


def _confused(takes: Sequence[Take], levels: Sequence[Floats], label: str, column: int) -> list[float]:
    """What a label must stay above: moments marked as wrong, and nine of ten takes of other gestures."""
    wrong = _peaks(takes, levels, Kind.NOT_THIS, label, column)
    found = zip(takes, levels, strict=True)
    others = [float(s[t.begins :, column].max()) for t, s in found if t.kind is Kind.GESTURE and t.label != label]
    return [*wrong, *([float(np.quantile(others, 0.9))] if others else [])]


def _levels(profile: UserProfile, decoding: Decoding, take: Take, labels: tuple[str, ...]) -> Floats:
    """The smoothed probability that each label holds as long as it must to fire, float32 [T, labels]."""
    smoothed = _smoothed(profile, take, labels)
    steps = [1 + math.ceil(decoding.rule_for(label).hold_s * take.spec.rate_hz - 1e-6) for label in labels]
    return np.stack([held(smoothed[:, k], count) for k, count in enumerate(steps)], axis=1)


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
