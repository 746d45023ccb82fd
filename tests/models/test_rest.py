"""After an event nothing fires for the rest of its rule, whichever network fires next."""

import numpy as np
import pytest
from fakes import ScriptedEngine

from models.decoding_change import DecodingChange, RuleChange
from models.frame import Frame
from models.networks import networks_of
from models.recognizer import Recognizer

FPS = 30


def thumb(picture):
    """The label of a picture: a bright one is a thumb up."""
    return 4 if picture.mean() > 150 else 1


def always_thumb(_):
    return 4


def fired_s(engine, rest_s):
    """When a thumb fires that is up in every other half second, for twelve seconds."""
    networks = networks_of(engine).with_decoding(DecodingChange(RuleChange(rest_s=rest_s)))
    recognizer, times_s = Recognizer(networks), []
    for index in range(12 * FPS):
        shade = 200 if int(2 * index / FPS) % 2 else 50
        event = recognizer.see(Frame(np.full((8, 8, 3), shade, np.uint8), index / FPS, index)).event
        if event:
            times_s.append(event.fired_s)
    return np.array(times_s)


@pytest.mark.parametrize("main", [thumb, always_thumb], ids=["the passes take turns", "a gesture is repeated"])
def test_no_event_comes_within_the_rest_whichever_pass_fires(main):
    engine = ScriptedEngine(main, fast_label_of=thumb)
    assert np.diff(fired_s(engine, rest_s=0.5)).min() < 1.2, "without a long rest each second has one"
    times_s = fired_s(engine, rest_s=3.0)
    assert len(times_s) == 4
    assert np.diff(times_s).min() >= 3.0


def test_another_stream_begins_without_a_rest():
    recognizer = Recognizer(networks_of(ScriptedEngine(always_thumb, fast_label_of=thumb)))
    image = np.full((8, 8, 3), 200, np.uint8)
    first = [recognizer.see(Frame(image, k / 12, k)).event for k in range(6)]
    recognizer.reset()
    second = [recognizer.see(Frame(image, k / 12, k)).event for k in range(6)]
    assert [bool(event) for event in second] == [bool(event) for event in first]
    assert any(first)
