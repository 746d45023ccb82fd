from collections.abc import Callable
from threading import Thread

from fakes import ListCamera

from app.meters import Meter, Readings
from app.overlay.bridge import Bridge
from app.overlay.view import News
from models.recognition import Recognition

Recognise = Callable[..., Recognition]


def test_the_newest_frame_wins_and_every_event_arrives(recognise: Recognise, readings: Readings) -> None:
    bridge = Bridge()
    bridge.meter = Meter(ListCamera([], dropped=7))
    bridge.meter.readings = readings
    fired, newest = recognise(0.0, "Thumb Up", fires=True), recognise(0.1)
    bridge.see(fired)
    bridge.see(newest)
    assert bridge.take() == News(newest, readings, [fired.event])
    assert bridge.take() == News()


def test_it_calls_once_until_the_news_is_taken(recognise: Recognise) -> None:
    bridge, calls = Bridge(), []
    bridge.changed.connect(lambda: calls.append(1))
    bridge.see(recognise(0.0))
    bridge.see(recognise(0.1))
    bridge.say("hm")
    assert len(calls) == 1
    bridge.take()
    bridge.see(recognise(0.2))
    assert len(calls) == 2


def test_it_carries_words_ends_and_errors() -> None:
    bridge, error = Bridge(), ValueError("first")
    bridge.say("trying again")
    bridge.say("")
    bridge.arm(False)
    bridge.end()
    bridge.fail(error)
    bridge.fail(ValueError("second"))
    assert bridge.take() == News(message="", armed=False, ended=True, error=error)


def test_no_event_is_lost_between_threads(recognise: Recognise) -> None:
    bridge, taken = Bridge(), 0
    seen = recognise(0.0, "Thumb Up", fires=True)
    workers = [Thread(target=lambda: [bridge.see(seen) for _ in range(500)]) for _ in range(4)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        taken += len(bridge.take().events)
    assert taken + len(bridge.take().events) == 2000
