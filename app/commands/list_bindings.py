"""Prints what each gesture of the key maps does."""

from collections.abc import Iterator
from dataclasses import replace

from app.chosen_networks import open_networks
from app.control.bindings import Binding, KeyMap, WindowRule
from app.control.keys import written
from app.control.library import Library
from app.control.settings import ControlSettings
from app.settings import ModelSettings


def print_bindings(control: ControlSettings, model: ModelSettings) -> None:
    """Print the key maps, and those that they switch to.

    Args:
        control: the key maps.
        model: the model, whose gestures they may bind.

    Raises:
        UserError: a key map or the model cannot be used.
    """
    # The gestures are the stream network's; the clip network would be loaded and timed for nothing.
    with open_networks(replace(model, networks="stream", clip_model=None)) as networks:
        library = Library(control.key_maps, networks.labels)
    for key_map in library.key_maps:
        print("\n".join(lines(key_map)), end="\n\n")
    keys = " or ".join(map(written, library.first.safety.pause_keys))
    print(f"Control is off until {keys} is pressed, or C in the window; with --armed it is on from the start.")


def lines(key_map: KeyMap) -> Iterator[str]:
    """The lines that describe a key map: its name, then what each gesture does."""
    yield f"{key_map.name} ({key_map.path}{in_windows(key_map.window)})"
    rows = [(gestures_of(binding), binding.deed) for binding in key_map.bindings.values()]
    width = max((len(gestures) for gestures, _ in rows), default=0)
    for (gestures, deed), binding in zip(rows, key_map.bindings.values(), strict=True):
        yield f"  {gestures:{width}}  {f'{binding.does}: ' if binding.does else ''}{deed}"


def gestures_of(binding: Binding) -> str:
    """The gesture of a binding and those with the same meaning."""
    return ", ".join((binding.gesture, *binding.also))


def in_windows(rule: WindowRule | None) -> str:
    """The windows in which a key map applies, as text."""
    if rule is None:
        return ""
    wanted = {"class": rule.class_name, "title": rule.title}
    return ", in windows with " + " and ".join(f"{text!r} in their {name}" for name, text in wanted.items() if text)
