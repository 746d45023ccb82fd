"""Own gestures: learnt from takes and recognised in streams, without false events."""

import re
from dataclasses import replace

import numpy as np
import pytest
from fakes import ScriptedEngine
from people import LABELS, SPEC, WIDTH, a_minute_of_work, a_take, performed, takes_of, work_stream

from calibration.background import Background
from calibration.errors import TakeError
from calibration.fitting import fit
from calibration.obstacles import ChosenThreshold, raised_by_takes, why_never_found
from calibration.one_movement import check_one_movement
from calibration.personal_head import PersonalHead, joined
from calibration.take import Kind
from calibration.thresholds import GesturePeaks, Tail, Target, choose_threshold, choose_thresholds
from calibration.user_profile import UserProfile
from models.decoder import Decoder
from models.networks import networks_of
from models.softmax import softmax
from models.spec import Decoding, FastPass
from models.vocabulary import Group, Vocabulary

STRICT = Target(1, 10)
NOTHING = np.array([0, 6, 0, 0], np.float32)
"""Logits of a model that says "No gesture"."""


def profile_of(*takes, target=STRICT):
    done = fit(UserProfile.of("ann", SPEC), SPEC, takes, target)
    assert not done.refused
    return done.profile


def fired(profile, embeddings, vocabulary=None):
    """The events of a stream with the profile, through head and decoder as in the app."""
    head = PersonalHead(profile, SPEC)
    decoder, memory, labels = Decoder(head.labels, profile.decoding, vocabulary), head.start(), []
    for k, embedding in enumerate(embeddings):
        probabilities, memory = head.read(NOTHING, embedding, memory)
        if event := decoder.update(probabilities, k / 12):
            labels.append((event.group, event.label) if vocabulary else event.label)
    return labels


@pytest.fixture(scope="module")
def profile():
    return profile_of(*takes_of("Circle", 0, 5), *takes_of("Cross", 4, 5), a_minute_of_work())


@pytest.mark.parametrize(("label", "axis"), [("Circle", 0), ("Cross", 4)])
def test_a_gesture_is_found_once_and_by_its_name(profile, label, axis):
    rng = np.random.default_rng(7)
    assert [fired(profile, performed(rng, axis, after_s=3)) for _ in range(5)] == [[label]] * 5


def test_a_persons_own_gestures_may_be_in_a_group(profile):
    vocabulary = Vocabulary((Group("draw", ("Circle", "Cross")), Group("Thumb Up", ("Thumb Up",))))
    for label, axis in (("Circle", 0), ("Cross", 4)):
        movement = performed(np.random.default_rng(7), axis, after_s=3)
        assert fired(profile, movement, vocabulary) == [("draw", label)]


def test_work_and_other_movements_fire_nothing(profile):
    rng = np.random.default_rng(8)
    assert fired(profile, work_stream(rng, 120)) == []
    assert fired(profile, performed(rng, 9, after_s=3)) == []


def test_order_in_time_matters():
    """The same way forth and back are two gestures, though each moment of one occurs in the other."""
    rng = np.random.default_rng(0)
    streams = [performed(rng, 0, after_s=1.5) for _ in range(4)]
    reversed_streams = [performed(rng, 0, before_s=1.5, after_s=3)[::-1].copy() for _ in range(4)]
    takes = [a_take(Kind.GESTURE, "Forth", stream, begins=30) for stream in streams]
    takes += [a_take(Kind.GESTURE, "Back", stream, begins=30) for stream in reversed_streams]
    profile = profile_of(*takes, a_minute_of_work(), target=Target(10, 10))
    stream = performed(np.random.default_rng(9), 0, before_s=3, after_s=3)
    assert fired(profile, stream) == ["Forth"]
    assert fired(profile, stream[::-1].copy()) == ["Back"]


def test_one_take_is_enough_to_begin_with():
    profile = profile_of(*takes_of("Circle", 0, 1), a_minute_of_work())
    assert fired(profile, performed(np.random.default_rng(7), 0, after_s=3)) == ["Circle"]


