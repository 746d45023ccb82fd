"""Control: performs the actions that the key map binds to events, in a separate thread."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from app.control.actions import Pause, Switch
from app.control.active_window import FindWindow
from app.control.arming import Arming
from app.control.bindings import Binding, KeyMap, Mode
from app.control.input_listener import UserActivity
from app.control.library import Library
from app.control.player import Player
from common.errors import one_line
from common.log import log
from models.decoder import GestureEvent
from models.recognition import Recognition

MAX_QUEUED = 16
"""Length of the queue of events; further ones are skipped."""
TICK_S = 0.02
"""Interval of the checks for the end of a gesture while one is held or repeated."""
IDLE_S = 0.25
"""Interval of the checks for `close` while no gesture is held or repeated."""
FRAME_TIMEOUT_S = 1.0
"""Time without a frame after which a lasting gesture ends: the stream is paused, or the camera is gone."""
CLOSE_TIMEOUT_S = 3.0
OWN_WINDOW = "this program's own window has the focus"
IN_USE = "the mouse or the keyboard is in use"

Fired = tuple[tuple[Path, GestureEvent], ...]
"""The events of one frame, each with the path of the key map whose vocabulary it is in."""


class GestureInterpreter(Protocol):
    """Decides on events in the vocabulary of one key map, as an `Interpreter` does."""

    lasting: str | None

    def see(self, seen: Recognition) -> Sequence[GestureEvent]:
        """The events of a frame."""
        ...


class Control:
    """An observer that acts on the desktop; `see` never blocks.

    Each key map has its own vocabulary and therefore its own events. Only those of the applicable key map act.

    Args:
        library: the key maps.
        interpreters: one per key map, by its path.
        player: performs the actions.
        arming: whether control is armed.
        activity: whether the user uses mouse or keyboard.
        find_window: returns the active window; None if it cannot be found here.
        say: called with a message about each skipped action.
        close_devices: called last, after the thread has ended.
    """

    def __init__(
        self,
        library: Library,
        interpreters: Mapping[Path, GestureInterpreter],
        player: Player,
        arming: Arming,
        activity: UserActivity,
        find_window: FindWindow | None,
        say: Callable[[str], None],
        close_devices: Callable[[], None],
    ) -> None:
        self.arming = arming
        self._in_own_window = False
        self._stays = 0
        """How often this program's own window got the focus."""
        self._logged: tuple[str, int] | None = None
        """The reason for withholding actions that was logged and still holds, and the stay in the own window."""
        self._on_hand_over: Callable[[bool], None] = lambda _withheld: None
        self._library, self._player, self._activity, self._say = library, player, activity, say
        self._find_window, self._close_devices = find_window, close_devices
        self._safety = library.first.safety
        self._interpreters = interpreters
        self._fired: queue.Queue[Fired] = queue.Queue(MAX_QUEUED)
        self._lasting: tuple[dict[Path, str | None], float] = ({}, 0.0)
        self._acted_s: dict[str, float] = {}
        self._last: tuple[Path, float] | None = None
        """The key map that acted last, and the time of its event."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="control", daemon=True)
        self._thread.start()

    def see(self, seen: Recognition) -> None:
        """Queue the events of a frame."""
        fired = tuple((path, event) for path, each in self._interpreters.items() for event in each.see(seen))
        self._lasting = ({path: each.lasting for path, each in self._interpreters.items()}, time.monotonic())
        if fired:
            try:
                self._fired.put_nowait(fired)
            except queue.Full:
                for name in dict.fromkeys(event.name for _, event in fired):
                    self._say(f"{name}: skipped, the desktop does not keep up")

    def own_window(self, active: bool) -> None:
        """Note whether this program's own window has the focus; actions are withheld while it has. Thread-safe."""
        self._in_own_window = active
        self._stays += active  # each stay is logged; only one thread calls this

    def listen_to_hand_over(self, listener: Callable[[bool], None]) -> None:
        """Call `listener` with True when use of mouse or keyboard withholds a gesture, with False when it is over."""
        self._on_hand_over = listener

    def finish(self) -> None:
        """Wait until the queued events are handled, for at most `CLOSE_TIMEOUT_S`."""
        deadline_s = time.monotonic() + CLOSE_TIMEOUT_S
        while self._fired.unfinished_tasks and self._thread.is_alive() and time.monotonic() < deadline_s:
            time.sleep(TICK_S)

    def close(self) -> None:
        """Release all keys and close the devices; queued events are dropped."""
        self._stop.set()
        self._thread.join(CLOSE_TIMEOUT_S)
        self._close_devices()

    def _work(self) -> None:
        try:
            while not self._stop.is_set():
                self._turn()
        finally:
            self._safely(self._player.rest)

    def _turn(self) -> None:
        """Update a lasting gesture, then handle one queued event."""
        self._safely(lambda: self._player.update(self._still_lasting()))
        self._end_of_reason()
        try:
            fired = self._fired.get(timeout=TICK_S if self._player.busy else IDLE_S)
        except queue.Empty:
            return
        self._safely(lambda: self._take(fired))
        self._fired.task_done()

    def _safely(self, do: Callable[[], None]) -> None:
        """Call a function that uses the devices; if it fails, log the error and turn control off."""
        try:
            do()
        except Exception as error:  # display servers and kernels raise many types
            level = logging.WARNING if self.arming.on else logging.DEBUG  # one warning is enough
            log.log(level, "control failed: %s", one_line(error))
            self.arming.disarm("it failed")

    def _still_lasting(self) -> str | None:
        """The gesture that lasts and may act; None if control is off, something is against it, or frames stopped."""
        lasting, updated_s = self._lasting
        may_act = self.arming.on and not self._reason_against()
        if self._last is None or not may_act or time.monotonic() - updated_s >= FRAME_TIMEOUT_S:
            return None
        return lasting.get(self._last[0])

    def _take(self, fired: Fired) -> None:
        """Act on the events in the vocabulary of the applicable key map."""
        window = self._find_window() if self._find_window else None
        key_map = self._library.current(window)
        for path, event in fired:
            if key_map and path == key_map.path and not self._done_by_another(path, event):
                self._act(key_map, event)

    def _done_by_another(self, path: Path, event: GestureEvent) -> bool:
        """Whether another key map acted during this gesture, for example by switching to this one."""
        if self._last is None:
            return False
        last, last_s = self._last
        return path != last and event.began_s <= last_s <= event.fired_s

    def _act(self, key_map: KeyMap, event: GestureEvent) -> None:
        binding = key_map.bindings.get(event.name)
        if binding is None or self._cooling(binding, event) or _is_continuation(binding, event):
            return
        binding = replace(binding, seen=event.label)
        if isinstance(binding.action, Pause):
            self._player.rest()
            self.arming.toggle_by_gesture(event.label)
        elif not self.arming.on:
            return
        elif reason := self._reason_against():
            self._say(f"{binding}: skipped, {reason}")
            self._log_once(reason)
            return
        elif isinstance(binding.action, Switch):
            self._player.rest()
            self._say(str(binding))
            self._library.switch(binding, key_map)
        else:
            self._player.begin(binding)
        self._acted_s[binding.gesture] = event.fired_s
        self._last = (key_map.path, event.fired_s)

    def _cooling(self, binding: Binding, event: GestureEvent) -> bool:
        """Whether the gesture acted a short time ago."""
        since_s = event.fired_s - self._acted_s.get(binding.gesture, float("-inf"))
        return 0 <= since_s < binding.cooldown_s  # negative if the stream started again

    def _reason_against(self) -> str:
        """Why actions are withheld now; empty if they are not."""
        if self._in_own_window:
            return OWN_WINDOW
        return IN_USE if self._activity.within(self._safety.hand_over_s) else ""

    def _log_once(self, reason: str) -> None:
        """Log once, while a reason lasts, that it withholds actions."""
        if self._logged == (reason, self._stays):
            return
        self._logged = (reason, self._stays)
        if reason == OWN_WINDOW:
            log.warning("control: the app's own window has the focus; click the window that gestures shall control")
        else:
            log.info("control: %s, so gestures do nothing until %g s after it", reason, self._safety.hand_over_s)
        self._on_hand_over(reason == IN_USE)

    def _end_of_reason(self) -> None:
        """Note that the logged reason no longer holds."""
        if self._logged and self._logged != (self._reason_against(), self._stays):
            self._logged = None
            self._on_hand_over(False)


def _is_continuation(binding: Binding, event: GestureEvent) -> bool:
    """Whether a repeated gesture is held already, or would revert its own pause."""
    return event.again and (binding.mode is not Mode.ONCE or isinstance(binding.action, Pause))
