"""EvdevListener: listens to the keyboards and mice of the Linux kernel, for desktops that do not report them."""

import selectors
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from app.control.input_listener import UserActivity
from app.control.keys import Chord
from app.control.uinput_backend import CODES, DEVICE_NAME

SIDES = {"RIGHTCTRL": "LEFTCTRL", "RIGHTSHIFT": "LEFTSHIFT", "RIGHTMETA": "LEFTMETA"}
"""Keys that exist on both sides of a keyboard, mapped to the left one."""

NOT_READABLE = "no permission to read a keyboard or mouse in /dev/input"


class EvdevListener:
    """Listens to devices in its own thread. The device of `UinputBackend` is excluded, so every event is the user's.

    Args:
        activity: notified of the user's input.
        pause_keys: the chords that pause.
        devices: objects of `evdev.InputDevice`.
        ecodes: the module `evdev.ecodes`.
    """

    def __init__(
        self, activity: UserActivity, pause_keys: Iterable[Chord], devices: Iterable[Any], ecodes: Any
    ) -> None:
        self._activity, self._ecodes = activity, ecodes
        self._chords = [{_code(key, ecodes) for key in chord} for chord in pause_keys]
        self._both_sides = {ecodes.ecodes[f"KEY_{a}"]: ecodes.ecodes[f"KEY_{b}"] for a, b in SIDES.items()}
        self._down: set[int] = set()
        self._selector = selectors.DefaultSelector()
        self._devices = tuple(devices)
        for device in self._devices:
            self._selector.register(device, selectors.EVENT_READ)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="listener", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, activity: UserActivity, pause_keys: Iterable[Chord]) -> "EvdevListener":
        """Listen to every readable keyboard and mouse.

        Raises:
            ImportError: evdev is not installed.
            OSError: none is readable.
        """
        from evdev import InputDevice, ecodes, list_devices

        devices = []
        for device in map(InputDevice, list_devices()):
            if _matters(device, ecodes):
                devices.append(device)
            else:
                device.close()
        if not devices:
            raise PermissionError(NOT_READABLE)
        return cls(activity, pause_keys, devices, ecodes)

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._selector.close()
        for device in self._devices:
            device.close()

    def _listen(self) -> None:
        while not self._stop.is_set():
            for key, _ in self._selector.select(0.2):
                self._read(key.fileobj)

    def _read(self, device: Any) -> None:
        try:
            for event in device.read():
                self._handle(event)
        except OSError:  # it was unplugged
            with suppress(KeyError, ValueError):
                self._selector.unregister(device)

    def _handle(self, event: Any) -> None:
        if event.type == self._ecodes.EV_REL:
            self._activity.used()
        elif event.type == self._ecodes.EV_KEY:
            code = self._both_sides.get(event.code, event.code)
            if event.value == 0:
                self._down.discard(code)
            elif code not in self._down:
                self._down.add(code)
                pauses = any(code in chord and chord <= self._down for chord in self._chords)
                report: Callable[[], None] = self._activity.pause_key if pauses else self._activity.used
                report()


def _code(key: str, ecodes: Any) -> int:
    number: int = ecodes.ecodes[CODES[key]]
    return number


def _matters(device: Any, ecodes: Any) -> bool:
    """Whether a device is a keyboard or a mouse other than that of `UinputBackend`."""
    can = device.capabilities()
    return device.name != DEVICE_NAME and (ecodes.EV_KEY in can or ecodes.EV_REL in can)
