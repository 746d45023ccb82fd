"""What a fit did, as text."""

import math
from collections.abc import Iterator

from calibration.fitting import Fit
from calibration.reliability import BINS, Reliability
from calibration.thresholds import Target, together

SHORT_S = 30.0
"""Less work than this says little of what happens once in minutes."""


def report(fit: Fit, target: Target) -> str:
    """The temperature, the bins of the reliability diagram, and a line a gesture."""
    return "\n".join([*_temperature(fit), *_gestures(fit, target)])


def warnings(fit: Fit, target: Target) -> Iterator[str]:
    """What a fit does not hold, a line each."""
    record = f"record a minute of it: python -m calibration record --profile {fit.profile.name} --work 60"
    if not fit.work_s:
        yield f"no work is recorded, so nothing is known of false events, and {target} is not checked; {record}"
        return
    if fit.work_s < SHORT_S:
        yield f"only {fit.work_s:.0f} s of work are recorded, which say little of false events; {record}"
    thresholds = fit.profile.thresholds
    expected = together(thresholds) * target.minutes / 10
    if expected > 1.001 * target.activations:
        worst = max(thresholds, key=lambda each: each.false_in_ten_minutes)
        yield (
            f"the target is missed: {target} is wanted and {expected:.2f} are expected, most of them "
            f"({worst.false_in_ten_minutes * target.minutes / 10:.2f}) by {worst.label!r}; bind nothing to it, or give "
            "another target with --false"
        )


def unfound(fit: Fit) -> Iterator[str]:
    """The gestures in the profile that none of their takes reaches, a line each."""
    for each in fit.profile.thresholds:
        if each.takes and not each.found:
            yield (
                f"{each.label!r} is found in none of its {each.takes} takes: none reaches {each.enter:g}; "
                "record it again, slower and in view of the camera"
            )


def _temperature(fit: Fit) -> Iterator[str]:
    if fit.before is None or fit.after is None:
        yield "temperature: the model's own (no take of a gesture that the model knows)"
        return
    before, after = fit.before.error, fit.after.error
    yield f"temperature {fit.profile.temperature:.2f}: calibration error {before:.3f} -> {after:.3f}"
    yield f"  {'confidence':12} {'of all':>7} {'sure':>6} {'right':>6}"
    yield from _bins(fit.after)


def _bins(reliability: Reliability) -> Iterator[str]:
    for k in range(BINS):
        if reliability.share[k] > 0:
            sure, right = reliability.confidence[k], reliability.accuracy[k]
            name = f"{k / BINS:.1f} to {(k + 1) / BINS:.1f}"
            yield f"  {name:12} {reliability.share[k]:7.0%} {sure:6.0%} {right:6.0%}"


def _gestures(fit: Fit, target: Target) -> Iterator[str]:
    thresholds = fit.profile.thresholds
    yield f"gestures, for {target}, all together, by {fit.work_s:.0f} s of work:"
    yield f"  {'gesture':30} {'enter':>6} {'exit':>6} {'takes found':>12} {'false in 10 min':>16}"
    for each in sorted(thresholds, key=lambda t: (t.takes == 0, t.label)):
        found = f"{each.found}/{each.takes}" if each.takes else "-"
        wrong = _rate(each.false_in_ten_minutes)
        yield f"  {each.label:30} {each.enter:6.3f} {each.exit:6.3f} {found:>12} {wrong:>16}"
    yield f"  {'all together':57} {_rate(together(thresholds) if fit.work_s else math.nan):>16}"


def _rate(in_ten_minutes: float) -> str:
    return "not known" if math.isnan(in_ten_minutes) else f"{in_ten_minutes:.2f}"
