import pytest

from app.overlay import theme
from app.overlay.tray import Tray, app_icon


def test_the_menu_pauses_and_quits(qapp: object) -> None:
    done: list[str] = []
    tray = Tray(lambda: done.append("pause"), lambda: done.append("quit"))
    for action in tray.menu.actions():
        action.trigger()
    assert done == ["pause", "quit"]


@pytest.mark.parametrize("dark", [False, True])
def test_the_icon_is_drawn(qapp: object, dark: bool) -> None:
    image = app_icon(theme.palette(dark)).pixmap(64, 64).toImage()
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(32, 4) == theme.palette(dark).color(theme.Role.Accent)
