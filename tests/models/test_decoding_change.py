"""Other thresholds for a run: what they change in each network, and which are refused."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import LABELS, ScriptedEngine
from hypothesis import given
from hypothesis import strategies as st

from models.clip_spec import ClipFusion, ClipSpec
from models.decoding_change import DecodingChange, RuleChange
from models.errors import DecodingError
from models.frame import Frame
from models.networks import networks_of
from models.recognizer import Recognizer
from models.spec import Decoding, Rule
from models.vocabulary import Group, Vocabulary

NOTHING, LEFT, RIGHT, THUMB_UP = (
    LABELS.index(label) for label in ("No gesture", "Swiping Left", "Swiping Right", "Thumb Up")
)
OWN = Decoding(0.2, Rule(0.6, 0.3, 0.0, 0.5), {"Swiping Left": Rule(0.8, 0.4, 0.1, 1.0)})


class SilentClips:
    """A clip engine that is never run."""

    name = "silent:none"

    def __init__(self, fusion=None):
        size = (4, 8, 8)
        mean, std, fusion = (0.0,) * 3, (1.0,) * 3, fusion or ClipFusion()
        self.spec = ClipSpec("clips", LABELS, *size, mean, std, 6.0, (0.5,), 4, fusion=fusion)


def networks(vocabulary=None, clip=None, decoding=OWN):
    engine = ScriptedEngine(lambda picture: picture.flat[0], fast_label_of=lambda picture: picture.flat[0])
    return networks_of(engine, decoding=decoding, clip=clip, vocabulary=vocabulary)


def fired(networks, *script):
    """The events for values that last the given number of steps."""
    recognizer, values = Recognizer(networks), [value for value, steps in script for _ in range(steps)]
    seen = [recognizer.see(Frame(np.full((8, 8, 3), v, np.uint8), k / 12, k)) for k, v in enumerate(values)]
    return [each.event.label for each in seen if each.event]


def test_nothing_given_changes_nothing():
    assert DecodingChange().of(OWN) == DecodingChange().stricter_of(OWN) == OWN
    assert networks().with_decoding(DecodingChange()).decodings == networks().decodings


def test_a_value_for_all_reaches_labels_with_a_rule_of_their_own_and_one_for_a_label_goes_first():
    change = DecodingChange(RuleChange(enter=0.9, rest_s=2.0), {"Thumb Up": RuleChange(enter=0.5)}, smooth_s=0.0)
    assert change.of(OWN) == Decoding(
        0.0,
        Rule(0.9, 0.3, 0.0, 2.0),
        {"Swiping Left": Rule(0.9, 0.4, 0.1, 2.0), "Thumb Up": Rule(0.5, 0.3, 0.0, 2.0)},
    )


def test_the_stricter_values_alone_are_taken_where_that_is_asked_for():
    change = DecodingChange(RuleChange(0.7, 0.1, 0.05, 0.2), {"Thumb Up": RuleChange(hold_s=0.4)}, smooth_s=3.0)
    assert change.stricter_of(OWN) == Decoding(
        0.2,
        Rule(0.7, 0.3, 0.05, 0.5),
        {"Swiping Left": Rule(0.8, 0.4, 0.1, 1.0), "Thumb Up": Rule(0.7, 0.3, 0.4, 0.5)},
    )


maybe = st.none() | st.floats(0.01, 1)
seconds = st.none() | st.floats(0, 5)


@given(st.builds(RuleChange, maybe, maybe, seconds, seconds), st.floats(0.01, 1))
def test_a_stricter_rule_is_always_a_rule_and_never_lets_more_through(change, enter):
    own = Rule(enter, enter / 2, 0.1, 0.5)
    stricter = change.stricter_of(own)
    assert stricter.exit == own.exit
    for name in ("enter", "hold_s", "rest_s"):
        assert getattr(stricter, name) >= max(getattr(own, name), getattr(change, name) or 0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (DecodingChange(RuleChange(enter=0.2)), "thresholds of 'Swiping Left' .*got enter=0.2, exit=0.4"),
        (DecodingChange(RuleChange(exit=0.7), {"Swiping Left": RuleChange(exit=0.1)}), "of all gestures .*exit=0.7"),
        (DecodingChange(per_label={"Thumb Up": RuleChange(exit=0.7)}), "of 'Thumb Up' .*enter=0.6, exit=0.7"),
        (DecodingChange(smooth_s=float("nan")), "smooth_s"),
    ],
)
def test_thresholds_out_of_order_are_reported_with_whose_they_are(change, said):
    with pytest.raises(DecodingError, match=said) as caught:
        networks().with_decoding(change)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"enter": 1.5}, "enter is a probability above 0 and up to 1; got 1.5"),
        ({"enter": ".9"}, "enter is a probability above 0 and up to 1; got '.9'"),
        ({"exit": 0}, "exit is a probability"),
        ({"rest_s": -1.0}, "rest_s is a number of seconds, 0 or more; got -1.0"),
        ({"hold_s": float("nan")}, "hold_s is a number of seconds"),
    ],
)
def test_a_value_that_no_rule_can_have_is_reported_by_itself(values, said):
    with pytest.raises(DecodingError, match=f"^{said}"):
        RuleChange(**values)


def test_a_number_of_numpy_is_a_number():
    assert RuleChange(enter=np.float32(0.5)).of(Rule(), "all").enter == 0.5


def test_a_temperature_is_above_nothing():
    with pytest.raises(DecodingError, match="above 0; got 0"):
        DecodingChange(temperature=0.0)


@pytest.mark.parametrize("name", ["Nod", "No gesture", "Doing other things"])
def test_what_cannot_fire_has_no_threshold(name):
    with pytest.raises(DecodingError, match=f"no gesture is called '{name}'; (known are Swiping Left|did you mean)"):
        networks().with_decoding(DecodingChange(per_label={name: RuleChange(enter=0.5)}))


def test_the_main_pass_takes_the_values_and_the_fast_pass_the_stricter_ones():
    change = DecodingChange(RuleChange(enter=0.7, exit=0.2), smooth_s=0.0, temperature=3.0)
    before, after = networks(), networks().with_decoding(change)
    assert after.decodings["stream"] == change.of(OWN)
    assert after.decodings["fast"] == replace(before.fast.decoding, rule=Rule(0.7, 0.3))
    assert (after.stream.head.temperature, after.fast.head.temperature) == (3.0, before.fast.head.temperature)


def test_other_thresholds_fire_other_gestures():
    script = (NOTHING, 6), (LEFT, 12), (NOTHING, 12), (THUMB_UP, 12), (NOTHING, 12)
    never = RuleChange(enter=1.0, hold_s=5.0)
    assert fired(networks(), *script) == ["Swiping Left", "Thumb Up"]
    assert fired(networks().with_decoding(DecodingChange(never)), *script) == []
    only = DecodingChange(never, {"Thumb Up": RuleChange(enter=0.6, hold_s=0.0)})
    assert fired(networks().with_decoding(only), *script) == ["Thumb Up"]


def test_a_higher_temperature_makes_less_sure():
    script = (NOTHING, 6), (LEFT, 12), (NOTHING, 12)
    assert fired(networks().with_decoding(DecodingChange(temperature=20.0)), *script) == []


def test_a_vocabulary_names_what_has_thresholds():
    vocabulary = Vocabulary((Group("swipe", ("Swiping Left", "Swiping Right")), Group("Thumb Up", ("Thumb Up",))))
    change = DecodingChange(per_label={"swipe": RuleChange(enter=0.5)})
    decoding = networks(vocabulary).with_decoding(change).decodings["stream"]
    assert {decoding.rule_for(label).enter for label in ("Swiping Left", "Swiping Right")} == {0.5}
    assert vocabulary.groups[0].rule(decoding).enter == 0.5
    assert decoding.rule_for("Thumb Up") == OWN.rule
    with pytest.raises(DecodingError, match=r"called 'Swiping Left'; (known are|did you mean)"):
        networks(vocabulary).with_decoding(DecodingChange(per_label={"Swiping Left": RuleChange(enter=0.5)}))


def test_beside_a_clip_network_the_fused_output_takes_the_values():
    clip = SilentClips(ClipFusion(decoding=Decoding(0.1, Rule(0.5, 0.25))))
    change = DecodingChange(RuleChange(enter=0.9), smooth_s=0.3, temperature=2.0)
    before, after = networks(clip=clip, decoding=None), networks(clip=clip, decoding=None).with_decoding(change)
    assert after.decodings == {
        "stream+clip": Decoding(0.3, Rule(0.9, 0.25)),
        "fast": replace(before.fast.decoding, rule=Rule(0.9, 0.3)),
    }
    assert after.stream.decoding == before.stream.decoding
    assert after.stream.head.temperature == 2.0
    assert after.clip.head.temperature == before.clip.head.temperature
    plain = networks(clip=SilentClips()).with_decoding(DecodingChange(RuleChange(enter=0.9)))
    assert plain.decodings["stream+clip"] == DecodingChange(RuleChange(enter=0.9)).of(OWN)
