"""Reading a key map from a TOML file, and the messages for its mistakes."""

import re
from dataclasses import replace

import pytest

from app.control.actions import Move, Pause, Press, Run, Scroll, Switch, Type
from app.control.bindings import KeyMapError, Mode
from app.control.key_map_file import read_key_map
from models.vocabulary import Group, Vocabulary

LABELS = ("No gesture", "Swiping Left", "Swiping Right", "Thumb Up", "Stop Sign", "Shaking Hand", "Swiping Up", "Drum")

LEFT = '[gestures."Swiping Left"]\n'


def read(folder, text):
    path = folder / "mine.toml"
    path.write_text(text)
    return read_key_map(path, LABELS)


def refused(folder, text):
    """The error of an invalid key map, without the file's folder."""
    with pytest.raises(KeyMapError) as caught:
        read(folder, text)
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(str(folder / "mine.toml"), "mine.toml")


def test_the_former_name_of_a_switch_is_still_read(tmp_path):
    assert read(tmp_path, 'gestures."Drum".profile = "media"').bindings["Drum"].action == Switch("media")


def test_invalid_toml_names_its_line_and_shows_it(tmp_path):
    assert refused(tmp_path, "a = 1\nx = ]\nb = 2") == "mine.toml:2: Invalid value: x = ]"
    assert refused(tmp_path, "a = 1\nx = [").startswith("mine.toml:2: the file ends before this is complete")
    assert re.fullmatch(r"mine\.toml:2: the file ends .* \(.*\): x = \[1,", refused(tmp_path, "a = 1\nx = [1,\n\n \n"))
    assert refused(tmp_path, f"x = {'y' * 200}").endswith("y...")


def test_every_action(tmp_path):
    key_map = read(
        tmp_path,
        """
        name = "Mine"
        gestures."Swiping Left" = { key = "ctrl+shift+t", cooldown_s = 1.5 }
        gestures."swiping right" = { text = "Hello\\n" }
        gestures."Thumb Up" = { move = [10, -5], mode = "repeat", rate_hz = 8 }
        gestures."Stop Sign" = { pause = true }
        gestures."Shaking Hand" = { run = ["true", "; rm -rf $HOME"] }
        gestures."Swiping Up" = { scroll = [0, -3] }
        gestures."Drum" = { click = "right", mode = "hold" }
        gestures."No gesture" = { key_map = "media" }
        """,
    )
    actions = {binding.gesture: binding.action for binding in key_map.bindings.values()}
    assert actions == {
        "Swiping Left": Press(("ctrl", "shift", "t")),
        "Swiping Right": Type("Hello\n"),
        "Thumb Up": Move(10, -5),
        "Stop Sign": Pause(),
        "Shaking Hand": Run(("true", "; rm -rf $HOME")),
        "Swiping Up": Scroll(0, -3),
        "Drum": Press(("mouse_right",)),
        "No gesture": Switch("media"),
    }
    assert key_map.name == "Mine"
    assert key_map.bindings["Swiping Left"].cooldown_s == 1.5
    assert (key_map.bindings["Thumb Up"].mode, key_map.bindings["Thumb Up"].rate_hz) == (Mode.REPEAT, 8)
    assert key_map.bindings["Drum"].mode is Mode.HOLD
    assert key_map.commands == (Run(("true", "; rm -rf $HOME")),)


def test_labels_that_mean_the_same_are_one_group(tmp_path):
    key_map = read(tmp_path, LEFT + 'also = ["swiping up", "Drum"]\nkey = "a"\n[gestures."Thumb Up"]\nkey = "b"')
    assert key_map.vocabulary == Vocabulary(
        (Group("Swiping Left", ("Swiping Left", "Swiping Up", "Drum")), Group("Thumb Up", ("Thumb Up",)))
    )
    left = key_map.bindings["Swiping Left"]
    assert [str(left), str(replace(left, seen="Swiping Left"))] == ["Swiping Left: press a"] * 2
    assert str(replace(left, seen="Drum")) == "Drum (as Swiping Left): press a"


def test_safety_and_window(tmp_path):
    key_map = read(
        tmp_path,
        """
        [window]
        class = "Impress"
        [safety]
        pause_keys = ["f12", "ctrl+p"]
        hand_over_s = 5
        actions_per_s = 2
        gesture_resumes = false
        """,
    )
    assert key_map.window is not None
    assert key_map.window.class_name == "Impress"
    assert key_map.safety.pause_keys == (("f12",), ("ctrl", "p"))
    assert (key_map.safety.hand_over_s, key_map.safety.actions_per_s) == (5, 2)
    assert not key_map.safety.gesture_resumes


