import pytest

from common.errors import UserError
from models.framing.auto import AutoFraming
from models.framing.manual import ManualFraming
from models.framing.opening import open_framing, parse_framing
from models.region import WHOLE, Region


def test_what_may_be_asked_for():
    assert parse_framing("auto") is None
    assert parse_framing("full") == WHOLE
    assert parse_framing("0,0.25,0.5,0.75") == Region(0, 0.25, 0.5, 0.75)


@pytest.mark.parametrize("text", ["", "Full!", "face", "1", "0,0,1", "0,0,2,1", "0,0,0,0", "0,0,0.01,0.01"])
def test_anything_else_is_one_line(text):
    with pytest.raises(UserError) as caught:
        parse_framing(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "name"), [("auto", "auto"), ("full", "full"), ("0,0.25,0.5,0.75", [0.0, 0.25, 0.5, 0.75])]
)
def test_a_framing_names_itself(text, name):
    assert open_framing(parse_framing(text)).name == name


def test_a_fixed_framing_is_always_the_same():
    framing = open_framing(WHOLE)
    assert framing.region(None, 0.0, True) == framing.region(None, 9.0, False) == WHOLE


def test_auto_is_the_default():
    assert isinstance(open_framing(None), AutoFraming)


def test_what_is_drawn_holds_until_it_is_let_go():
    drawn, framing = Region(0.1, 0.1, 0.2, 0.2), ManualFraming(open_framing(WHOLE))
    assert framing.region(None, 0.0, True) == WHOLE
    framing.draw(drawn)
    assert framing.region(None, 0.1, False) == drawn
    framing.reset()
    assert framing.region(None, 0.2, True) == drawn
    framing.draw(None)
    assert framing.region(None, 0.3, True) == WHOLE
    assert framing.name == "full"
