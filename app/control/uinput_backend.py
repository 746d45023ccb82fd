"""UinputBackend: a virtual keyboard and mouse of the Linux kernel, through python-evdev. For Wayland and consoles."""

from typing import Any

from app.control.keys import NAMES

DEVICE = "/dev/uinput"
DEVICE_NAME = "mstnet-live"
"""Name of the virtual device, by which the listener excludes it."""
RULE = 'KERNEL=="uinput", GROUP="input", MODE="0660", OPTIONS+="static_node=uinput"'
PERMISSION_ADVICE = (
    f"as root: echo '{RULE}' > /etc/udev/rules.d/80-uinput.rules; usermod -aG input $USER; modprobe uinput; "
    "then log in again"
)

CODES = {
    **{
        name: f"KEY_{name.upper()}" for name in (*NAMES, *"abcdefghijklmnopqrstuvwxyz0123456789") if "mouse" not in name
    },
    "ctrl": "KEY_LEFTCTRL",
    "shift": "KEY_LEFTSHIFT",
    "alt": "KEY_LEFTALT",
    "alt_gr": "KEY_RIGHTALT",
    "super": "KEY_LEFTMETA",
    "page_up": "KEY_PAGEUP",
    "page_down": "KEY_PAGEDOWN",
    "menu": "KEY_COMPOSE",
    "print_screen": "KEY_SYSRQ",
    "caps_lock": "KEY_CAPSLOCK",
    "play_pause": "KEY_PLAYPAUSE",
    "next_track": "KEY_NEXTSONG",
    "previous_track": "KEY_PREVIOUSSONG",
    "volume_up": "KEY_VOLUMEUP",
    "volume_down": "KEY_VOLUMEDOWN",
    "mouse_left": "BTN_LEFT",
    "mouse_middle": "BTN_MIDDLE",
    "mouse_right": "BTN_RIGHT",
    "-": "KEY_MINUS",
    "=": "KEY_EQUAL",
    "[": "KEY_LEFTBRACE",
    "]": "KEY_RIGHTBRACE",
    ";": "KEY_SEMICOLON",
    "'": "KEY_APOSTROPHE",
    "`": "KEY_GRAVE",
    "\\": "KEY_BACKSLASH",
    ",": "KEY_COMMA",
    ".": "KEY_DOT",
    "/": "KEY_SLASH",
}
"""The kernel's name of each key. These are positions on a US keyboard, not characters."""
SHIFTED = dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./", strict=True))
"""Characters that need shift, and their key on a US keyboard."""


class UinputBackend:
    """Sends events through a virtual device. The kernel removes it and releases its keys when the process ends.

    Args:
        device: an `evdev.UInput`.
        ecodes: the module `evdev.ecodes`.
    """

    name = "uinput"
    why_lacking = "uinput presses the keys of a US keyboard, which has no such key"

    def __init__(self, device: Any, ecodes: Any) -> None:
        self._device, self._ecodes = device, ecodes

    @classmethod
    def open(cls) -> "UinputBackend":
        """Create the device.

        Raises:
            ImportError: evdev is not installed.
            OSError: the device cannot be created.
        """
        from evdev import UInput, ecodes

        keys = [ecodes.ecodes[name] for name in CODES.values()]
        motion = [ecodes.REL_X, ecodes.REL_Y, ecodes.REL_WHEEL, ecodes.REL_HWHEEL]
        return cls(UInput({ecodes.EV_KEY: keys, ecodes.EV_REL: motion}, name=DEVICE_NAME), ecodes)

    def strokes(self, key: str) -> tuple[str, ...]:
        """The keys of a US keyboard that give a key or a character."""
        if key in CODES:
            return (key,)
        base = SHIFTED.get(key, key.lower())
        return ("shift", base) if base in CODES else ()

    def press(self, stroke: str) -> None:
        self._write(self._ecodes.EV_KEY, CODES[stroke], 1)

    def release(self, stroke: str) -> None:
        self._write(self._ecodes.EV_KEY, CODES[stroke], 0)

    def move(self, right: int, down: int) -> None:
        """Move the pointer by pixels; the desktop's acceleration is added."""
        self._device.write(self._ecodes.EV_REL, self._ecodes.REL_X, right)
        self._write(self._ecodes.EV_REL, "REL_Y", down)

    def scroll(self, right: int, down: int) -> None:
        self._device.write(self._ecodes.EV_REL, self._ecodes.REL_HWHEEL, right)
        self._write(self._ecodes.EV_REL, "REL_WHEEL", -down)

    def close(self) -> None:
        self._device.close()

    def _write(self, kind: int, code: str, value: int) -> None:
        self._device.write(kind, self._ecodes.ecodes[code], value)
        self._device.syn()
