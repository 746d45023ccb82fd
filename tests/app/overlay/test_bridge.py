from collections.abc import Callable
from threading import Thread

from fakes import ListCamera

from app.meters import Meter, Readings
from app.overlay.bridge import Bridge
from app.overlay.view import ViewUpdate
from models.recognition import Recognition

Recognise = Callable[..., Recognition]


def test_the_newest_frame_is_kept_and_every_event_arrives(recognise: Recognise, readings: Readings) -> None:
    bridge = Bridge()
    bridge.meter = Meter(ListCamera([], dropped=7))
    bridge.meter.readings = readings
    fired, newest = recognise(0.0, "Thumb Up", fires=True), recognise(0.1)
    bridge.see(fired)
    bridge.see(newest)
    assert bridge.take() == ViewUpdate(newest, readings, [fired.event])
    assert bridge.take() == ViewUpdate()


def test_changed_is_emitted_once_until_the_update_is_taken(recognise: Recognise) -> None:
    bridge, calls = Bridge(), []
    bridge.changed.connect(lambda: calls.append(1))
    bridge.see(recognise(0.0))
    bridge.see(recognise(0.1))
    bridge.show_message("hm")
    assert len(calls) == 1
    bridge.take()
    bridge.see(recognise(0.2))
    assert len(calls) == 2


def test_it_passes_messages_the_end_and_the_first_error() -> None:
    bridge, error = Bridge(), ValueError("first")
    bridge.show_message("trying again")
    bridge.show_message("")
    bridge.arm(False)
    bridge.hand_over(True)
    bridge.end()
    bridge.fail(error)
    bridge.fail(ValueError("second"))
    assert bridge.take() == ViewUpdate(message="", armed=False, handed_over=True, ended=True, error=error)


def test_no_event_is_lost_between_threads(recognise: Recognise) -> None:
    bridge, taken = Bridge(), 0
    seen = recognise(0.0, "Thumb Up", fires=True)
    workers = [Thread(target=lambda: [bridge.see(seen) for _ in range(500)]) for _ in range(4)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        taken += len(bridge.take().events)
    assert taken + len(bridge.take().events) == 2000
