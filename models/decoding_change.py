"""DecodingChange: what a run, or a person, changes of how a model's output is read."""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from models.errors import DecodingError
from models.spec import Decoding, Rule

STRICTER = ("enter", "hold_s", "rest_s")
"""The values of a rule of which a higher one lets less through."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """New values of a rule, as in `models.spec.Rule`; None leaves a value as it is."""

    enter: float | None = None
    exit: float | None = None
    hold_s: float | None = None
    rest_s: float | None = None

    @property
    def given(self) -> dict[str, float]:
        """The values that are there, by name."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}

    def overridden_by(self, other: "RuleChange") -> "RuleChange":
        """The values of another change, and this one's where the other has none."""
        return RuleChange(**(self.given | other.given))

    def of(self, rule: Rule, whose: str) -> Rule:
        """The rule with the new values.

        Raises:
            DecodingError: they do not go together; says whose they are.
        """
        try:
            return replace(rule, **self.given)
        except ValueError as error:
            raise DecodingError(f"the thresholds of {whose} do not go together: {error}; give both") from error

    def stricter_of(self, rule: Rule) -> Rule:
        """The rule with the new values that let less through than its own; its exit stays."""
        values = {name: max(value, getattr(rule, name)) for name, value in self.given.items() if name in STRICTER}
        return replace(rule, **values)


@dataclass(frozen=True, slots=True)
class DecodingChange:
    """New values of a decoding; None leaves a value as it is.

    Raises:
        DecodingError: a value is impossible by itself.
    """

    rule: RuleChange = RuleChange()
    """Of every label, also of those that have a rule of their own."""
    per_label: Mapping[str, RuleChange] = field(default_factory=dict)
    """Of one label; goes before `rule`. Where labels decide in groups, `Networks.with_decoding` takes groups' names."""
    smooth_s: float | None = None
    temperature: float | None = None
    """Logits are divided by this before the softmax."""

    def __post_init__(self) -> None:
        if self.temperature is not None and not 0 < self.temperature < float("inf"):
            raise DecodingError(f"a temperature is a number above 0; got {self.temperature}")

    def check_names(self, gestures: Collection[str]) -> None:
        """See that everything that is changed by itself is one of these.

        Raises:
            DecodingError: something is not; says what there is.
        """
        if unknown := [name for name in self.per_label if name not in gestures]:
            raise DecodingError(f"no gesture is called {unknown[0]!r}; there are: {', '.join(gestures)}")

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
        """The decoding with the new values that let less through than its own; its smoothing and exits stay."""
        every = {label: self.rule.stricter_of(rule) for label, rule in decoding.per_label.items()}
        named = {
            label: self.rule.overridden_by(change).stricter_of(decoding.rule_for(label))
            for label, change in self.per_label.items()
        }
        return replace(decoding, rule=self.rule.stricter_of(decoding.rule), per_label=every | named)
