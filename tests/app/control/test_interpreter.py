"""The same steps decided with another vocabulary."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import LABELS, ScriptedEngine
from hypothesis import given
from hypothesis import strategies as st

from app.control.interpreter import Interpreter
from models.frame import Frame
from models.networks import networks_of
from models.recognition import Recognition, Step
from models.recognizer import Recognizer
from models.vocabulary import Group, Vocabulary

SWIPE = Vocabulary((Group("swipe", ("Swiping Left", "Swiping Right")),))
gaps_s = st.sampled_from([1 / 30, 1 / 30, 1 / 12, 0.25, 0.9, 1.5])
films = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 12), gaps_s), min_size=1, max_size=12)


def frames(film):
    """Frames of parts (label of the main pass, label of the fast pass, number of frames, interval in seconds)."""
    time_s, index = 10.0, 0
    for main, fast, count, gap_s in film:
        for _ in range(count):
            yield Frame(np.full((8, 8, 3), 10 * main + fast, np.uint8), time_s, index)
            time_s, index = max(0.0, time_s + gap_s), index + 1


def networks(fast, vocabulary=None):
    engine = ScriptedEngine(
        lambda picture: picture.flat[0] // 10,
        temperature=4.0,
        fast_label_of=(lambda picture: picture.flat[0] % 10) if fast else None,
    )
    return networks_of(engine, vocabulary=vocabulary)


@given(films, st.booleans())
def test_one_group_per_label_fires_the_same_as_the_recogniser(film, fast):
    recognizer = Recognizer(networks(fast))
    interpreter = Interpreter(recognizer.networks, Vocabulary.each(LABELS))
    for frame in frames(film):
        seen = recognizer.see(frame)
        events = [replace(event, group="") for event in interpreter.see(seen)]
        assert events == ([seen.event] if seen.event else [])
        assert interpreter.lasting == seen.lasting


def step(time_s, **probabilities):
    row = np.array([probabilities.get(label.replace(" ", "_"), 0.0) for label in LABELS], np.float32)
    return Step("stream", time_s, np.zeros((8, 8, 3), np.uint8), row, row, row, 1.0)


def seen(time_s, *steps):
    """The recognition of a frame without an event."""
    none = np.zeros(len(LABELS), np.float32)
    return Recognition(Frame(np.zeros((8, 8, 3), np.uint8), time_s, 0), steps, none, none, None, network="stream")


def test_a_group_fires_once_where_the_recogniser_cannot_decide_between_its_labels():
    interpreter = Interpreter(networks(fast=False), SWIPE)
    events = []
    for k in range(12):
        left, right = (0.5, 0.4) if k % 2 else (0.4, 0.5)
        events += interpreter.see(seen(k / 12, step(k / 12, Swiping_Left=left, Swiping_Right=right)))
        assert interpreter.lasting == "swipe"
        assert interpreter.see(seen(k / 12 + 0.03)) == []
    assert [(event.name, event.score) for event in events] == [("swipe", pytest.approx(0.9))]


def test_after_a_gap_nothing_lasts():
    interpreter = Interpreter(networks(fast=False), SWIPE)
    assert interpreter.see(seen(0.0, step(0.0, Swiping_Left=0.9)))
    assert interpreter.see(seen(5.0)) == []
    assert interpreter.lasting is None
    assert interpreter.see(seen(5.1, step(5.1, Swiping_Left=0.9)))


def test_every_step_of_a_frame_counts():
    interpreter = Interpreter(networks(fast=False), SWIPE)
    interpreter.see(seen(0.0, step(0.0, Thumb_Up=0.9)))
    steps = [step(0.2, Swiping_Left=0.9), step(0.5, Thumb_Up=0.9), step(0.9, Swiping_Right=0.9)]
    events = interpreter.see(seen(0.9, *steps))
    assert [(event.label, event.fired_s) for event in events] == [("Swiping Left", 0.2), ("Swiping Right", 0.9)]
    assert interpreter.lasting == "swipe"
