import pytest
from PyQt6.QtGui import QImage, QScreen
from pytestqt.qtbot import QtBot

from app.overlay import icons, theme
from app.overlay.bars import Bars
from app.overlay.view import Ranked

LABELS = ("No gesture", "Thumb Up", "Wave to a friend", "Swiping Left", "Swiping Right")


def top(*probabilities: float) -> tuple[Ranked, ...]:
    return tuple(map(Ranked, LABELS, probabilities))


def shown(qtbot: QtBot, what: tuple[Ranked, ...]) -> Bars:
    bars = Bars()
    qtbot.addWidget(bars)
    bars.setPalette(theme.palette(dark=False))
    bars.resize(300, bars.sizeHint().height())
    bars.show_top(what)
    with qtbot.waitExposed(bars):
        bars.show()
    return bars


def on_screen(bars: Bars) -> QImage:
    """The painted pixels, without painting all of the widget again."""
    screen = bars.screen()
    assert isinstance(screen, QScreen)
    return screen.grabWindow(bars.winId()).toImage()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The labels whose icons are drawn."""
    labels: list[str] = []
    draw = icons.draw
    monkeypatch.setattr(
        icons, "draw", lambda painter, label, *rest: (labels.append(label), draw(painter, label, *rest))
    )
    return labels


@pytest.mark.parametrize(
    ("after", "repainted"),
    [
        (top(0.6, 0.2, 0.1, 0.07, 0.03), []),
        (top(0.5, 0.3, 0.1, 0.07, 0.03), []),
        (top(0.5, 0.3, 0.1, 0.07, 0.001), ["Swiping Right"]),
        ((*top(0.6, 0.2), Ranked("Thumb Down", 0.1), *top(0, 0, 0, 0.07, 0.03)[3:]), ["Thumb Down"]),
        (top(0.9, 0.1), list(LABELS[:2])),
    ],
    ids=["nothing", "two numbers", "a name becomes secondary", "a name", "fewer rows"],
)
def test_only_changed_parts_are_repainted_and_the_result_is_complete(
    qtbot: QtBot, drawn: list[str], after: tuple[Ranked, ...], repainted: list[str]
) -> None:
    bars = shown(qtbot, top(0.6, 0.2, 0.1, 0.07, 0.03))
    assert drawn[-5:] == list(LABELS)
    drawn.clear()
    bars.show_top(after)
    qtbot.wait(1)
    assert drawn == repainted
    assert on_screen(bars) == on_screen(shown(qtbot, after))
