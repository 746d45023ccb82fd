from collections.abc import Callable
from dataclasses import replace

import pytest

from app.meters import Readings
from app.overlay.view import HOLD_S, Status, Tone, View, ViewOptions, ViewUpdate, ago, percent
from models.decoder import GestureEvent
from models.recognition import Recognition

Recognise = Callable[..., Recognition]


@pytest.fixture
def view(options: ViewOptions) -> View:
    return View(options)


def show(view: View, seen: Recognition) -> None:
    view.take(ViewUpdate(seen, events=[seen.event] if seen.event else []))


def test_a_gesture_stays_for_two_seconds_of_stream_time(view: View, recognise: Recognise) -> None:
    show(view, recognise(10.0))
    show(view, recognise(11.0, "Thumb Up", 0.8, fires=True))
    assert view.current is not None
    assert (view.current.label, view.current.score) == ("Thumb Up", 0.8)
    show(view, recognise(11.0 + HOLD_S - 0.01))
    assert view.current is not None
    show(view, recognise(11.0 + HOLD_S))
    assert view.current is None
    assert [past.label for past in view.past] == ["Thumb Up"]


def test_events_of_frames_that_were_never_painted_are_kept(view: View, recognise: Recognise) -> None:
    early, late = GestureEvent("Thumb Up", 0.7, 4.0, 4.5), GestureEvent("Swiping Left", 0.9, 5.0, 5.5)
    show(view, recognise(4.0))
    view.take(ViewUpdate(recognise(6.0), events=[early, late]))
    assert [(past.label, view.age_s(past)) for past in view.past] == [("Swiping Left", 0.5), ("Thumb Up", 1.5)]


def test_the_clock_continues_when_the_stream_starts_again(view: View, recognise: Recognise) -> None:
    show(view, recognise(0.0))
    show(view, recognise(50.0, "Thumb Up", 0.8, fires=True))
    show(view, recognise(0.0))
    show(view, recognise(3.0))
    assert view.age_s(view.past[0]) == 3.0
    assert view.current is None


def test_labels_are_ranked_and_near_ties_keep_their_order(view: View, recognise: Recognise) -> None:
    seen = recognise(0.0, "Swiping Right", 0.9)
    seen.smoothed[5] += 0.001  # less than one percent more: the order must not change
    show(view, seen)
    top = view.top(3)
    assert [each.label for each in top] == ["Swiping Right", "Doing other things", "No gesture"]
    assert top[0].probability == pytest.approx(0.9)


def test_nothing_is_ranked_before_the_first_frame(view: View) -> None:
    assert view.top() == ()
    assert view.image is None


def test_readings_and_picture_are_the_newest(view: View, recognise: Recognise, readings: Readings) -> None:
    seen = recognise(1.0)
    view.take(ViewUpdate(seen, readings))
    assert view.image is seen.frame.image
    assert view.readings is readings


def test_the_status_has_the_highest_priority(view: View, recognise: Recognise) -> None:
    def status() -> tuple[Tone, str]:
        return view.status.tone, view.status.text

    assert status() == (Tone.WAITING, "Opening Camera 0")
    show(view, recognise(1.0))
    assert status() == (Tone.LIVE, "Camera 0")
    view.take(ViewUpdate(armed=True))
    assert status() == (Tone.LIVE, "Control on · Camera 0")
    view.take(ViewUpdate(armed=False))
    assert status() == (Tone.LIVE, "Control off · Camera 0")
    view.paused = True
    assert status() == (Tone.PAUSED, "Control off · Paused")
    view.take(ViewUpdate(ended=True))
    assert status() == (Tone.ENDED, "Control off · End of Camera 0")
    view.take(ViewUpdate(message="Camera 0 vanished; trying again"))
    assert status() == (Tone.WARNING, "Control off · Camera 0 vanished; trying again")
    view.take(ViewUpdate())
    assert status()[0] is Tone.WARNING, "an update without a message must not clear it"
    view.take(ViewUpdate(message=""))
    assert status() == (Tone.ENDED, "Control off · End of Camera 0")


def test_the_status_of_disarmed_control_names_its_key(options: ViewOptions, recognise: Recognise) -> None:
    view = View(replace(options, armed=False, control_key="C"))
    assert view.status.text == "Control off · press C to turn it on · Opening Camera 0"
    view.take(ViewUpdate(armed=True))
    assert view.status.text == "Control on · Opening Camera 0"
    view.focused = True
    assert view.status.text == "Control on · click the window to control · Opening Camera 0"
    view.focused = False
    view.take(ViewUpdate(handed_over=True))
    assert view.status.text == "Control on · waits while mouse or keyboard is in use · Opening Camera 0"
    view.take(ViewUpdate(handed_over=False))
    assert view.status.text == "Control on · Opening Camera 0"
    view.take(ViewUpdate(handed_over=True))
    view.take(ViewUpdate(ended=True))
    assert view.status.text == "Control on · End of Camera 0"
    view.take(ViewUpdate(armed=False))
    assert view.status.text == "Control off · End of Camera 0"


def test_the_status_of_a_stream_that_is_too_slow_names_the_remedy(
    options: ViewOptions, recognise: Recognise, readings: Readings
) -> None:
    view = View(replace(options, slow_remedy="use --networks stream"))
    view.take(ViewUpdate(recognise(1.0), replace(readings, too_slow=True)))
    assert view.status == Status(Tone.WARNING, "Too slow: use --networks stream · Camera 0")
    view.take(ViewUpdate(recognise(1.1), readings))
    assert view.status == Status(Tone.LIVE, "Camera 0")


@pytest.mark.parametrize(
    ("seconds", "words"), [(-1.0, "now"), (0.9, "now"), (1.0, "1 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min")]
)
def test_ago(seconds: float, words: str) -> None:
    assert ago(seconds) == words


def test_words(options: ViewOptions) -> None:
    assert percent(0.934) == "93 %"
    assert options.engine_words == "onnxruntime · CPU"
