"""Opens control from its settings."""

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from functools import partial

from app.control.active_window import FindWindow, X11Windows
from app.control.arming import Arming
from app.control.back_ends import open_backend
from app.control.bindings import KeyMapError
from app.control.control import Control
from app.control.evdev_listener import EvdevListener
from app.control.injected_events import InjectedEvents
from app.control.input_backend import DryRunBackend, InputBackend
from app.control.input_listener import InputListener, UserActivity
from app.control.interpreter import Interpreter
from app.control.keys import Chord, written
from app.control.library import Library
from app.control.limiter import Limiter
from app.control.permission import require_permission
from app.control.player import Player
from app.control.pressed_keys import InputObserver, PressedKeys
from app.control.pynput_backend import PynputBackend
from app.control.pynput_listener import PynputListener
from app.control.settings import ControlSettings
from app.control.uinput_backend import PERMISSION_ADVICE, UinputBackend
from app.control.watchdog import Watchdog
from common.log import log
from models.networks import Networks


def open_control(settings: ControlSettings, networks: Networks) -> Control:
    """Read the key maps, open the devices and start control.

    Args:
        settings: the key maps and the backend.
        networks: the networks of the stream.

    Raises:
        UserError: a key map, a permission or a backend cannot be used.
    """
    library = Library(settings.key_maps, networks.labels)
    if not settings.dry_run:
        require_permission(library.key_maps, settings.allow_commands)
    _warn_without_pause(library)
    with ExitStack() as stack:
        backend = _backend(settings, stack)
        _check_keys(library, backend)
        return _assemble(settings, library, networks, backend, stack)


def _warn_without_pause(library: Library) -> None:
    """Log a warning for each key map without a pause gesture."""
    for key_map in library.key_maps:
        if not key_map.pauses:
            log.warning("%s: no gesture pauses control; a pause key does (add pause = true to one)", key_map.path)


def _backend(settings: ControlSettings, stack: ExitStack) -> InputBackend:
    if settings.dry_run:
        return DryRunBackend()
    return stack.enter_context(closing(open_backend(settings.back_end)))


def _check_keys(library: Library, backend: InputBackend) -> None:
    """Check that every key of every key map can be pressed."""
    for key_map in library.key_maps:
        for binding in key_map.bindings.values():
            for key in binding.action.keys:
                if not backend.strokes(key):
                    raise KeyMapError(f"{key_map.path}:{binding.line}: no key {key!r}: {backend.why_lacking}")


def _assemble(
    settings: ControlSettings, library: Library, networks: Networks, backend: InputBackend, stack: ExitStack
) -> Control:
    safety = library.first.safety
    arming = Arming(settings.armed or settings.dry_run, safety.gesture_resumes)
    activity, injected = UserActivity(arming.toggle), InjectedEvents()
    on_loss = partial(arming.disarm, "it no longer listens to the keyboard")
    if _listens(backend, lambda: _listener(backend, activity, injected, safety.pause_keys, on_loss), stack):
        arming.keys = tuple(map(written, safety.pause_keys))
    observers: list[InputObserver] = [injected]
    if backend.name == PynputBackend.name:
        observers.insert(0, stack.enter_context(closing(Watchdog())))
    say: Callable[[str], None] = log.info if settings.dry_run else log.debug
    limiter = Limiter(safety.actions_per_s)
    player = Player(PressedKeys(backend, observers), limiter, say, pretend=settings.dry_run)
    find_window = _window_finder(library, stack)
    interpreters = {key_map.path: Interpreter(networks, key_map.vocabulary) for key_map in library.key_maps}
    return Control(library, interpreters, player, arming, activity, find_window, say, stack.pop_all().close)


def _listens(backend: InputBackend, open_listener: Callable[[], InputListener], stack: ExitStack) -> bool:
    """Listen to mouse and keyboard; return false and log a warning if that is impossible."""
    if backend.name == DryRunBackend.name:
        return False
    try:
        stack.enter_context(closing(open_listener()))
    except (ImportError, OSError) as error:
        advice = PERMISSION_ADVICE if backend.name == UinputBackend.name else "pause with the gesture, stop with Ctrl-C"
        log.warning("control does not listen to the keyboard (%s): no pause key, no hand-over; %s", error, advice)
        return False
    return True


def _listener(
    backend: InputBackend,
    activity: UserActivity,
    injected: InjectedEvents,
    pause_keys: tuple[Chord, ...],
    on_loss: Callable[[], None],
) -> InputListener:
    """The listener for a backend."""
    if backend.name == UinputBackend.name:
        return EvdevListener.open(activity, pause_keys)
    return PynputListener(activity, injected, pause_keys, on_loss)


def _window_finder(library: Library, stack: ExitStack) -> FindWindow | None:
    """A function that returns the active window; None if no key map asks for it, or if that is impossible here."""
    if not library.needs_windows:
        return None
    if sys.platform == "linux" and os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        with suppress(Exception):  # no python-xlib, or a display that does not respond
            return stack.enter_context(closing(X11Windows()))
    log.warning("the active window cannot be found on this desktop; key maps with [window] do nothing")
    return None
