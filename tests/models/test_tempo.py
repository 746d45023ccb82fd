"""Who is believed to be in haste, and whose gestures count then."""

from dataclasses import replace

import numpy as np

from models.decoder import GestureEvent
from models.frame import Frame
from models.recognizer import Recognition
from models.tempo import BELIEVED, SAME_S, WITHIN_S, Tempo

LABELS = ("Swiping Left", "Thumb Up", "Doing other things")
NOTHING = np.zeros(3, np.float32)


def seen(time_s: float, label: str | None, lasting: str | None = None) -> Recognition:
    frame = Frame(np.zeros((2, 2, 3), np.uint8), time_s, round(10 * time_s))
    event = GestureEvent(label, 0.9, time_s, time_s) if label else None
    return Recognition(frame, (), NOTHING, NOTHING, event, lasting)


def settled(tempo: Tempo, usual: dict[float, str], hasty: dict[float, str], until_s: float = 12.0) -> dict[float, str]:
    """The labels that count, by the time of their frame; ten frames a second."""
    told = {}
    for time_s in np.round(np.arange(0, until_s, 0.1), 1):
        event = tempo.settle(seen(time_s, usual.get(time_s)), seen(time_s, hasty.get(time_s))).event
        if event:
            told[float(time_s)] = event.label
    return told


def test_at_ease_the_usual_look_counts():
    usual = {1.0: "Swiping Left", 6.0: "Stop Sign"}
    parts_of_gestures = {0.5: "Thumb Up", 1.5: "Thumb Up", 6.5: "Thumb Down"}
    assert settled(Tempo(LABELS), usual, parts_of_gestures) == usual


def test_in_quick_succession_the_hasty_look_counts():
    usual = {1.5: "Swiping Left", 4.6: "Swiping Right"}
    hasty = {1.0: "Swiping Left", 2.0: "Swiping Left", 3.0: "Swiping Left", 4.0: "Swiping Right"}
    told = settled(Tempo(LABELS), usual, hasty)
    assert BELIEVED == 3
    assert told == {1.5: "Swiping Left", 3.0: "Swiping Left", 4.0: "Swiping Right"}


def test_haste_is_over_when_the_gestures_thin_out():
    hasty = {1.0: "A", 2.0: "B", 3.0: "C"}
    later = 3.0 + WITHIN_S
    usual = {round(later + 0.5, 1): "Stop Sign"}
    assert settled(Tempo(LABELS), usual, hasty) == {3.0: "C"} | usual


def test_what_both_see_is_told_once():
    hasty = {1.0: "A", 2.0: "B", 3.0: "Swiping Left"}
    just_before = round(3.0 - SAME_S + 0.2, 1)
    assert settled(Tempo(LABELS), {just_before: "Swiping Left"}, hasty) == {just_before: "Swiping Left"}


def held(time_s: float, hasty: float) -> tuple[Recognition, Recognition]:
    """What both see of a swipe that lasts, to which the hasty look gives so much."""
    sure, less = (np.array([part, 0, 0], np.float32) for part in (0.9, hasty))
    return replace(seen(time_s, None, "Swiping Left"), smoothed=sure), replace(seen(time_s, None), smoothed=less)


def test_a_gesture_made_again_while_it_lasts_counts_again():
    tempo = Tempo(LABELS)
    assert tempo.settle(seen(1.0, "Swiping Left", "Swiping Left"), seen(1.0, None)).event is not None
    assert tempo.settle(*held(1.5, 0.0)).event is None
    told = tempo.settle(*held(2.0, 0.9))
    assert told.event is not None
    assert told.event.label == told.lasting == "Swiping Left"


def test_what_is_seen_again_at_once_is_told_once():
    tempo = Tempo(LABELS)
    tempo.settle(seen(1.0, "Swiping Left", "Swiping Left"), seen(1.0, None))
    tempo.settle(*held(1.1, 0.0))
    assert tempo.settle(*held(1.0 + SAME_S - 0.1, 0.9)).event is None


def test_a_gesture_lasts_as_long_as_the_look_that_told_it_says():
    tempo = Tempo(LABELS)
    for time_s in (1.0, 2.0):
        tempo.settle(seen(time_s, None), seen(time_s, "A"))
    assert tempo.settle(seen(3.0, None, "Swiping Left"), seen(3.0, "A", "Thumb Up")).lasting == "Thumb Up"
    assert tempo.settle(seen(3.1, None, "Swiping Left"), seen(3.1, None, None)).lasting is None
    assert tempo.settle(seen(9.0, "B", "Swiping Left"), seen(9.0, None, "Thumb Up")).lasting == "Swiping Left"


def test_a_stream_that_starts_anew_is_at_ease():
    tempo = Tempo(LABELS)
    for time_s in (1.0, 2.0, 3.0):
        tempo.settle(seen(time_s, None), seen(time_s, "A"))
    tempo.reset()
    assert tempo.settle(seen(3.1, None), seen(3.1, "A")).event is None
