"""Actions once, held and repeated; all keys are released."""

import pytest
from recording_backend import RecordingBackend

from app.control.actions import Move, Press, Run, Scroll, Type
from app.control.bindings import Binding, Mode
from app.control.limiter import Limiter
from app.control.player import Player
from app.control.pressed_keys import PressedKeys


class Bench:
    """A player with a clock that the test sets."""

    def __init__(self, max_hz=30, pretend=False):
        self.now, self.backend, self.messages = 0.0, RecordingBackend(), []
        self.player = Player(
            PressedKeys(self.backend), Limiter(max_hz, self.clock), self.messages.append, self.clock, pretend=pretend
        )

    def clock(self):
        return self.now

    def at(self, now, lasting):
        self.now = now
        self.player.update(lasting)


@pytest.fixture
def bench():
    return Bench()


def test_once(bench):
    bench.player.begin(Binding("Drum", Press(("ctrl", "c"))))
    bench.at(1.0, "Drum")
    assert bench.backend.done == ["+ctrl", "+c", "-c", "-ctrl"]
    assert bench.messages == ["Drum: press ctrl+c"]


def test_every_action(bench):
    for action in (Press(("mouse_left",), times=2), Type("a?\n"), Move(3, -4), Scroll(0, 2)):
        bench.now += 1
        bench.player.begin(Binding("Drum", action))
    assert bench.backend.done == [
        *("+mouse_left", "-mouse_left") * 2,
        *("+a", "-a", "+shift", "+?", "-?", "-shift", "+enter", "-enter"),
        *("move 3 -4", "scroll 0 2"),
    ]


def test_hold_lasts_as_long_as_the_gesture(bench):
    bench.player.begin(Binding("Drum", Press(("alt", "tab")), Mode.HOLD))
    bench.at(1.0, "Drum")
    bench.at(9.0, "Drum")
    assert bench.backend.done == ["+alt", "+tab"]
    bench.at(9.1, None)
    bench.at(9.2, None)
    assert bench.backend.done == ["+alt", "+tab", "-tab", "-alt"]
    assert bench.messages[-1] == "release alt+tab"


def test_a_new_gesture_ends_the_last_one(bench):
    bench.player.begin(Binding("Drum", Press(("a",)), Mode.HOLD))
    bench.player.begin(Binding("Thumb Up", Press(("b",)), Mode.HOLD))
    bench.at(0.1, "Thumb Up")
    assert bench.backend.done == ["+a", "-a", "+b"]


def test_repeat_keeps_its_rate(bench):
    bench.player.begin(Binding("Drum", Press(("up",)), Mode.REPEAT, rate_hz=4))
    for tick in range(1, 201):
        bench.at(tick / 100, "Drum")
    assert bench.backend.done.count("+up") == 9  # at 0, 0.25, ... 2.0
    bench.at(2.1, None)
    bench.at(3.0, "Drum")
    assert bench.backend.done.count("+up") == 9


def test_actions_above_the_limit_are_skipped():
    bench = Bench(max_hz=2)
    for _ in range(5):
        bench.player.begin(Binding("Drum", Press(("a",))))
    assert bench.backend.done.count("+a") == 2
    assert "skipped" in bench.messages[-1]


def test_a_skipped_hold_holds_nothing():
    bench = Bench(max_hz=1)
    bench.player.begin(Binding("Drum", Press(("a",))))
    bench.player.begin(Binding("Drum", Press(("b",)), Mode.HOLD))
    assert bench.backend.done == ["+a", "-a"]


def test_pretending_starts_no_program(tmp_path):
    bench = Bench(pretend=True)
    bench.player.begin(Binding("Drum", Run(("touch", str(tmp_path / "made")))))
    assert not (tmp_path / "made").exists()
    assert "touch" in bench.messages[0]


def test_keys_are_released_after_an_error(bench):
    bench.backend.broken = "c"
    with pytest.raises(OSError, match="broken"):
        bench.player.begin(Binding("Drum", Press(("ctrl", "c"))))
    assert bench.backend.down == set()
