"""Window: the main window, with the picture, the side panel and the strip of readings."""

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QSettings, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.overlay import theme
from app.overlay.bars import ROWS, Bars
from app.overlay.event_timeline import EventTimeline
from app.overlay.hint import Hint
from app.overlay.key_hints import Key, Keys
from app.overlay.readout import Readout
from app.overlay.replay_panel import ReplayPanel
from app.overlay.stage import Stage
from app.overlay.view import CONTROL_KEY, View

HINT_SEEN = "hint_seen"
"""The setting that is true once the first-run hint was closed."""
_PANEL_UNITS = (21, 27)
_SIZE_UNITS = (80, 45)


class Window(QWidget):
    """Shows a view.

    Keys: Space pauses, C arms or disarms control, F full screen, R replay, H or ? the gestures, Q or Esc quits.
    """

    closed = pyqtSignal()
    focused = pyqtSignal(bool)
    """Whether the window has the focus; emitted on each change."""

    def __init__(
        self,
        view: View,
        settings: QSettings,
        toggle_pause: Callable[[], None],
        toggle_control: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self._settings = settings
        self._toggle_pause, self._toggle_control = toggle_pause, toggle_control
        options = view.options
        self.setFont(theme.window_font(self.font()))
        self.setWindowTitle(f"{options.source} · {options.model}")
        self.stage = Stage(options.mirror, options.draw_region)
        self.bars, self.timeline, self.readout = Bars(), EventTimeline(), Readout()
        self._guided = options.guided
        self._armed = view.armed
        self.replay = ReplayPanel(options.replay, options.mirror, self) if options.replay else None
        self._keys = Keys(self._key_list())
        self._panel = self._make_panel()
        self._lay_out()
        self.hint = Hint(options.labels, self, options.vocabulary)
        self.hint.closed.connect(lambda: settings.setValue(HINT_SEEN, True))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._follow_system_scheme()
        self.resize(self.sizeHint())
        self.show_view(view)

    def show_view(self, view: View) -> None:
        """Show a view; each part repaints only what has changed."""
        if view.armed and not self._armed:
            self.hint.hide()  # it would hide what gestures do on the desktop
        self._armed = view.armed
        proportion = self.stage.picture.proportion
        self.stage.show_view(view)
        if self.stage.picture.proportion != proportion:
            self._fit_panel()
        self.bars.show_top(view.top(ROWS))
        self.timeline.show_view(view)
        self.readout.show_view(view)

    def show_replay(self) -> None:
        """Show the seconds before the newest event, if there is a replay."""
        if self.replay:
            self.replay.setGeometry(self.rect())
            self.replay.reveal()

    def show_hint(self) -> None:
        """Show the list of gestures."""
        self.hint.setGeometry(self.rect())
        self.hint.reveal()

    def toggle_full_screen(self) -> None:
        """Enter or leave full screen."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def sizeHint(self) -> QSize:
        """1280 x 720 with the usual font size, more with a larger one, at most 92 % of the screen."""
        unit = theme.unit(self)
        screen = QGuiApplication.primaryScreen()
        size = QSize(_SIZE_UNITS[0] * unit, _SIZE_UNITS[1] * unit)
        return size.boundedTo(screen.availableSize() * 0.92) if screen else size

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        actions: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Space: self._toggle_pause,
            Qt.Key.Key_F: self.toggle_full_screen,
            Qt.Key.Key_H: self.show_hint,
            Qt.Key.Key_Question: self.show_hint,
            Qt.Key.Key_R: self.show_replay,
            Qt.Key.Key_Q: self.close,
            Qt.Key.Key_Escape: self.toggle_full_screen if self.isFullScreen() else self.close,
        }
        if self._toggle_control:
            actions[Qt.Key.Key_C] = self._toggle_control
        action = actions.get(event.key())
        if action is None or event.isAutoRepeat():
            super().keyPressEvent(event)
        else:
            action()

    def showEvent(self, _event: QShowEvent | None) -> None:
        """Show the hint at the first run, unless control is armed."""
        if not self._guided and not self._armed and not self._settings.value(HINT_SEEN, False, bool):
            self.show_hint()

    def resizeEvent(self, _event: QResizeEvent | None) -> None:
        """Hide the panel and the keys in a small window."""
        unit = theme.unit(self)
        self._panel.setVisible(self.width() >= 2.2 * _PANEL_UNITS[0] * unit)
        self._keys.setVisible(self.width() >= 3.2 * _PANEL_UNITS[0] * unit)
        self.hint.setGeometry(self.rect())
        if self.replay:
            self.replay.setGeometry(self.rect())
        self._fit_panel()

    def _fit_panel(self) -> None:
        """Give the panel the width that the picture's proportions leave."""
        unit = theme.unit(self)
        spare = self.width() - 3 * unit - round(self.stage.height() * self.stage.picture.proportion)
        narrow, wide = (each * unit for each in _PANEL_UNITS)
        self._panel.setFixedWidth(max(narrow, min(wide, spare)))

    def changeEvent(self, event: QEvent | None) -> None:
        if event is not None and event.type() == QEvent.Type.ActivationChange:
            self.focused.emit(self.isActiveWindow())
        super().changeEvent(event)

    def closeEvent(self, _event: QCloseEvent | None) -> None:
        self.closed.emit()

    def _key_list(self) -> list[Key]:
        keys = [
            Key("Space", "Pause", self._toggle_pause),
            *([Key(CONTROL_KEY, "Control", self._toggle_control)] if self._toggle_control else []),
            Key("F", "Full screen", self.toggle_full_screen),
            Key("H", "Gestures", self.show_hint),
        ]
        if self.replay:
            keys.append(Key("R", "Replay", self.show_replay))
        return [*keys, Key("Q", "Quit", self.close)]

    def _make_panel(self) -> QWidget:
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.unit(self))
        column.addWidget(self.bars)
        column.addWidget(self.timeline, 1)
        return panel

    def _lay_out(self) -> None:
        unit = theme.unit(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(unit, unit, unit, round(0.7 * unit))
        grid.setHorizontalSpacing(unit)
        grid.setVerticalSpacing(round(0.7 * unit))
        grid.addWidget(self.stage, 0, 0)
        grid.addWidget(self._panel, 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(0, 1)
        strip = QHBoxLayout()
        strip.addWidget(self.readout, 1)
        strip.addWidget(self._keys)
        grid.addLayout(strip, 1, 0, 1, 2)
        self.setMinimumSize(24 * unit, 18 * unit)

    def _follow_system_scheme(self) -> None:
        self.setPalette(theme.system_palette())
        hints = QGuiApplication.styleHints()
        if hints is not None:
            hints.colorSchemeChanged.connect(lambda: self.setPalette(theme.system_palette()))
