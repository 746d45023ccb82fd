import re
from pathlib import Path

import pytest
from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.overlay import theme
from app.overlay.theme import GLASS_ALPHA, Role

ROOT = Path(__file__).resolve().parents[3]
AA_TEXT, AA_GRAPHICS = 4.5, 3.0
SCHEMES = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])


def luminance(colour: QColor) -> float:
    """Relative luminance by WCAG 2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: QColor, b: QColor) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def over(top: QColor, alpha: float, below: str) -> QColor:
    """A translucent colour over another one."""
    back = QColor(below)
    channels = zip(top.getRgbF()[:3], back.getRgbF()[:3], strict=True)
    return QColor.fromRgbF(*(alpha * a + (1 - alpha) * b for a, b in channels))


@SCHEMES
def test_the_web_page_has_the_colours_of_the_window(dark: bool) -> None:
    roles = {
        "ground": Role.Window,
        "card": Role.Base,
        "line": Role.Mid,
        "ink": Role.WindowText,
        "quiet": Role.PlaceholderText,
        "accent": Role.Accent,
        "warning": Role.BrightText,
    }
    css = (ROOT / "app" / "outputs" / "web" / "page" / "page.css").read_text(encoding="utf-8")
    light, dark_css = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    shown = dict(re.findall(r"--(\w+): (#\w{6});", dark_css if dark else light))
    assert shown == {name: theme.palette(dark).color(role).name() for name, role in roles.items()}


@SCHEMES
@pytest.mark.parametrize("ground", [Role.Window, Role.Base])
@pytest.mark.parametrize("ink", [Role.WindowText, Role.PlaceholderText, Role.Accent, Role.BrightText])
def test_text_has_contrast_to_its_background(dark: bool, ground: QPalette.ColorRole, ink: QPalette.ColorRole) -> None:
    colours = theme.palette(dark)
    assert contrast(colours.color(ground), colours.color(ink)) >= AA_TEXT


@SCHEMES
@pytest.mark.parametrize("behind", ["#000000", "#ffffff", "#808080"])
@pytest.mark.parametrize("ink", [Role.WindowText, Role.PlaceholderText])
def test_text_on_translucent_cards_has_contrast(dark: bool, behind: str, ink: QPalette.ColorRole) -> None:
    colours = theme.palette(dark)
    assert contrast(over(colours.color(Role.Base), GLASS_ALPHA, behind), colours.color(ink)) >= AA_TEXT


@SCHEMES
def test_signs_on_filled_backgrounds_have_contrast(dark: bool) -> None:
    colours = theme.palette(dark)
    assert contrast(colours.color(Role.BrightText), colours.color(Role.Base)) >= AA_TEXT
    assert contrast(colours.color(Role.Accent), colours.color(Role.Base)) >= AA_TEXT
    assert contrast(colours.color(Role.Accent), colours.color(Role.Mid)) >= AA_GRAPHICS
    assert contrast(colours.color(Role.WindowText), colours.color(Role.Mid)) >= AA_GRAPHICS


def test_sizes_follow_the_font(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    before = theme.unit(widget)
    widget.setFont(theme.scaled(widget.font(), 2.0))
    assert theme.unit(widget) == pytest.approx(2 * before, abs=2)


def test_an_unknown_scheme_is_derived_from_the_systems_colours(qapp: object) -> None:
    assert theme.system_palette().color(Role.Window) in [theme.palette(dark).color(Role.Window) for dark in (0, 1)]
