"""The result of a fit as text."""

import math
import shlex
from collections.abc import Iterator

from calibration.fitting import Fit
from calibration.reliability import BINS, Reliability
from calibration.thresholds import Target, total_false_events

MIN_WORK_S = 30.0
"""With less work than this, a rate of a few false events in ten minutes cannot be estimated."""


def report(fit: Fit, target: Target) -> str:
    """The temperature, the bins of the reliability diagram, and one line per gesture."""
    return "\n".join([*_temperature(fit), *_gestures(fit, target)])


def warnings(fit: Fit, target: Target) -> Iterator[str]:
    """Yield one line for each thing that a fit could not reach or check."""
    record = f"record a minute of it: python -m calibration record --profile {shlex.quote(fit.profile.name)} --work 60"
    if not fit.work_s:
        yield f"no work is recorded, so false events are not estimated and {target} is not checked; {record}"
        return
    if fit.work_s < MIN_WORK_S:
        yield f"only {fit.work_s:.0f} s of work are recorded, too little to estimate false events; {record}"
    thresholds = fit.profile.thresholds
    expected = total_false_events(thresholds) * target.minutes / 10
    if expected > 1.001 * target.activations:
        worst = max(thresholds, key=lambda each: each.false_in_ten_minutes)
        yield (
            f"the target is missed: {target} is wanted and {expected:.2f} are expected, most of them "
            f"({worst.false_in_ten_minutes * target.minutes / 10:.2f}) from {worst.label!r}; bind nothing to it, or "
            "set another target with --false"
        )


def _temperature(fit: Fit) -> Iterator[str]:
    if fit.before is None or fit.after is None:
        yield "temperature: unchanged (no take of one of the model's own gestures)"
        return
    before, after = fit.before.error, fit.after.error
    yield f"temperature {fit.profile.temperature:.2f}: calibration error {before:.3f} -> {after:.3f}"
    yield f"  {'confidence':12} {'steps':>7} {'mean':>6} {'right':>6}"
    yield from _bins(fit.after)


def _bins(reliability: Reliability) -> Iterator[str]:
    for k in range(BINS):
        if reliability.share[k] > 0:
            confidence, right = reliability.confidence[k], reliability.accuracy[k]
            name = f"{k / BINS:.1f} to {(k + 1) / BINS:.1f}"
            yield f"  {name:12} {reliability.share[k]:7.0%} {confidence:6.0%} {right:6.0%}"


def _gestures(fit: Fit, target: Target) -> Iterator[str]:
    thresholds = fit.profile.thresholds
    yield f"gestures, for {target} over all gestures, estimated from {fit.work_s:.0f} s of work:"
    yield f"  {'gesture':30} {'enter':>6} {'exit':>6} {'takes found':>12} {'false in 10 min':>16}"
    for each in sorted(thresholds, key=lambda t: (t.takes == 0, t.label)):
        found = f"{each.found}/{each.takes}" if each.takes else "-"
        wrong = _rate(each.false_in_ten_minutes)
        yield f"  {each.label:30} {each.enter:6.3f} {each.exit:6.3f} {found:>12} {wrong:>16}"
    yield f"  {'all gestures':57} {_rate(total_false_events(thresholds) if fit.work_s else math.nan):>16}"


def _rate(in_ten_minutes: float) -> str:
    return "not known" if math.isnan(in_ten_minutes) else f"{in_ten_minutes:.2f}"