def test_streaming_gives_what_fitting_saw(profile):
    stream = performed(np.random.default_rng(3), 0)
    gesture, recent, probabilities = profile.gestures[0], None, []
    for embedding in stream:
        probability, recent = gesture.step(embedding, recent)
        probabilities.append(probability)
        assert len(recent) <= gesture.steps
    expected = [gesture.probability(like) for like in gesture.similarities(stream)]
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)


def test_the_probabilities_of_model_and_person_sum_to_one():
    model = softmax(np.array([3, 1, 0, 0], np.float32))
    both = joined(model, np.array([0.9, 0.6], np.float32))
    assert both.sum() == pytest.approx(1)
    np.testing.assert_allclose(both[4:], [0.6, 0.4], atol=1e-6)
    less = joined(model, np.array([0.3, 0.1], np.float32))
    np.testing.assert_allclose(less, [*(0.6 * model), 0.3, 0.1], atol=1e-6)
    np.testing.assert_array_equal(joined(model, np.zeros(1, np.float32))[:4], model)


def refusal(*takes):
    done = fit(UserProfile.of("ann", SPEC), SPEC, [*takes, a_minute_of_work()], Target())
    assert done.profile.gestures == ()
    (error,) = done.refused
    assert "\n" not in str(error)
    return str(error)


def test_takes_that_are_too_short_are_reported():
    short = a_take(Kind.GESTURE, "Circle", performed(np.random.default_rng(0), 0)[:35], begins=30)
    assert "take 3 of 'Circle' is 0.4 s long" in refusal(*takes_of("Circle", 0, 2), short)


def test_takes_that_are_all_alike_are_reported():
    assert "takes of 'Circle' are copies of one recording" in refusal(*takes_of("Circle", 0, 1) * 3)


def test_takes_that_are_all_different_are_reported():
    takes = [take for axis in (0, 4, 8, 12) for take in takes_of("Circle", axis, 1)]
    assert "show different movements" in refusal(*takes)


@pytest.mark.parametrize("count", [3, 19])
def test_one_take_of_another_movement_is_reported_by_its_number(count):
    takes = [*takes_of("Circle", 0, count), *takes_of("Circle", 8, 1)]
    message = refusal(*takes)
    alike = [float(value) for value in re.findall(r"take \d+ (-?\d\.\d+)", message)]
    assert len(alike) == count + 1
    assert min(alike) == alike[-1] < 0.8 * min(alike[:-1])


def test_what_a_person_and_a_room_look_like_makes_no_two_takes_alike():
    """All takes show the same room and different movements."""
    rng = np.random.default_rng(3)
    room = 20 * rng.normal(size=WIDTH).astype(np.float32)
    takes = [a_take(Kind.GESTURE, "Circle", room + work_stream(rng, 6), begins=36) for _ in range(3)]
    assert "show different movements" in refusal(*takes)
    at_work = replace(a_minute_of_work(), embeddings=room + work_stream(rng, 60))
    moved = [replace(take, embeddings=room + take.embeddings) for take in takes_of("Circle", 0, 3)]
    assert [gesture.label for gesture in profile_of(*moved, at_work).gestures] == ["Circle"]


def test_a_model_of_many_gestures_tells_takes_apart_by_its_logits():
    spec = replace(SPEC, labels=(*LABELS, *(f"Gesture {k}" for k in range(6))))
    rng = np.random.default_rng(4)

    def take(labels):
        """The embeddings are noise; the logits rise for some gestures, one after another."""
        logits = rng.normal(0, 0.3, (72, 10)).astype(np.float32)
        for k, label in enumerate(labels):
            logits[36 + 9 * k : 45 + 9 * k, label] += 4
        return replace(a_take(Kind.GESTURE, "Circle", work_stream(rng, 6), logits, begins=36), spec=spec)

    check_one_movement("Circle", [take((3, 5, 3)) for _ in range(4)])
    with pytest.raises(TakeError, match="different movements"):
        check_one_movement("Circle", [take(labels) for labels in ((3, 5, 3), (4, 2, 6), (7, 8, 9), (5, 3, 8))])


