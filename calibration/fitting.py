"""Fitting: from a user's takes to a profile."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from calibration.background import Background
from calibration.enrolment import enrol
from calibration.errors import TakeError
from calibration.obstacles import ChosenThreshold, raised_by_takes, why_never_found, work_s
from calibration.personal_gesture import PersonalGesture
from calibration.personal_head import joined
from calibration.reliability import Reliability
from calibration.take import Kind, Take
from calibration.temperature import LabelledSteps, fit_temperature
from calibration.thresholds import GesturePeaks, Tail, Target, block_peaks, choose_thresholds, sustained
from calibration.user_profile import UserProfile
from common.arrays import Floats
from models.decoder import Decoder
from models.softmax import softmax
from models.spec import NO_GESTURE_LABELS, Decoding, ModelSpec


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A profile, and the data it was fitted to."""

    profile: UserProfile
    refused: tuple[TakeError, ...]
    """Why gestures could not be learnt, one error each."""
    before: Reliability | None
    """With the model's temperature; None if no gesture of the model was recorded."""
    after: Reliability | None
    """With the fitted temperature."""
    work_s: float
    """Seconds of work that were recorded."""
    never_firing: tuple[str, ...] = ()
    """One line for each gesture, or several at once, that will hardly fire with this profile, and why."""


def fit(old: UserProfile, spec: ModelSpec, takes: Sequence[Take], target: Target, keep: Collection[str] = ()) -> Fit:
    """Fit a profile to all takes of a user.

    Args:
        old: the profile so far; its gestures without takes, such as imported ones, are kept.
        spec: the model that the takes were recorded with.
        takes: all takes.
        target: the accepted rate of false events.
        keep: own gestures to keep although their takes show different movements, or none is recognised.

    Raises:
        TakeError: there is no take, or none of a gesture in `keep`.
    """
    if not takes:
        raise TakeError("nothing is recorded yet; begin with python -m calibration record")
    own = {take.label for take in takes if take.kind is Kind.GESTURE} - set(spec.labels)
    if unknown := set(keep) - own:
        there = ", ".join(sorted(own)) or "none"
        raise TakeError(f"no take is of a gesture of your own called {min(unknown)!r}; there is: {there}")
    labelled = LabelledSteps.of(takes, spec.labels)
    temperature = fit_temperature(labelled) if labelled else spec.temperature
    learnt, refused = _learn(spec, takes, keep)
    kept = [gesture for gesture in old.gestures if gesture.label not in {each.label for each in learnt}]
    profile = replace(UserProfile.of(old.name, spec), temperature=temperature, gestures=(*kept, *learnt))
    profile, not_found, silent = _with_reachable_gestures(profile, spec, takes, target, keep)
    imported = {each.label: old.decoding.rule_for(each.label) for each in kept if not _work(takes)}
    per_label = profile.decoding.per_label | imported
    profile = replace(profile, decoding=replace(profile.decoding, per_label=per_label))
    before, after = (Reliability.of(labelled, t) if labelled else None for t in (spec.temperature, temperature))
    return Fit(profile, (*refused, *not_found), before, after, work_s(takes), silent)


def _work(takes: Sequence[Take]) -> list[Take]:
    return [take for take in takes if take.kind is Kind.WORK]


def _learn(
    spec: ModelSpec, takes: Sequence[Take], keep: Collection[str]
) -> tuple[list[PersonalGesture], list[TakeError]]:
    """Learn each recorded gesture that is not a label of the model."""
    labels = dict.fromkeys(t.label for t in takes if t.kind is Kind.GESTURE and t.label not in spec.labels)
    if not labels:
        return [], []
    work = _work(takes)
    background = background_of([take.embeddings for take in work], spec.weights_sha256)
    learnt, refused = [], []
    for label in labels:
        own = [take for take in takes if take.kind is Kind.GESTURE and take.label == label]
        wrong = [take.embeddings for take in takes if take.kind is Kind.NOT_THIS and take.label == label]
        try:
            learnt.append(enrol(label, own, work, wrong, background, label in keep))
        except TakeError as error:
            refused.append(error)
    return learnt, refused


def background_of(work: Sequence[Floats], weights_sha256: str) -> Background:
    """The background to whiten by: the user's work, the one shipped with the model, or both.

    Raises:
        TakeError: there is neither.
    """
    bundled = Background.bundled(weights_sha256)
    if work:
        return Background.of(np.concatenate(list(work))).pooled_with(bundled)
    if bundled is None:
        raise TakeError("an own gesture also needs a minute of work without gestures; record it with --work 60")
    return bundled


