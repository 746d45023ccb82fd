"""Ears of evdev: the kernel's own keyboards and mice, where no desktop tells of them."""

import selectors
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from app.control.ears import Touch
from app.control.keys import Chord
from app.control.uinput_hands import CODES, DEVICE_NAME

SIDES = {"RIGHTCTRL": "LEFTCTRL", "RIGHTSHIFT": "LEFTSHIFT", "RIGHTMETA": "LEFTMETA"}
"""The keys that are on both sides of a keyboard, and the side that stands for both."""

DEAF = "no keyboard or mouse in /dev/input may be read"


class EvdevEars:
    """Listens to devices in a thread of its own; ours is not among them, so every event is a person's.

    Args:
        touch: told of what a person does.
        pause_keys: the chords that pause.
        devices: what `evdev.InputDevice` makes of each.
        ecodes: the kernel's numbers, `evdev.ecodes`.
    """

    def __init__(self, touch: Touch, pause_keys: Iterable[Chord], devices: Iterable[Any], ecodes: Any) -> None:
        self._touch, self._ecodes = touch, ecodes
        self._chords = [{_code(key, ecodes) for key in chord} for chord in pause_keys]
        self._both_sides = {ecodes.ecodes[f"KEY_{a}"]: ecodes.ecodes[f"KEY_{b}"] for a, b in SIDES.items()}
        self._down: set[int] = set()
        self._selector = selectors.DefaultSelector()
        self._devices = tuple(devices)
        for device in self._devices:
            self._selector.register(device, selectors.EVENT_READ)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="ears", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, touch: Touch, pause_keys: Iterable[Chord]) -> "EvdevEars":
        """Listen to every keyboard and mouse that may be read.

        Raises:
            ImportError: evdev is not installed.
            OSError: none may be read.
        """
        from evdev import InputDevice, ecodes, list_devices

        devices = []
        for device in map(InputDevice, list_devices()):
            if _matters(device, ecodes):
                devices.append(device)
            else:
                device.close()
        if not devices:
            raise PermissionError(DEAF)
        return cls(touch, pause_keys, devices, ecodes)

    def close(self) -> None:
        """Stop listening."""
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
                self._hear(event)
        except OSError:  # it was unplugged
            with suppress(KeyError, ValueError):
                self._selector.unregister(device)

    def _hear(self, event: Any) -> None:
        if event.type == self._ecodes.EV_REL:
            self._touch.used()
        elif event.type == self._ecodes.EV_KEY:
            code = self._both_sides.get(event.code, event.code)
            if event.value == 0:
                self._down.discard(code)
            elif code not in self._down:
                self._down.add(code)
                pauses = any(code in chord and chord <= self._down for chord in self._chords)
                hear: Callable[[], None] = self._touch.pause_key if pauses else self._touch.used
                hear()


def _code(key: str, ecodes: Any) -> int:
    number: int = ecodes.ecodes[CODES[key]]
    return number


def _matters(device: Any, ecodes: Any) -> bool:
    """Whether a device is a keyboard or a mouse, and not ours."""
    can = device.capabilities()
    return device.name != DEVICE_NAME and (ecodes.EV_KEY in can or ecodes.EV_REL in can)