def test_takes_that_differ_are_learnt_where_the_person_says_so():
    takes = [*takes_of("Circle", 0, 2), *takes_of("Circle", 8, 1), a_minute_of_work()]
    done = fit(UserProfile.of("ann", SPEC), SPEC, takes, Target(), keep=["Circle"])
    assert [gesture.label for gesture in done.profile.gestures] == ["Circle"]
    with pytest.raises(TakeError, match="called 'Square'; there is: Circle"):
        fit(UserProfile.of("ann", SPEC), SPEC, takes, Target(), keep=["Square"])


def at_work_with(axis, takes=1):
    """A minute of work in which a movement occurs several times."""
    rng = np.random.default_rng(6)
    stream = work_stream(rng, 60)
    for k in range(takes):
        stream[100 + 150 * k : 124 + 150 * k] += performed(rng, axis, before_s=0.5)[6:30]
    return a_take(Kind.WORK, "", stream)


def test_a_gesture_that_is_not_found_in_its_own_takes_is_not_saved_unless_asked_to():
    takes = [*takes_of("Circle", 0, 3), *takes_of("Cross", 4, 3), at_work_with(0)]
    done = fit(UserProfile.of("ann", SPEC), SPEC, takes, Target())
    assert [gesture.label for gesture in done.profile.gestures] == ["Cross"]
    assert "Circle" not in done.profile.decoding.per_label
    (error,) = done.refused
    assert "none of the 3 takes of 'Circle' reaches" in str(error)
    assert "--save-anyway 'Circle'" in str(error)
    kept = fit(UserProfile.of("ann", SPEC), SPEC, takes, Target(), keep=["Circle"])
    assert [gesture.label for gesture in kept.profile.gestures] == ["Circle", "Cross"]
    (line,) = kept.never_firing
    assert "'Circle' is saved, but will hardly ever fire: none of the 3 takes" in line


def test_the_moments_of_work_in_the_way_of_a_gesture_are_named():
    def moments(work):
        done = fit(UserProfile.of("ann", SPEC), SPEC, [*takes_of("Circle", 0, 3), work], Target())
        return [float(second) for second in re.findall(r"0\.\d+ at (\d+\.\d) s", str(done.refused[0]))]

    # The movement lasts from 8.3 to 10.3 s, and so on every 12.5 s.
    once, thrice = moments(at_work_with(0)), moments(at_work_with(0, takes=3))
    assert once[0] == pytest.approx(10.3, abs=0.7)
    assert sorted(thrice) == pytest.approx([10.3, 22.8, 35.3], abs=0.7)


def test_the_gesture_in_the_way_of_another_is_named_and_more_false_events_are_not_suggested():
    takes = [*takes_of("Circle", 0, 2), *takes_of("Round", 0, 1), *takes_of("Cross", 4, 1), a_minute_of_work()]
    levels = [
        np.full(len(take), level, np.float32) for take, level in zip(takes, (0.7, 0.8, 0.9, 0.2, 0.1), strict=True)
    ]
    tail = Tail.of([0.1] * 59 + [0.3], 1.0)
    peaks = GesturePeaks("Circle", [0.7, 0.8], tail, [0.9], 0.6)
    chosen = ChosenThreshold(choose_threshold(peaks, 0.1), peaks, levels)
    message = why_never_found(chosen, [chosen], takes, Target())
    assert "the best take reaches 0.800; other gestures 0.900 in 'Round'" in message
    assert "make 'Circle' differ from 'Round'" in message
    assert not any(word in message for word in ("Cross", "--false", "delete that work"))


def test_the_suggested_number_of_false_events_is_enough():
    rng, work = np.random.default_rng(6), a_minute_of_work()
    work.embeddings[100:124] += 0.7 * performed(rng, 0, before_s=0.5)[6:30]  # a little like it
    takes = [*takes_of("Circle", 0, 3), work]
    strict = Target(0.001, 10)
    refused = fit(UserProfile.of("ann", SPEC), SPEC, takes, strict).refused
    suggested = int(re.search(r"--false (\d+) or more", str(refused[0]))[1])
    assert not fit(UserProfile.of("ann", SPEC), SPEC, takes, Target(suggested, 10)).refused


