"""Control: takes what was recognised and does what the profile says, in a thread of its own."""

import logging
import queue
import threading
import time
from collections.abc import Callable

from app.control.actions import Pause, Switch
from app.control.active_window import FindWindow, is_ours
from app.control.arming import Arming
from app.control.bindings import Binding, Mode
from app.control.ears import Touch
from app.control.library import Library
from app.control.player import Player
from models.decoder import GestureEvent
from models.recognition import Recognition

log = logging.getLogger("mstnet")

WAITING_MOST = 16
"""More gestures than this do not wait; a person is long past them."""
TICK_S = 0.02
"""How often the end of a gesture is looked for while one acts."""
IDLE_S = 0.25
"""How often somebody looks whether it is all over while no gesture acts."""
LOST_S = 1.0
"""A gesture of which nothing was heard for so long is over: the stream is paused, or the camera gone."""
PATIENCE_S = 3.0


class Control:
    """An observer that acts on the desktop; `see` never waits.

    Args:
        library: the profiles.
        player: what acts.
        arming: whether it may.
        touch: whether a person uses the mouse or the keyboard.
        find_window: the active window; None where that cannot be told.
        say: hears of what is left out, in words.
        close_devices: called last, when the thread is done.
    """

    def __init__(
        self,
        library: Library,
        player: Player,
        arming: Arming,
        touch: Touch,
        find_window: FindWindow | None,
        say: Callable[[str], None],
        close_devices: Callable[[], None],
    ) -> None:
        self.arming = arming
        self._library, self._player, self._touch, self._say = library, player, touch, say
        self._find_window, self._close_devices = find_window, close_devices
        self._safety = library.first.safety
        self._events: queue.Queue[GestureEvent] = queue.Queue(WAITING_MOST)
        self._lasting: tuple[str | None, float] = (None, 0.0)
        self._fired_s: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="control", daemon=True)
        self._thread.start()

    def see(self, seen: Recognition) -> None:
        """Take what was recognised in a frame."""
        self._lasting = (seen.lasting, time.monotonic())
        if seen.event:
            try:
                self._events.put_nowait(seen.event)
            except queue.Full:
                self._say(f"{seen.event.label}: left out, the desktop does not keep up")

    def finish(self) -> None:
        """Wait until what was taken is done, unless it takes too long."""
        deadline_s = time.monotonic() + PATIENCE_S
        while self._events.unfinished_tasks and self._thread.is_alive() and time.monotonic() < deadline_s:
            time.sleep(TICK_S)

    def close(self) -> None:
        """Let go of everything and give the devices back; what still waits is not done."""
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
        """One turn: see to what lasts, then to what is new."""
        self._safely(lambda: self._player.go_on(self._still_lasting()))
        try:
            event = self._events.get(timeout=TICK_S if self._player.busy else IDLE_S)
        except queue.Empty:
            return
        self._safely(lambda: self._act(event))
        self._events.task_done()

    def _safely(self, do: Callable[[], None]) -> None:
        """Do something with the devices; when they fail, say so and turn control off."""
        try:
            do()
        except Exception as error:  # whatever a display server or a kernel comes up with
            level = logging.WARNING if self.arming.on else logging.DEBUG  # once is enough
            log.log(level, "control failed: %s", " ".join(str(error).split()) or type(error).__name__)
            self.arming.disarm("it failed")

    def _still_lasting(self) -> str | None:
        """The gesture that lasts and may act; None as soon as anything speaks against it."""
        label, heard_s = self._lasting
        may_act = self.arming.on and not self._touch.within(self._safety.hand_over_s)
        return label if may_act and time.monotonic() - heard_s < LOST_S else None

    def _act(self, event: GestureEvent) -> None:
        window = self._find_window() if self._find_window else None
        profile = self._library.current(window)
        binding = profile.bindings.get(event.label) if profile else None
        if profile is None or binding is None or self._cooling(binding, event) or _goes_on(binding, event):
            return
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
            self._library.switch(binding, profile)
        else:
            self._player.begin(binding)
        self._fired_s[event.label] = event.fired_s

    def _cooling(self, binding: Binding, event: GestureEvent) -> bool:
        """Whether the gesture acted a short time ago."""
        since_s = event.fired_s - self._fired_s.get(event.label, float("-inf"))
        return 0 <= since_s < binding.cooldown_s  # negative where the stream began anew

    def _reason_against(self, own_window: bool) -> str:
        if self._touch.within(self._safety.hand_over_s):
            return "the mouse or the keyboard is in use"
        return "this program's own window has the focus" if own_window else ""


def _goes_on(binding: Binding, event: GestureEvent) -> bool:
    """Whether a gesture made again is one that is held already, or that would take its own pause back."""
    return event.again and (binding.mode is not Mode.ONCE or isinstance(binding.action, Pause))
