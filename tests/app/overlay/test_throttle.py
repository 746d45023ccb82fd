from pytestqt.qtbot import QtBot

from app.overlay.throttle import Throttle


def test_many_requests_are_one_action(qtbot: QtBot) -> None:
    acts: list[int] = []
    throttle = Throttle(lambda: acts.append(1), 1)
    for _ in range(100):
        throttle.request()
    qtbot.waitUntil(lambda: len(acts) > 0)
    qtbot.wait(10)
    assert len(acts) == 1


HOUR_MS = 3_600_000


def test_a_request_within_the_interval_waits(qtbot: QtBot) -> None:
    acts: list[int] = []
    throttle = Throttle(lambda: acts.append(1), HOUR_MS)
    throttle.request()
    qtbot.waitUntil(lambda: len(acts) == 1)
    throttle.request()
    qtbot.wait(20)
    assert len(acts) == 1
    throttle.stop()


def test_a_request_within_the_interval_is_not_lost(qtbot: QtBot) -> None:
    acts: list[int] = []
    throttle = Throttle(lambda: acts.append(1), 200)
    throttle.request()
    qtbot.waitUntil(lambda: len(acts) == 1)
    throttle.request()
    qtbot.waitUntil(lambda: len(acts) == 2)


def test_it_works_again_after_a_stop(qtbot: QtBot) -> None:
    acts: list[int] = []
    throttle = Throttle(lambda: acts.append(1), 1)
    throttle.request()
    throttle.stop()
    qtbot.wait(10)
    assert acts == []
    throttle.request()
    qtbot.waitUntil(lambda: len(acts) == 1)
