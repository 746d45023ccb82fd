import pytest
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.overlay.caption import fit
from app.overlay.view import Past

LONGEST = Past("Turning Hand Counterclockwise", 0.9, 0.0)


@pytest.mark.parametrize("width", [120, 400, 2000])
def test_the_card_fits_its_room_and_holds_the_complete_name(qtbot: QtBot, width: int) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    room = QRectF(10, 20, width, 60)
    card = fit(LONGEST, widget.font(), room)
    assert room.adjusted(-1, -1, 1, 1).contains(card)
    assert card.center() == room.center()
    lines = card.height() / QFontMetricsF(widget.font()).height()
    assert card.width() > lines / 2 * QFontMetricsF(widget.font()).horizontalAdvance(LONGEST.label)


def test_a_short_name_makes_a_card_as_high_as_the_room_but_not_as_wide(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    card = fit(Past("Thumb Up", 0.9, 0.0), widget.font(), QRectF(0, 0, 2000, 60))
    assert card.height() == 60
    assert card.width() < 1000
