"""From probabilities over time to events."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decoder import Decoder
from models.errors import VocabularyError
from models.spec import Decoding, Rule
from models.vocabulary import Group, Vocabulary

LABELS = ("Doing other things", "No gesture", "Swiping Left", "Swiping Right", "Thumb Up")
RATE_HZ = 12.0
RULE = Rule(enter=0.6, exit=0.3, hold_s=0.0, rest_s=0.5)


def probabilities(label, share):
    """`share` for one label, the rest spread over the others."""
    others = (1 - share) / (len(LABELS) - 1)
    return np.array([share if name == label else others for name in LABELS], np.float32)


def play(script, decoding):
    """Events of a script of (label, share, steps)."""
    decoder, events, k = Decoder(LABELS, decoding), [], 0
    for label, share, steps in script:
        for _ in range(steps):
            event = decoder.update(probabilities(label, share), k / RATE_HZ)
            k += 1
            if event:
                events.append(event)
    return events


def names(events):
    return [event.label for event in events]


IDLE = ("No gesture", 0.9, 12)
PLAIN = Decoding(smooth_s=0, rule=RULE)


def test_one_gesture_is_one_event_however_long_it_lasts():
    events = play([IDLE, ("Thumb Up", 0.95, 120), IDLE], PLAIN)
    assert names(events) == ["Thumb Up"]
    assert events[0].began_s == events[0].fired_s == 1.0
    assert events[0].score == pytest.approx(0.95)


def test_the_same_gesture_twice_is_two_events():
    assert names(play([IDLE, ("Thumb Up", 0.9, 12), IDLE, ("Thumb Up", 0.9, 12)], PLAIN)) == ["Thumb Up"] * 2


def test_a_dip_that_stays_above_exit_does_not_fire_again():
    script = [IDLE, ("Thumb Up", 0.9, 12), ("Thumb Up", 0.4, 12), ("Thumb Up", 0.9, 12)]
    assert names(play(script, PLAIN)) == ["Thumb Up"]


@pytest.mark.parametrize("label", ["No gesture", "Doing other things"])
def test_nothing_never_fires(label):
    assert play([(label, 0.99, 60)], PLAIN) == []


def test_below_enter_nothing_fires():
    assert play([IDLE, ("Thumb Up", 0.59, 60)], PLAIN) == []


def test_a_flicker_shorter_than_hold_does_not_fire():
    hold = Decoding(smooth_s=0, rule=Rule(0.6, 0.3, hold_s=0.25, rest_s=0.5))
    assert play([IDLE, ("Thumb Up", 0.9, 2), IDLE], hold) == []
    events = play([IDLE, ("Thumb Up", 0.9, 8), IDLE], hold)
    assert names(events) == ["Thumb Up"]
    assert events[0].began_s == 1.0
    assert events[0].fired_s == 1.25


def test_after_an_event_nothing_fires_until_the_rest_is_over():
    quick = [IDLE, ("Swiping Left", 0.9, 3), ("Swiping Right", 0.9, 2), IDLE]
    assert names(play(quick, PLAIN)) == ["Swiping Left"]
    slow = [IDLE, ("Swiping Left", 0.9, 3), ("Swiping Right", 0.9, 6), IDLE]
    assert names(play(slow, PLAIN)) == ["Swiping Left", "Swiping Right"]


EAGER = Decoding(smooth_s=0, rule=Rule(enter=0.1, exit=0.05, rest_s=0.0))
"""Several gestures may be above its threshold at once."""


@given(st.permutations([0.1, 0.15, 0.2, 0.25, 0.3]))
def test_of_several_gestures_the_likeliest_fires(shares):
    event = Decoder(LABELS, EAGER).update(np.array(shares, np.float32), 0.0)
    likeliest = max(range(2, len(LABELS)), key=lambda k: shares[k])  # the first two are no gestures
    assert event.label == LABELS[likeliest]
    assert event.score == pytest.approx(shares[likeliest])


def test_a_likelier_gesture_that_has_fired_leaves_the_turn_to_the_next():
    decoder, shares = Decoder(LABELS, EAGER), np.array([0.1, 0.05, 0.2, 0.4, 0.25], np.float32)
    fired = [decoder.update(shares, k / RATE_HZ) for k in range(4)]
    assert [event and event.label for event in fired] == ["Swiping Right", "Thumb Up", "Swiping Left", None]


def test_a_label_may_have_a_rule_of_its_own():
    own = Decoding(smooth_s=0, rule=RULE, per_label={"Thumb Up": Rule(enter=0.95, exit=0.3)})
    assert names(play([IDLE, ("Thumb Up", 0.9, 9), IDLE, ("Swiping Left", 0.9, 9)], own)) == ["Swiping Left"]


def test_smoothing_delays_and_outlasts_a_flicker():
    smooth = Decoding(smooth_s=0.3, rule=RULE)
    assert play([IDLE, ("Thumb Up", 0.99, 2), IDLE], smooth) == []
    (event,) = play([IDLE, ("Thumb Up", 0.99, 12), IDLE], smooth)
    assert event.fired_s > event.began_s > 1.0


def test_smoothing_goes_by_time_and_not_by_steps():
    """Twice the rate gives the same average, so the camera's rate does not change the delay."""
    slow, fast = (Decoder(LABELS, Decoding(smooth_s=0.3)) for _ in range(2))
    slow.update(probabilities("No gesture", 1.0), 0.0)
    fast.update(probabilities("No gesture", 1.0), 0.0)
    slow.update(probabilities("Thumb Up", 1.0), 0.2)
    fast.update(probabilities("Thumb Up", 1.0), 0.1)
    fast.update(probabilities("Thumb Up", 1.0), 0.2)
    np.testing.assert_allclose(slow.smoothed, fast.smoothed, rtol=1e-6)


