"""The names of keys and mouse buttons, the same on every system, and chords of them."""

from common.nearest import nearest

MODIFIERS = ("ctrl", "shift", "alt", "alt_gr", "super")
PLAIN_KEYS = (
    *("enter", "tab", "space", "esc", "backspace", "delete", "insert", "home", "end", "page_up", "page_down"),
    *("up", "down", "left", "right", "menu", "print_screen", "pause", "caps_lock"),
    *(f"f{number}" for number in range(1, 21)),
)
MEDIA_KEYS = ("play_pause", "next_track", "previous_track", "volume_up", "volume_down", "mute")
BUTTONS = ("mouse_left", "mouse_middle", "mouse_right")
NAMES = (*MODIFIERS, *PLAIN_KEYS, *MEDIA_KEYS, *BUTTONS)
"""The names of all keys other than characters; the key of a character is named by it."""
ALIASES = {
    "control": "ctrl",
    "option": "alt",
    "cmd": "super",
    "win": "super",
    "meta": "super",
    "altgr": "alt_gr",
    "return": "enter",
    "escape": "esc",
    "del": "delete",
    "pgup": "page_up",
    "pgdn": "page_down",
    "plus": "+",
}
CHARACTER_KEYS = {" ": "space", "\n": "enter", "\t": "tab"}
"""Characters whose key has another name."""

Chord = tuple[str, ...]
"""Keys that are pressed together, in the order of pressing."""


def parse_chord(text: str) -> Chord:
    """Parse `ctrl+shift+t`; a chord with the plus key is `ctrl++` or `ctrl+plus`.

    Raises:
        ValueError: a name is unknown, or given twice; the message names the nearest known one.
    """
    words = [*text.removesuffix("++").split("+"), "+"] if text.endswith("++") else text.split("+")
    chord = (text,) if text == "+" else tuple(_key(word) for word in words)
    if len(set(chord)) < len(chord):
        raise ValueError(f"{text!r} names a key two times")
    # ctrl+S means ctrl+s; a capital letter alone is typed as one.
    return chord if len(chord) == 1 else tuple(key.lower() for key in chord)


def written(chord: Chord) -> str:
    """A chord as it is printed on keys: `Ctrl+Shift+F9`."""
    return "+".join(key.replace("_", " ").title() for key in chord)


def key_of(character: str) -> str:
    """The key that types a character."""
    return CHARACTER_KEYS.get(character, character)


def _key(word: str) -> str:
    word = word.strip()
    if len(word) == 1 and word.isprintable():
        return key_of(word)
    name = word.lower().replace("-", "_").replace(" ", "_")
    name = ALIASES.get(name, name)
    if len(name) != 1 and name not in NAMES:
        raise ValueError(f"unknown key {word!r}{nearest(name, (*NAMES, *ALIASES))}")
    return name
