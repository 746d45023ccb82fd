"""ReplayPanel: plays the seconds before an event over the window, repeatedly until it is closed."""

from PyQt6.QtCore import QRectF, QSize, Qt, QTimer
from PyQt6.QtGui import QFont, QHideEvent, QImage, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PyQt6.QtWidgets import QWidget

from app.overlay import theme
from app.overlay.theme import Role
from app.overlay.view import percent
from app.replay import Moment, Replay
from common.errors import UserError

_KEYS = "N: not this gesture · arrows: earlier, later · R or Esc: close"
_EMPTY = "No gesture to replay yet"


class ReplayPanel(QWidget):
    """Plays a moment in real time. N marks it as wrong; left and right select another; R or Esc closes."""

    def __init__(self, replay: Replay, mirror: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._replay, self._mirror = replay, mirror
        self._moments: tuple[Moment, ...] = ()
        self._chosen = self._shown = 0
        self._marked: set[int] = set()
        self._note = ""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._advance)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()

    @property
    def moment(self) -> Moment | None:
        """The selected moment; None without events."""
        return self._moments[self._chosen] if self._moments else None

    def reveal(self) -> None:
        """Play the newest moment, on top, and take the keyboard focus."""
        self._moments, self._chosen, self._note = self._replay.moments, 0, ""
        self._begin()
        self.raise_()
        self.show()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() in (Qt.Key.Key_R, Qt.Key.Key_Escape):
            self.hide()
        elif event.key() == Qt.Key.Key_N:
            self._mark()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._choose(1 if event.key() == Qt.Key.Key_Left else -1)
        else:
            event.ignore()

    def showEvent(self, _event: QShowEvent | None) -> None:
        self._begin()

    def hideEvent(self, _event: QHideEvent | None) -> None:
        """Stop and release the pictures."""
        self._timer.stop()
        self._moments = ()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        """Paint the current picture, the text below it, and the progress."""
        unit, colours = theme.unit(self), self.palette()
        with theme.painting(self) as painter:
            painter.fillRect(self.rect(), colours.color(Role.Window))
            room = QRectF(self.rect()).adjusted(2 * unit, 2 * unit, -2 * unit, -6 * unit)
            if self.moment is not None:
                self._paint_shot(painter, room)
            self._paint_words(painter, QRectF(room.left(), room.bottom() + unit, room.width(), 2 * unit))

    def _paint_shot(self, painter: QPainter, room: QRectF) -> None:
        assert self.moment is not None
        image = self.moment.shots[self._shown].image
        rows, columns = image.shape[:2]
        picture = QImage(image.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888)
        size = QSize(columns, rows).scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        where = QRectF(0, 0, size.width(), size.height())
        where.moveCenter(room.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(where, picture.mirrored(True, False) if self._mirror else picture)
        done = (self._shown + 1) / len(self.moment.shots)
        bar = QRectF(where.left(), where.bottom() + 4, where.width() * done, 4)
        theme.fill_rounded(painter, bar, 2, self.palette().color(Role.Accent))

    def _paint_words(self, painter: QPainter, line: QRectF) -> None:
        colours = self.palette()
        painter.setFont(theme.scaled(self.font(), 1.4, QFont.Weight.DemiBold))
        theme.write(painter, line, self._title, colours.color(Role.WindowText))
        painter.setFont(theme.scaled(self.font(), 1.0))
        below = line.translated(0, line.height())
        theme.write(painter, below, self._note or _KEYS, colours.color(Role.PlaceholderText))

    @property
    def _title(self) -> str:
        if self.moment is None:
            return _EMPTY
        place = f"{self._chosen + 1} of {len(self._moments)}"
        return f"{self.moment.event.label}, {percent(self.moment.event.score)} · {place}"

    def _begin(self) -> None:
        self._shown = 0
        if self.moment is not None:
            shots = self.moment.shots
            seconds = shots[-1].time_s - shots[0].time_s
            self._timer.start(max(20, round(1000 * seconds / len(shots))))
        self.setAccessibleName(self._title)
        self.update()

    def _advance(self) -> None:
        if self.moment is not None:
            self._shown = (self._shown + 1) % len(self.moment.shots)
            self.update()

    def _choose(self, by: int) -> None:
        if self._moments:
            self._chosen = max(0, min(len(self._moments) - 1, self._chosen + by))
            self._note = ""
            self._begin()

    def _mark(self) -> None:
        """Save the moment as wrong, once, and show the result."""
        if self.moment is None or id(self.moment) in self._marked:
            return
        try:
            self._replay.mark_wrong(self.moment)
        except UserError as error:
            self._note = str(error)
        else:
            self._marked.add(id(self.moment))
            self._note = "Saved as “not this”; python -m calibration fit uses it"
        self.setAccessibleDescription(self._note)
        self.update()