def lasting(script, decoding=PLAIN):
    """What lasts after each step of a script."""
    decoder, seen, k = Decoder(LABELS, decoding), [], 0
    for label, share, steps in script:
        for _ in range(steps):
            decoder.update(probabilities(label, share), k / RATE_HZ)
            seen.append(decoder.lasting)
            k += 1
    return seen


def test_a_gesture_lasts_from_its_event_until_it_is_below_its_exit():
    script = [("No gesture", 0.9, 3), ("Thumb Up", 0.9, 4), ("Thumb Up", 0.35, 4), ("No gesture", 0.9, 3)]
    assert lasting(script) == [None] * 3 + ["Thumb Up"] * 8 + [None] * 3


def test_another_gesture_ends_the_one_that_lasts():
    script = [("Thumb Up", 0.9, 6), ("Swiping Left", 0.9, 6), ("No gesture", 0.9, 1)]
    assert lasting(script) == ["Thumb Up"] * 6 + ["Swiping Left"] * 6 + [None]


def test_nothing_lasts_that_did_not_fire():
    held = Decoding(smooth_s=0, rule=Rule(0.6, 0.3, hold_s=5.0))
    assert lasting([("Thumb Up", 0.9, 12), ("No gesture", 0.99, 3)], held) == [None] * 15


def test_nothing_lasts_after_a_reset():
    decoder = Decoder(LABELS, PLAIN)
    decoder.update(probabilities("Thumb Up", 0.9), 0.0)
    assert decoder.lasting == "Thumb Up"
    decoder.reset()
    assert decoder.lasting is None


streams = st.lists(st.tuples(st.sampled_from(LABELS), st.floats(0.2, 1.0), st.integers(1, 20)), max_size=12)


@given(streams, st.floats(0, 0.5), st.floats(0, 0.4), st.floats(0, 1.0))
def test_events_keep_every_rule_whatever_comes(script, smooth_s, hold_s, rest_s):
    rule = Rule(0.6, 0.3, hold_s, rest_s)
    events = play(script, Decoding(smooth_s, rule))
    for event in events:
        assert event.label not in ("No gesture", "Doing other things")
        assert 0.6 <= event.score <= 1.0 + 1e-6
        assert event.fired_s - event.began_s >= hold_s - 1e-9
    for first, second in itertools.pairwise(events):
        assert second.fired_s - first.fired_s >= rest_s - 1e-9


@given(streams)
def test_reset_equals_new(script):
    decoder = Decoder(LABELS, PLAIN)
    decoder.update(probabilities("Thumb Up", 1.0), 99.0)
    decoder.reset()
    fresh, k = Decoder(LABELS, PLAIN), 0
    for label, share, steps in script:
        for _ in range(steps):
            p, time_s = probabilities(label, share), k / RATE_HZ
            assert decoder.update(p, time_s) == fresh.update(p, time_s)
            k += 1


def test_time_that_runs_backwards_is_refused():
    decoder = Decoder(LABELS, PLAIN)
    decoder.update(probabilities("No gesture", 1.0), 1.0)
    with pytest.raises(ValueError, match="runs backwards"):
        decoder.update(probabilities("No gesture", 1.0), 0.9)


def test_probabilities_of_other_labels_are_refused():
    with pytest.raises(ValueError, match="expected 5 probabilities"):
        Decoder(LABELS, PLAIN).update(np.ones(3, np.float32), 0.0)


@pytest.mark.parametrize("wrong", [{"enter": 0.2, "exit": 0.3}, {"exit": 0.0}, {"enter": 1.5}, {"hold_s": -1}])
def test_rules_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match="got"):
        Rule(**wrong)


SWIPE = Group("swipe", ("Swiping Left", "Swiping Right"))
SWIPES = Vocabulary((SWIPE, Group("Thumb Up", ("Thumb Up",))))
distributions = st.lists(
    st.lists(st.floats(0, 1, width=32), min_size=5, max_size=5).filter(lambda row: sum(row) > 0.01), max_size=40
)
rules = st.builds(
    lambda enter, share, hold_s, rest_s: Rule(enter, enter * share, hold_s, rest_s),
    st.floats(0.2, 0.9), st.floats(0.1, 1.0), st.sampled_from([0.0, 0.1, 0.2]), st.sampled_from([0.0, 0.5]),
)  # fmt: skip
decodings = st.builds(
    Decoding, st.sampled_from([0.0, 0.1, 0.3]), rules, st.dictionaries(st.sampled_from(LABELS), rules)
)


