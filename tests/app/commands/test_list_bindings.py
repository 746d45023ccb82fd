"""The output of `--list`."""

from app.commands.list_bindings import print_bindings
from app.control.settings import ControlSettings
from app.settings import ModelSettings

ONE = """
name = "Mine"
window.class = "firefox"
safety.pause_keys = ["f12"]
[gestures."Swiping Left"]
also = ["Sliding Two Fingers Left"]
does = "next tab"
key = "ctrl+page_down"
[gestures."Thumb Up"]
key = "volume_up"
mode = "repeat"
rate_hz = 4
[gestures."Stop Sign"]
key_map = "two.toml"
"""


def test_each_gesture_is_listed_with_its_action_also_of_key_maps_that_are_switched_to(tmp_path, capsys):
    (tmp_path / "one.toml").write_text(ONE)
    (tmp_path / "two.toml").write_text('gestures."Drumming Fingers".text = "Hi"')
    print_bindings(ControlSettings((str(tmp_path / "one.toml"),)), ModelSettings())
    assert capsys.readouterr().out == (
        f"Mine ({tmp_path}/one.toml, in windows with 'firefox' in their class)\n"
        "  Swiping Left, Sliding Two Fingers Left  next tab: press ctrl+page_down\n"
        "  Thumb Up                                press volume_up 4 times a second\n"
        "  Stop Sign                               switch to key map two.toml\n"
        "\n"
        f"two ({tmp_path}/two.toml)\n"
        "  Drumming Fingers  type 'Hi'\n"
        "\n"
        "Control is off until F12 is pressed, or C in the window; with --armed it is on from the start.\n"
    )