def test_a_gesture_just_below_the_best_take_is_in_the_way_too():
    """Thresholds keep a distance from other gestures."""
    takes = [*takes_of("Circle", 0, 2), *takes_of("Round", 0, 1), a_minute_of_work()]
    levels = [
        np.full(len(take), level, np.float32) for take, level in zip(takes, (0.85, 0.88, 0.87, 0.05), strict=True)
    ]
    peaks = GesturePeaks("Circle", [0.85, 0.88], Tail.of([0.001] * 60, 1.0), [0.87], 0.6)
    chosen = ChosenThreshold(choose_threshold(peaks, 0.1), peaks, levels)
    message = why_never_found(chosen, [chosen], takes, Target())
    assert "make 'Circle' differ from 'Round'" in message
    assert "record more work" not in message


def test_too_little_work_for_a_strict_target_is_the_cause_that_is_named():
    """Work never comes near the gesture; only its shortness makes the threshold high."""
    takes = [*takes_of("Circle", 0, 2), a_minute_of_work()]
    levels = [np.full(len(take), level, np.float32) for take, level in zip(takes, (0.85, 0.88, 0.1), strict=True)]
    peaks = GesturePeaks("Circle", [0.85, 0.88], Tail.of([0.001] * 54 + [0.13] * 6, 1.0), [], 0.6)
    busy = GesturePeaks("Thumb Up", [], Tail.of([0.9] * 30 + [0.999] * 30, 1.0), [], 0.6)
    strict = Target(0.01, 10)
    circle, thumb = (
        ChosenThreshold(threshold, each, levels)
        for threshold, each in zip(choose_thresholds([peaks, busy], strict), (peaks, busy), strict=True)
    )
    assert circle.never_found
    message = why_never_found(circle, [circle, thumb], takes, strict)
    assert "60 s of work are too few" in message
    assert "record more work without gestures (--work 120)" in message
    assert "such work would fire 'Thumb Up' 60 times, so it may show gestures" in message
    assert "delete that work" not in message


def test_a_gesture_of_the_model_that_takes_of_another_raise_is_reported():
    takes = [*takes_of("Circle", 0, 2), a_minute_of_work()]
    peaks = GesturePeaks("Thumb Up", [], Tail.of([0.1] * 60, 1.0), [0.98], 0.6)
    threshold = choose_threshold(peaks, 0.1)

    def line(*highest):
        levels = [np.full(len(take), level, np.float32) for take, level in zip(takes, highest, strict=True)]
        return raised_by_takes([ChosenThreshold(threshold, peaks, levels)], takes)

    said = line(0.98, 0.5, 0.1)
    assert said.startswith("'Thumb Up' will hardly ever fire: the threshold is 0.99, since the model takes 'Circle'")
    assert "--enter 'Thumb Up=0.8'" in said
    assert line(0.98, 0.5, 0.995) is None  # work fires it at any threshold


def test_takes_of_a_gesture_that_is_not_learnt_raise_no_threshold():
    logits = np.tile(np.array([0, 3, 0, 7], np.float32), (60, 1))
    rng = np.random.default_rng(5)
    different = [a_take(Kind.GESTURE, "Bad", performed(rng, axis)[:60], logits, begins=30) for axis in (0, 4, 8)]
    takes = [*takes_of("Cross", 12, 3), *different, a_minute_of_work()]
    done = fit(UserProfile.of("ann", SPEC), SPEC, takes, STRICT)
    assert len(done.refused) == 1
    assert done.profile.decoding.rule_for("Thumb Up") == SPEC.decoding.rule


def test_a_gesture_stays_as_it_was_where_it_cannot_be_learnt_again(profile):
    takes = [*takes_of("Circle", 0, 3), *takes_of("Circle", 8, 3), *takes_of("Cross", 4, 4), a_minute_of_work()]
    done = fit(profile, SPEC, takes, Target())
    before, after = ({each.label: each for each in each_profile.gestures} for each_profile in (profile, done.profile))
    assert after["Circle"] is before["Circle"]
    assert after["Cross"].takes == 4


