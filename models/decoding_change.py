"""DecodingChange: new values for a model's temperature, smoothing and thresholds."""

import dataclasses
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from numbers import Real

from common.nearest import nearest
from models.errors import DecodingError
from models.spec import Decoding, Rule

STRICTER = ("enter", "hold_s", "rest_s")
"""The values of a rule whose increase makes it stricter."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """New values of a rule, as in `models.spec.Rule`; None leaves a value as it is.

    Raises:
        DecodingError: a value is out of range.
    """

    enter: float | None = None
    exit: float | None = None
    hold_s: float | None = None
    rest_s: float | None = None

    def __post_init__(self) -> None:
        for name, value in dataclasses.asdict(self).items():
            if value is None:
                continue
            number = isinstance(value, Real) and not isinstance(value, bool)
            if name in ("enter", "exit") and not (number and 0 < value <= 1):
                raise DecodingError(f"{name} is a probability above 0 and up to 1; got {value!r}")
            if not (number and 0 <= value < math.inf):
                raise DecodingError(f"{name} is a number of seconds, 0 or more; got {value!r}")

    @property
    def given(self) -> dict[str, float]:
        """The values that are not None, by name."""
        return {name: float(value) for name, value in dataclasses.asdict(self).items() if value is not None}

    def overridden_by(self, other: "RuleChange") -> "RuleChange":
        """The values of another change; where those are None, of this one."""
        return RuleChange(**(self.given | other.given))

    def of(self, rule: Rule, whose: str) -> Rule:
        """The rule with the new values.

        Raises:
            DecodingError: they contradict each other; `whose` is named in the message.
        """
        try:
            return replace(rule, **self.given)
        except ValueError as error:
            raise DecodingError(f"the thresholds of {whose} do not go together: {error}; give both") from error

    def stricter_of(self, rule: Rule) -> Rule:
        """The rule with those new values that are stricter than its own; its exit is unchanged."""
        values = {name: max(value, getattr(rule, name)) for name, value in self.given.items() if name in STRICTER}
        return replace(rule, **values)


@dataclass(frozen=True, slots=True)
class DecodingChange:
    """New values of a decoding; None leaves a value as it is.

    Raises:
        DecodingError: a value is out of range.
    """

    rule: RuleChange = RuleChange()
    """For every label, including those with an own rule."""
    per_label: Mapping[str, RuleChange] = field(default_factory=dict)
    """For one label; precedes `rule`. With a vocabulary, `Networks.with_decoding` takes the names of groups."""
    smooth_s: float | None = None
    temperature: float | None = None
    """Logits are divided by this before the softmax."""

    def __post_init__(self) -> None:
        if self.temperature is not None and not 0 < self.temperature < float("inf"):
            raise DecodingError(f"a temperature is a number above 0; got {self.temperature}")

    def check_names(self, gestures: Collection[str]) -> None:
        """Check that each name in `per_label` is one of these.

        Raises:
            DecodingError: one is not; the message has the nearest name, or all of them.
        """
        if unknown := [name for name in self.per_label if name not in gestures]:
            raise DecodingError(f"no gesture is called {unknown[0]!r}{nearest(unknown[0], list(gestures))}")

    def of(self, decoding: Decoding) -> Decoding:
        """The decoding with the new values.

        Raises:
            DecodingError: they do not go together.
        """
        every = {label: self.rule.of(rule, repr(label)) for label, rule in decoding.per_label.items()}
        named = {
            label: self.rule.overridden_by(change).of(decoding.rule_for(label), repr(label))
            for label, change in self.per_label.items()
        }
        rule = self.rule.of(decoding.rule, "all gestures")
        smooth_s = decoding.smooth_s if self.smooth_s is None else self.smooth_s
        try:
            return Decoding(smooth_s, rule, every | named)
        except ValueError as error:
            raise DecodingError(str(error)) from error

    def stricter_of(self, decoding: Decoding) -> Decoding:
        """The decoding with those new values that are stricter; its smoothing and exits are unchanged."""
        every = {label: self.rule.stricter_of(rule) for label, rule in decoding.per_label.items()}
        named = {
            label: self.rule.overridden_by(change).stricter_of(decoding.rule_for(label))
            for label, change in self.per_label.items()
        }
        return replace(decoding, rule=self.rule.stricter_of(decoding.rule), per_label=every | named)
