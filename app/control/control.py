"""Control: takes what was recognised and does what the key map says, in a thread of its own."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from app.control.actions import Pause, Switch
from app.control.active_window import FindWindow, is_ours
from app.control.arming import Arming
from app.control.bindings import ActiveWindow, Binding, KeyMap, Mode
from app.control.input_listener import UserActivity
from app.control.library import Library
from app.control.player import Player
from common.errors import one_line
from common.log import log
from models.decoder import GestureEvent
from models.recognition import Recognition

WAITING_MOST = 16
"""Length of the queue of gestures; more are left out."""
TICK_S = 0.02
"""Interval of the checks for the end of a gesture while one is held or repeated."""
IDLE_S = 0.25
"""Interval of the checks for `close` while no gesture is held or repeated."""
LOST_S = 1.0
"""Without a frame for so long, a gesture is over: the stream is paused, or the camera gone."""
PATIENCE_S = 3.0

Fired = tuple[tuple[Path, GestureEvent], ...]
"""What fired on one frame, each with the path of the key map in whose vocabulary it did."""


class Interprets(Protocol):
    """Says what fired in the vocabulary of one key map, as an `Interpreter` does."""

    lasting: str | None

    def see(self, seen: Recognition) -> Sequence[GestureEvent]:
        """What fired on a frame."""
        ...


class Control:
    """An observer that acts on the desktop; `see` never waits.

    Each key map has its own vocabulary, and so its own events. Those of the key map that applies count.

    Args:
        library: the key maps.
        interpreters: one for each key map, by its path.
        player: what acts.
        arming: whether it may.
        activity: whether a person uses mouse or keyboard.
        find_window: returns the active window; None if that is unknown here.
        say: called with what is left out, in words.
        close_devices: called last, after the thread ended.
    """

    def __init__(
        self,
        library: Library,
        interpreters: Mapping[Path, Interprets],
        player: Player,
        arming: Arming,
        activity: UserActivity,
        find_window: FindWindow | None,
        say: Callable[[str], None],
        close_devices: Callable[[], None],
    ) -> None:
        self.arming = arming
        self._library, self._player, self._activity, self._say = library, player, activity, say
        self._find_window, self._close_devices = find_window, close_devices
        self._safety = library.first.safety
        self._interpreters = interpreters
        self._fired: queue.Queue[Fired] = queue.Queue(WAITING_MOST)
        self._lasting: tuple[dict[Path, str | None], float] = ({}, 0.0)
        self._acted_s: dict[str, float] = {}
        self._last: tuple[Path, float] | None = None
        """The key map that acted last, and when its gesture fired."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="control", daemon=True)
        self._thread.start()

    def see(self, seen: Recognition) -> None:
        """Take what was recognised in a frame."""
        fired = tuple((path, event) for path, each in self._interpreters.items() for event in each.see(seen))
        self._lasting = ({path: each.lasting for path, each in self._interpreters.items()}, time.monotonic())
        if fired:
            try:
                self._fired.put_nowait(fired)
            except queue.Full:
                for name in dict.fromkeys(event.name for _, event in fired):
                    self._say(f"{name}: left out, the desktop does not keep up")

    def finish(self) -> None:
        """Wait until what was taken is done, unless it takes too long."""
        deadline_s = time.monotonic() + PATIENCE_S
        while self._fired.unfinished_tasks and self._thread.is_alive() and time.monotonic() < deadline_s:
            time.sleep(TICK_S)

    def close(self) -> None:
        """Release all keys and close the devices; gestures that still wait are dropped."""
        self._stop.set()
        self._thread.join(PATIENCE_S)
        self._close_devices()

    def _work(self) -> None:
        try:
            while not self._stop.is_set():
                self._turn()
        finally:
            self._safely(self._player.rest)

    def _turn(self) -> None:
        """Continue what lasts, then take what fired."""
        self._safely(lambda: self._player.go_on(self._still_lasting()))
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
        except Exception as error:  # display servers and kernels raise many kinds
            level = logging.WARNING if self.arming.on else logging.DEBUG  # once is enough
            log.log(level, "control failed: %s", one_line(error))
            self.arming.disarm("it failed")

    def _still_lasting(self) -> str | None:
        """The gesture that lasts and may act; None if control is off, an input device is used, or frames stopped."""
        lasting, heard_s = self._lasting
        may_act = self.arming.on and not self._activity.within(self._safety.hand_over_s)
        if self._last is None or not may_act or time.monotonic() - heard_s >= LOST_S:
            return None
        return lasting.get(self._last[0])

    def _take(self, fired: Fired) -> None:
        """Act on what fired in the vocabulary of the key map that applies."""
        window = self._find_window() if self._find_window else None
        key_map = self._library.current(window)
        for path, event in fired:
            if key_map and path == key_map.path and not self._done_by_another(path, event):
                self._act(key_map, event, window)

    def _done_by_another(self, path: Path, event: GestureEvent) -> bool:
        """Whether another key map acted while this gesture was made, such as by handing over to this one."""
        if self._last is None:
            return False
        last, last_s = self._last
        return path != last and event.began_s <= last_s <= event.fired_s

    def _act(self, key_map: KeyMap, event: GestureEvent, window: ActiveWindow | None) -> None:
        binding = key_map.bindings.get(event.name)
        if binding is None or self._cooling(binding, event) or _goes_on(binding, event):
            return
        binding = replace(binding, seen=event.label)
        if isinstance(binding.action, Pause):
            self._player.rest()
            self.arming.toggle_by_gesture(event.label)
        elif not self.arming.on:
            return
        elif reason := self._reason_against(is_ours(window)):
            self._say(f"{binding}: left out, {reason}")
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
        return 0 <= since_s < binding.cooldown_s  # negative where the stream began anew

    def _reason_against(self, own_window: bool) -> str:
        if self._activity.within(self._safety.hand_over_s):
            return "the mouse or the keyboard is in use"
        return "this program's own window has the focus" if own_window else ""


def _goes_on(binding: Binding, event: GestureEvent) -> bool:
    """Whether a gesture made again is one that is held already, or that would take its own pause back."""
    return event.again and (binding.mode is not Mode.ONCE or isinstance(binding.action, Pause))
