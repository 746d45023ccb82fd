"""Opening control: from its settings to a running Control."""

import logging
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from functools import partial

from app.control.active_window import FindWindow, X11Windows
from app.control.arming import Arming
from app.control.back_ends import choose, open_hands
from app.control.bindings import ProfileError
from app.control.control import Control
from app.control.ears import Ears, Touch
from app.control.evdev_ears import EvdevEars
from app.control.grip import Grip, Witness
from app.control.hands import Hands, NoHands
from app.control.interpreter import Interpreter
from app.control.keys import Chord
from app.control.ledger import Ledger
from app.control.library import Library
from app.control.limiter import Limiter
from app.control.permission import require_permission
from app.control.player import Player
from app.control.pynput_ears import PynputEars
from app.control.pynput_hands import PynputHands
from app.control.settings import ControlSettings
from app.control.uinput_hands import PERMISSION_ADVICE, UinputHands
from app.control.watchdog import Watchdog
from models.networks import Networks

log = logging.getLogger("mstnet")


def open_control(settings: ControlSettings, networks: Networks) -> Control:
    """Read the profiles, open the devices and begin.

    Args:
        settings: which profiles, and through what.
        networks: those that step the stream.

    Raises:
        UserError: a profile, a permission or a back end cannot be used.
    """
    library = Library(settings.profiles, networks.labels)
    if not settings.dry_run:
        require_permission(library.profiles, settings.allow_commands)
    _warn_of_no_pause(library)
    with ExitStack() as stack:
        hands = _hands(settings, stack)
        _check_keys(library, hands)
        return _assemble(settings, library, networks, hands, stack)


def _warn_of_no_pause(library: Library) -> None:
    """Say which profile only a key can pause."""
    for profile in library.profiles:
        if not profile.pauses:
            log.warning("%s: no gesture pauses control; a pause key does (add pause = true to one)", profile.path)


def _hands(settings: ControlSettings, stack: ExitStack) -> Hands:
    if settings.dry_run:
        return NoHands()
    return stack.enter_context(closing(open_hands(choose(settings.back_end, os.environ))))


def _check_keys(library: Library, hands: Hands) -> None:
    """See that every key of every profile can be pressed."""
    for profile in library.profiles:
        for binding in profile.bindings.values():
            for key in binding.action.keys:
                if not hands.strokes(key):
                    raise ProfileError(f"{profile.path}:{binding.line}: no key {key!r}: {hands.why_lacking}")


def _assemble(
    settings: ControlSettings, library: Library, networks: Networks, hands: Hands, stack: ExitStack
) -> Control:
    safety = library.first.safety
    arming = Arming(settings.armed or settings.dry_run, safety.gesture_resumes)
    touch, ledger = Touch(arming.toggle), Ledger()
    deaf = partial(arming.disarm, "the keyboard is no longer heard")
    _listen(hands, lambda: _ears(hands, touch, ledger, safety.pause_keys, deaf), stack)
    witnesses: list[Witness] = [ledger]
    if hands.name == PynputHands.name:
        witnesses.insert(0, stack.enter_context(closing(Watchdog())))
    say: Callable[[str], None] = log.info if settings.dry_run else log.debug
    limiter = Limiter(safety.actions_per_s)
    player = Player(Grip(hands, witnesses), limiter, say, pretend=settings.dry_run)
    find_window = _window_finder(library, stack)
    interpreters = {profile.path: Interpreter(networks, profile.vocabulary) for profile in library.profiles}
    return Control(library, interpreters, player, arming, touch, find_window, say, stack.pop_all().close)


def _listen(hands: Hands, open_ears: Callable[[], Ears], stack: ExitStack) -> None:
    """Hear the real mouse and keyboard; say so where that cannot be."""
    if hands.name == NoHands.name:
        return
    try:
        stack.enter_context(closing(open_ears()))
    except (ImportError, OSError) as error:
        advice = PERMISSION_ADVICE if hands.name == UinputHands.name else "pause with the gesture, stop with Ctrl-C"
        log.warning("control does not hear the keyboard (%s): no pause key, no hand-over; %s", error, advice)


def _ears(
    hands: Hands, touch: Touch, ledger: Ledger, pause_keys: tuple[Chord, ...], on_deaf: Callable[[], None]
) -> Ears:
    """The ears that go with the hands."""
    if hands.name == UinputHands.name:
        return EvdevEars.open(touch, pause_keys)
    return PynputEars(touch, ledger, pause_keys, on_deaf)


def _window_finder(library: Library, stack: ExitStack) -> FindWindow | None:
    """What tells the active window, where anything does."""
    if sys.platform == "linux" and os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        with suppress(Exception):  # no python-xlib, or a display that does not answer
            return stack.enter_context(closing(X11Windows()))
    if library.asks_for_windows:
        log.warning("which window is active cannot be told here; profiles with [window] do nothing")
    return None