def test_takes_of_nothing_are_reported():
    rng = np.random.default_rng(5)
    takes = [a_take(Kind.GESTURE, "Circle", work_stream(rng, 6), begins=36) for _ in range(4)]
    assert "Circle" in refusal(*takes)


def test_one_gesture_that_cannot_be_learnt_does_not_stop_another():
    takes = [*takes_of("Circle", 0, 1) * 3, *takes_of("Cross", 4, 3), a_minute_of_work()]
    done = fit(UserProfile.of("ann", SPEC), SPEC, takes, Target())
    assert [gesture.label for gesture in done.profile.gestures] == ["Cross"]
    assert len(done.refused) == 1


def test_without_work_a_gesture_of_ones_own_is_refused_in_one_line():
    with pytest.raises(TakeError, match="--work 60"):
        fit(UserProfile.of("ann", SPEC), SPEC, takes_of("Circle", 0, 3), Target())


def test_a_moment_marked_as_wrong_does_not_fire_again():
    takes = [*takes_of("Circle", 0, 3), a_minute_of_work()]
    rng = np.random.default_rng(11)
    mistaken = work_stream(rng, 8)
    mistaken[40:64] += 0.8 * performed(rng, 0)[36:60]  # much like it, and no gesture
    mistaken[40:64, 9] += 2.5
    assert fired(profile_of(*takes), mistaken) == ["Circle"]
    wrong = a_take(Kind.NOT_THIS, "Circle", mistaken)
    learnt = profile_of(*takes, wrong)
    before, after = (each.gestures[0].similarities(mistaken).max() for each in (profile_of(*takes), learnt))
    assert after < before - 0.1
    assert fired(learnt, mistaken) == []
    assert fired(learnt, performed(np.random.default_rng(7), 0, after_s=3)) == ["Circle"]


def test_a_models_own_gesture_does_not_fire_again_where_it_was_wrong():
    rng = np.random.default_rng(12)
    logits = np.tile(np.array([0, 3, 0, 5], np.float32), (36, 1))
    wrong = a_take(Kind.NOT_THIS, "Thumb Up", work_stream(rng, 3), logits)
    rule = profile_of(a_minute_of_work(), wrong).decoding.rule_for("Thumb Up")
    assert softmax(logits[0])[3] < rule.enter
    assert profile_of(a_minute_of_work()).decoding.rule_for("Thumb Up") == SPEC.decoding.rule


def test_a_statistic_on_disk_is_nearly_what_was_saved(tmp_path):
    rng = np.random.default_rng(0)
    saved = Background.of(
        rng.normal(size=(400, WIDTH)).astype(np.float32) * np.linspace(0.1, 3, WIDTH, dtype=np.float32)
    )
    saved.save(tmp_path, SPEC.weights_sha256)
    loaded = Background.bundled(SPEC.weights_sha256, tmp_path)
    assert loaded is not None
    np.testing.assert_allclose(loaded.covariance, saved.covariance, atol=0.02)
    assert Background.bundled("cd" * 32, tmp_path) is None


def test_labels_and_rules_of_a_person_reach_the_recogniser(profile):
    engine = ScriptedEngine()
    engine.spec = replace(SPEC, fast_pass=FastPass(4, 1.0, Decoding()))
    main, fast = networks_of(engine, PersonalHead(profile, SPEC), profile.decoding)
    assert main.head.labels == fast.head.labels == (*LABELS, "Circle", "Cross")
    assert {"Circle", "Cross"} <= set(main.decoding.per_label)


def test_the_fast_pass_knows_no_gesture_of_the_persons_own(profile):
    engine = ScriptedEngine()
    engine.spec = replace(SPEC, fast_pass=FastPass(4, 1.0, Decoding()))
    _, fast = networks_of(engine, PersonalHead(profile, SPEC))
    probabilities, _ = fast.head.read(NOTHING, np.zeros(WIDTH, np.float32), fast.head.start())
    np.testing.assert_array_equal(probabilities[4:], 0)
    np.testing.assert_allclose(probabilities[:4], softmax(NOTHING))