def decoded(rows, decoding, vocabulary=None):
    """What fires, what lasts and how it is smoothed at each step of a stream of probabilities."""
    decoder, seen = Decoder(LABELS, decoding, vocabulary), []
    for k, row in enumerate(rows):
        probabilities = np.array(row, np.float32) / np.float32(sum(row))
        event = decoder.update(probabilities, k / RATE_HZ)
        seen.append((event, decoder.lasting, decoder.smoothed.tolist()))
    return seen


@given(distributions, decodings)
def test_a_vocabulary_of_single_labels_equals_none(rows, decoding):
    alone = decoded(rows, decoding)
    grouped = decoded(rows, decoding, Vocabulary.each(LABELS))
    assert [event.group for event, *_ in grouped if event] == [event.label for event, *_ in alone if event]
    assert [(event and replace(event, group=""), *rest) for event, *rest in grouped] == alone


@given(
    distributions, st.floats(0.2, 0.9), st.floats(0.1, 1.0), st.sampled_from([0.0, 0.2]), st.sampled_from([0.0, 0.1])
)
def test_a_group_fires_no_later_than_a_label_of_it_would_alone(rows, enter, share, hold_s, smooth_s):
    decoding = Decoding(smooth_s, Rule(enter, enter * share, hold_s, rest_s=0.0))
    together = decoded(rows, decoding, Vocabulary((SWIPE,)))
    for label in SWIPE.labels:
        alone = decoded(rows, decoding, Vocabulary((Group(label, (label,)),)))
        for (event, *_), (_, lasting, _) in zip(alone, together, strict=True):
            assert event is None or lasting == "swipe"


@given(distributions, decodings)
def test_a_group_keeps_the_rules_of_all_its_labels(rows, decoding):
    strict = [decoding.rule_for(label) for label in SWIPE.labels]
    for event, lasting, smoothed in decoded(rows, decoding, SWIPES):
        both = smoothed[LABELS.index("Swiping Left")] + smoothed[LABELS.index("Swiping Right")]
        if event and event.group == "swipe":
            assert event.label == max(SWIPE.labels, key=lambda label: smoothed[LABELS.index(label)])
            assert event.score == pytest.approx(both, rel=1e-5)
            assert event.score >= max(rule.enter for rule in strict) - 1e-6
            assert event.fired_s - event.began_s >= max(rule.hold_s for rule in strict) - 1e-9
        if lasting == "swipe":
            assert both >= min(rule.exit for rule in strict) - 1e-6


def twins(left, right):
    """A row of probabilities of two swipes and no gesture."""
    return [0.0, 1 - left - right, left, right, 0.0]


def test_labels_that_mean_the_same_fire_together_where_neither_would_alone():
    rows = [twins(0, 0), *[twins(0.3, 0.45)] * 6]
    assert [event for event, *_ in decoded(rows, PLAIN)] == [None] * 7
    (event,) = [event for event, *_ in decoded(rows, PLAIN, SWIPES) if event]
    assert (event.label, event.group, event.name) == ("Swiping Right", "swipe", "swipe")
    assert event.score == pytest.approx(0.75)


def test_a_group_lasts_and_fires_once_while_the_output_changes_between_its_labels():
    rows = [twins(0.9, 0.05), twins(0.1, 0.85), twins(0.45, 0.45)] * 6
    seen = decoded(rows, PLAIN, SWIPES)
    assert [event.label for event, *_ in seen if event] == ["Swiping Left"]
    assert {lasting for _, lasting, _ in seen} == {"swipe"}


def test_a_label_in_no_group_neither_fires_nor_delays_others():
    script = [("Thumb Up", 0.9, 3), ("Swiping Left", 0.9, 3)]
    rows = [probabilities(label, share).tolist() for label, share, steps in script for _ in range(steps)]
    events = [event for event, *_ in decoded(rows, PLAIN, Vocabulary((SWIPE,))) if event]
    assert [(event.name, event.fired_s) for event in events] == [("swipe", 3 / RATE_HZ)]
    assert names(play(script, PLAIN)) == ["Thumb Up"]


def test_a_group_with_a_label_of_no_gesture_never_fires():
    vocabulary = Vocabulary((Group("odd", ("No gesture", "Thumb Up")),))
    assert [event for event, *_ in decoded([[0, 0.5, 0, 0, 0.5]] * 9, PLAIN, vocabulary)] == [None] * 9


def test_no_group_at_all_is_a_decoder_that_never_fires():
    assert [seen[:2] for seen in decoded([[0, 0, 1, 0, 0]] * 3, PLAIN, Vocabulary(()))] == [(None, None)] * 3


def test_a_vocabulary_of_other_labels_is_refused():
    with pytest.raises(VocabularyError, match="no gesture is called 'Drum'; there are: Doing other things, No gesture"):
        Decoder(LABELS, PLAIN, Vocabulary((Group("drum", ("Drum",)),)))