@pytest.mark.parametrize("text", ["", "# later\n", 'name = "Mine"\n', "[gestures]\n", "[safety]\nhand_over_s = 5\n"])
def test_a_key_map_that_binds_nothing_is_refused(tmp_path, text):
    assert refused(tmp_path, text).startswith("mine.toml binds no gesture")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('\n[gesturs."Swiping Left"]\nkey = "a"', "mine.toml:2: unknown key 'gesturs'; did you mean 'gestures'?"),
        ('# one\n\n[gestures."Swiping Lft"]\nkey = "a"', "mine.toml:3: unknown gesture 'Swiping Lft'; did you mean"),
        (LEFT + '# a remark\nkye = "a"', "mine.toml:3: unknown key 'kye'; did you mean 'key'?"),
        (LEFT + 'key = "a"\nmode = "houd"', "mine.toml:3: unknown mode 'houd'; did you mean 'hold'?"),
        (LEFT + 'key = "rihgt"', "mine.toml:2: unknown key 'rihgt'; did you mean 'right'?"),
        (LEFT + "key = 3", "mine.toml:2: key = 3; expected a text in quotes"),
        (LEFT + 'key = "a"\ntext = "b"', "mine.toml:3: 'Swiping Left' has key and text on one gesture; choose one"),
        (LEFT + 'mode = "once"', "mine.toml:1: 'Swiping Left' has no action; give one"),
        (LEFT + 'key = "a"\n' + LEFT + 'key = "b"', "mine.toml:3: this name is given two times"),
        (LEFT + 'key = "a"\n[gestures."swiping left"]\nkey = "b"', "mine.toml:3: 'Swiping Left' is bound two times"),
        ('gestures."Swiping Left" = {key = "a"}\ngestures."Thumb Up" = {kex = "a"}', "mine.toml:2: unknown key 'kex'"),
        (LEFT + 'key = "a"\nalso = ["Drumm"]', "mine.toml:3: unknown gesture 'Drumm'; did you mean 'Drum'?"),
        (LEFT + 'key = "a"\nalso = []', "mine.toml:3: also has no gestures"),
        (LEFT + 'key = "a"\nalso = ["Drum", "drum"]', "mine.toml:3: also has 'Drum' two times"),
        (LEFT + 'key = "a"\nalso = ["Swiping Left"]', "mine.toml:3: also has 'Swiping Left' itself"),
        (LEFT + 'key = "a"\nalso = ["No gesture"]', "mine.toml:3: 'No gesture' is an idle label"),
        (LEFT + 'key = "a"\nalso = "Drum"', "mine.toml:3: also = 'Drum'; expected a list of texts"),
        (
            LEFT + 'key = "a"\nalso = ["Drum"]\n[gestures.Drum]\nkey = "b"',
            "mine.toml:4: 'Drum' is bound two times, first in line 1",
        ),
        (
            LEFT + 'key = "a"\n[gestures.Drum]\nkey = "b"\nalso = ["Swiping Left"]',
            "mine.toml:5: 'Swiping Left' is bound two times, first in line 1",
        ),
        (LEFT + 'run = "rm -rf /"', "mine.toml:2: run is a list"),
        (LEFT + 'run = [\n  "no-such-program"\n]', "mine.toml:2: program 'no-such-program' is not found"),
        (LEFT + "run = []", "mine.toml:2: program '' is not found"),
        (LEFT + "run = [1]", "mine.toml:2: run = [1]; expected a list of texts"),
        (LEFT + 'text = "a"\nmode = "hold"', "mine.toml:3: only a key or a click can be held"),
        (LEFT + 'pause = true\nmode = "repeat"', "mine.toml:3: pause does not repeat"),
        (LEFT + "pause = false", "mine.toml:2: pause = false has no effect"),
        (LEFT + 'text = ""', "mine.toml:2: text is 1 to 1000 characters"),
        (LEFT + 'text = "\\u0007"', "mine.toml:2: text is 1 to 1000 characters"),
        (LEFT + "move = [1]", "mine.toml:2: move = [1]; expected two whole numbers, [right, down]"),
        (LEFT + "scroll = [0.5, 1]", "expected two whole numbers"),
        (LEFT + 'click = "lefft"', "unknown click 'lefft'; did you mean 'left'?"),
        (LEFT + 'key = "a"\nrate_hz = 500', "mine.toml:3: rate_hz = 500; expected a number from 0.1 to 10"),
        (LEFT + 'key = "a"\ncooldown_s = -1', "mine.toml:3: cooldown_s = -1; expected a number from 0 to 3600"),
        (LEFT + 'key = "a"\ncooldown_s = true', "expected a number"),
        (LEFT + 'key = "a"\ncooldown_s = nan', "expected a number"),
        ("[safety]\nactions_per_s = 1000", "mine.toml:2: actions_per_s = 1000; expected a number from 0.1 to 30"),
        ("[safety]\npause_keys = []", "mine.toml:2: at least one key must pause control"),
        ('[safety]\npause_keys = ["pauze"]', "mine.toml:2: unknown key 'pauze'; did you mean 'pause'?"),
        ("[window]", "mine.toml:1: [window] needs a class or a title"),
        ('gestures = "all"', "mine.toml:1: gestures = 'all'; expected a table"),
        ("[gestures", "mine.toml:1: "),
        (LEFT + "key = right", "mine.toml:2: "),
    ],
)
def test_mistakes_are_reported_with_their_line(tmp_path, text, message):
    assert message in refused(tmp_path, text)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(KeyMapError, match="cannot read"):
        read_key_map(tmp_path, LABELS)
    (tmp_path / "picture.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KeyMapError, match="not UTF-8"):
        read_key_map(tmp_path / "picture.toml", LABELS)


def test_a_byte_order_mark_is_accepted(tmp_path):
    (tmp_path / "mine.toml").write_bytes(b"\xef\xbb\xbf" + b'gestures."Thumb Up".key = "a"')
    assert list(read_key_map(tmp_path / "mine.toml", LABELS).bindings) == ["Thumb Up"]


def test_unicode_forms_of_one_name_are_one_gesture(tmp_path):
    (tmp_path / "mine.toml").write_text('gestures."Cafe\u0301".key = "a"', encoding="utf-8")
    assert list(read_key_map(tmp_path / "mine.toml", ("Caf\u00e9",)).bindings) == ["Caf\u00e9"]