def _with_reachable_gestures(
    profile: UserProfile, spec: ModelSpec, takes: Sequence[Take], target: Target, keep: Collection[str]
) -> tuple[UserProfile, list[TakeError], tuple[str, ...]]:
    """Choose the rule of each gesture; drop own gestures that no take of theirs reaches, and choose again.

    Returns:
        The profile, an error for each dropped gesture, and the lines about gestures that stay and will hardly fire.
    """
    refused: list[TakeError] = []
    while True:
        counted = _takes_of_learnt(profile, spec, takes)
        profile, chosen = _with_thresholds(profile, spec, counted, target)
        reasons = {c.threshold.label: why_never_found(c, chosen, counted, target) for c in chosen if c.never_found}
        dropped = set(reasons) - set(spec.labels) - set(keep)
        if not dropped:
            return profile, refused, tuple(_never_firing(reasons, chosen, counted))
        refused += [
            TakeError(f"{reasons[label]}. --save-anyway {label!r} saves it, but it would hardly ever fire")
            for label in reasons
            if label in dropped
        ]
        profile = replace(profile, gestures=tuple(each for each in profile.gestures if each.label not in dropped))


def _takes_of_learnt(profile: UserProfile, spec: ModelSpec, takes: Sequence[Take]) -> list[Take]:
    """All takes but those of gestures that were not learnt: these must not raise the thresholds of others."""
    labels = {*spec.labels, *(gesture.label for gesture in profile.gestures)}
    return [take for take in takes if take.kind is not Kind.GESTURE or take.label in labels]


def _never_firing(
    reasons: Mapping[str, str], chosen: Sequence[ChosenThreshold], takes: Sequence[Take]
) -> Iterator[str]:
    for label, reason in reasons.items():
        yield f"{label!r} is saved, but will hardly ever fire: {reason}"
    if line := raised_by_takes(chosen, takes):
        yield line


def _with_thresholds(
    profile: UserProfile, spec: ModelSpec, takes: Sequence[Take], target: Target
) -> tuple[UserProfile, list[ChosenThreshold]]:
    """Choose the rule of each gesture that may fire."""
    labels = (*spec.labels, *(gesture.label for gesture in profile.gestures))
    levels = [_levels(profile, spec.decoding, take, labels) for take in takes]
    work = [level for take, level in zip(takes, levels, strict=True) if take.kind is Kind.WORK]
    minutes = sum(map(len, work)) / spec.rate_hz / 60
    gestures = {}
    for column, label in enumerate(labels):
        if label in NO_GESTURE_LABELS:
            continue
        peaks = [peak for level in work for peak in block_peaks(level[:, column], spec.rate_hz)]
        tail = Tail.of(peaks, minutes) if peaks else None
        own = _peaks(takes, levels, Kind.GESTURE, label, column)
        wrong = _confused(takes, levels, label, column)
        gestures[column] = GesturePeaks(label, own, tail, wrong, spec.decoding.rule_for(label).enter)
    thresholds = choose_thresholds(list(gestures.values()), target)
    rules = {
        each.label: replace(spec.decoding.rule_for(each.label), enter=each.enter, exit=each.exit) for each in thresholds
    }
    chosen = [
        ChosenThreshold(threshold, peaks, [level[:, column] for level in levels])
        for threshold, (column, peaks) in zip(thresholds, gestures.items(), strict=True)
    ]
    decoding = replace(spec.decoding, per_label=rules)
    return replace(profile, thresholds=tuple(thresholds), decoding=decoding), chosen


def _peaks(takes: Sequence[Take], levels: Sequence[Floats], kind: Kind, label: str, column: int) -> list[float]:
    """The highest level of a label in each of its takes of one kind."""
    found = zip(takes, levels, strict=True)
    return [float(s[t.begins :, column].max()) for t, s in found if t.kind is kind and t.label == label]


def _confused(takes: Sequence[Take], levels: Sequence[Floats], label: str, column: int) -> list[float]:
    """Levels that must not fire: moments marked as wrong, and the 90 % quantile of takes of other gestures."""
    wrong = _peaks(takes, levels, Kind.NOT_THIS, label, column)
    found = zip(takes, levels, strict=True)
    others = [float(s[t.begins :, column].max()) for t, s in found if t.kind is Kind.GESTURE and t.label != label]
    return [*wrong, *([float(np.quantile(others, 0.9))] if others else [])]


def _levels(profile: UserProfile, decoding: Decoding, take: Take, labels: tuple[str, ...]) -> Floats:
    """The smoothed probability that each label sustains for its hold time, float32 [T, labels]."""
    smoothed = _smoothed(profile, take, labels)
    steps = [1 + math.ceil(decoding.rule_for(label).hold_s * take.spec.rate_hz - 1e-6) for label in labels]
    return np.stack([sustained(smoothed[:, k], count) for k, count in enumerate(steps)], axis=1)


def _smoothed(profile: UserProfile, take: Take, labels: tuple[str, ...]) -> Floats:
    """The probabilities of a take, smoothed by the decoder, float32 [T, labels]."""
    own = np.zeros((len(take), len(profile.gestures)), np.float32)
    for column, gesture in enumerate(profile.gestures):
        own[:, column] = [gesture.probability(like) for like in gesture.similarities(take.embeddings)]
    decoder, rows = Decoder(labels, profile.decoding), []
    for logits, mine, time_s in zip(take.logits, own, take.times_s, strict=True):
        decoder.update(joined(softmax(logits, profile.temperature), mine), float(time_s))
        rows.append(decoder.smoothed)
    return np.stack(rows)
