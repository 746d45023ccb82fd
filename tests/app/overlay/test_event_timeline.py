from collections.abc import Callable

import pytest
from PyQt6.QtGui import QPainter
from pytestqt.qtbot import QtBot

from app.overlay.event_timeline import EventTimeline
from app.overlay.view import View, ViewOptions, ViewUpdate
from models.recognition import Recognition


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The timeline's accessible description at each painting."""
    descriptions: list[str] = []
    paint = EventTimeline.paint_body

    def noted(self: EventTimeline, painter: QPainter, *rest: object) -> None:
        descriptions.append(self.accessibleDescription())
        paint(self, painter, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(EventTimeline, "paint_body", noted)
    return descriptions


def test_it_is_painted_for_a_new_gesture_and_once_a_second(
    qtbot: QtBot, options: ViewOptions, recognise: Callable[..., Recognition], painted: list[str]
) -> None:
    view, timeline = View(options), EventTimeline()
    qtbot.addWidget(timeline)
    timeline.resize(300, 400)
    timeline.show_view(view)
    with qtbot.waitExposed(timeline):
        timeline.show()
    painted.clear()
    for tenth in range(100, 131):
        seen = recognise(tenth / 10, "Thumb Up", 0.93, fires=tenth in (104, 107))
        view.take(ViewUpdate(seen, None, [seen.event] if seen.event else []))
        timeline.show_view(view)
        qtbot.wait(1)
    both = "Thumb Up, 93 %, {0}; Thumb Up, 93 %, {0}"
    assert list(dict.fromkeys(painted)) == ["Thumb Up, 93 %, now", *map(both.format, ("now", "1 s", "2 s"))]
    assert len(painted) <= 5, "two events, two seconds, and the end of the highlight"
