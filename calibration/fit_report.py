"""What a fit did, as text."""

import math
from collections.abc import Iterator

from calibration.fitting import Fit
from calibration.reliability import BINS, Reliability
from calibration.thresholds import Target, Threshold


def report(fit: Fit, target: Target) -> str:
    """The temperature, the bins of the reliability diagram, and a line a gesture."""
    return "\n".join([*_temperature(fit), *_gestures(fit.profile.thresholds, target)])


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


def _gestures(thresholds: tuple[Threshold, ...], target: Target) -> Iterator[str]:
    yield f"gestures, for {target}, all together:"
    yield f"  {'gesture':30} {'enter':>6} {'exit':>6} {'takes found':>12} {'false in 10 min':>16}"
    for each in sorted(thresholds, key=lambda t: (t.takes == 0, t.label)):
        found = f"{each.found}/{each.takes}" if each.takes else "-"
        wrong = "not known" if math.isnan(each.false_in_ten_minutes) else f"{each.false_in_ten_minutes:.2f}"
        yield f"  {each.label:30} {each.enter:6.2f} {each.exit:6.2f} {found:>12} {wrong:>16}"
