"""Line icons on a grid of 24, drawn for callwatch; a nudge's key names its icon."""

from functools import cache
from typing import Final

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPen

GRID: Final = 24.0
_BUBBLE: Final = (
    "M 5 5 L 19 5 Q 21 5 21 7 L 21 14 Q 21 16 19 16 L 11 16 L 7 20 L 7 16 L 5 16 Q 3 16 3 14 "
    "L 3 7 Q 3 5 5 5 Z "
)
_SPEAKER: Final = "M 3.5 9.5 L 7 9.5 L 11.5 5.5 L 11.5 18.5 L 7 14.5 L 3.5 14.5 Z "
_MIC: Final = (
    "M 12 3.5 C 9.8 3.5 9.3 5 9.3 6.5 L 9.3 11.5 C 9.3 13 10 14.5 12 14.5 C 14 14.5 14.7 13 "
    "14.7 11.5 L 14.7 6.5 C 14.7 5 14.2 3.5 12 3.5 Z M 5.8 11.5 C 5.8 19.7 18.2 19.7 18.2 11.5 "
    "M 12 17.6 L 12 20.8 "
)

# M move, L line, Q and C curves, Z close, O circle (centre, radius).
ICONS: Final = {
    "ear": "M 7.5 10 C 7.5 3.8 17.5 3.8 17.5 10.5 C 17.5 14 13.8 14.2 13.8 17.4 "
    "C 13.8 21 8.6 21 8.6 17.4 M 10.5 10.3 C 10.5 7.4 14.6 7.4 14.6 10.5 "
    "C 14.6 12 12.6 12.3 12.2 14",
    "bubble_dots": _BUBBLE + "O 8 10.5 0.7 O 12 10.5 0.7 O 16 10.5 0.7",
    "bubble_question": _BUBBLE
    + "M 9.8 9 C 9.8 6.7 14.2 6.7 14.2 9 C 14.2 10.6 12 10.5 12 12 O 12 13.8 0.4",
    "bubble_lines": _BUBBLE + "M 7.5 9 L 16.5 9 M 7.5 12.2 L 13 12.2",
    "heart": "M 12 19.5 C 4 14 3.5 9.5 5.5 7 C 7.5 4.8 10.8 5.5 12 8.2 "
    "C 13.2 5.5 16.5 4.8 18.5 7 "
    "C 20.5 9.5 20 14 12 19.5 Z",
    "volume_down": _SPEAKER + "M 17.5 7.5 L 17.5 16.5 M 14.8 13.8 L 17.5 16.5 L 20.2 13.8",
    "clock": "O 12 12 8.2 M 12 7.5 L 12 12 L 15.2 13.8",
    "door": "M 13 4 L 6 4 L 6 20 L 13 20 M 11 12 L 20.5 12 M 17 8.5 L 20.5 12 L 17 15.5",
    "megaphone": "M 4 10 L 4 14 L 8 14 L 17 18.5 L 17 5.5 L 8 10 Z M 20 9.8 "
    "C 20.9 11.2 20.9 12.8 20 14.2 "
    "M 8 14 L 9 19 L 11.6 19",
    "newspaper": "M 4 5 L 17 5 L 17 19 L 6 19 Q 4 19 4 17 Z M 17 9 L 20 9 L 20 17 Q 20 19 18 19 "
    "M 7 9 L 14 9 M 7 12.3 L 14 12.3 M 7 15.6 L 11 15.6",
    "person": "O 12 8 3.6 M 5 20 C 5 15.7 8 14.2 12 14.2 C 16 14.2 19 15.7 19 20",
    "scales": "M 12 4 L 12 20 M 8 20 L 16 20 M 5 7 L 19 7 M 5 7 L 2.6 13 "
    "C 3.4 15.4 6.6 15.4 7.4 13 Z "
    "M 19 7 L 16.6 13 C 17.4 15.4 20.6 15.4 21.4 13 Z",
    "shield": "M 12 3.5 L 19.5 6 L 19.5 12 C 19.5 16.5 16 19.5 12 21 "
    "C 8 19.5 4.5 16.5 4.5 12 L 4.5 6 Z "
    "M 12 8 L 12 12.8 O 12 15.9 0.5",
    "lifebuoy": "O 12 12 8.5 O 12 12 3.5 M 6 6 L 9.5 9.5 M 18 6 L 14.5 9.5 M 6 18 L 9.5 14.5 "
    "M 18 18 L 14.5 14.5",
    "limit": "O 12 12 8.5 M 7.5 12 L 16.5 12",
    "leaf": "M 8 17.2 C 15 18.5 20 14 20 5 C 11 5 5 9 5 19.5 C 8 15 11 12.5 15 10",
    "cup": "M 5 9.5 L 16 9.5 L 16 14 C 16 17.5 14 19.5 10.5 19.5 C 7 19.5 5 17.5 5 14 Z "
    "M 16 11 C 20 10.4 20 15.6 15.7 15.4 M 8.6 3.5 C 7.6 4.8 9.6 5.4 8.6 6.8 "
    "M 12.4 3.5 C 11.4 4.8 13.4 5.4 12.4 6.8",
    "mic": _MIC,
    "mic_off": _MIC + "M 4 4 L 20 20",
    "warning": "M 12 4.2 L 21 19.5 L 3 19.5 Z M 12 10 L 12 14.2 O 12 16.8 0.5",
    "pause": "M 9 6.5 L 9 17.5 M 15 6.5 L 15 17.5",
    "play": "M 8 5.5 L 18.5 12 L 8 18.5 Z",
    "close": "M 7 7 L 17 17 M 17 7 L 7 17",
    "thumb_down": "M 8 5 L 16.5 5 C 18 5 18.5 6 18.8 7 L 20 12 "
    "C 20.3 13.5 19.5 14.5 18 14.5 L 14 14.5 "
    "L 14.8 18.3 C 15 20.2 13 20.9 12.2 19.6 L 8 13.5 Z M 4.5 5 L 4.5 13.5",
    "both": "O 8.6 12 6.2 O 15.4 12 6.2",
    "pin": "M 8.5 3.8 L 15.5 3.8 M 9.7 3.8 L 9.7 10 L 6.5 13.8 L 17.5 13.8 L 14.3 10 L 14.3 3.8 "
    "M 12 13.8 L 12 20.4",
    "check": "M 5.5 12.5 L 10 17 L 18.5 7.5",
    "phone": "M 7 3.8 L 10 8 L 8.2 10.2 C 9.5 13 11 14.5 13.8 15.8 L 16 14 L 20.2 17 "
    "C 19.8 19.5 18.4 20.5 16.4 20.2 "
    "C 9.5 18.8 5.2 14.5 3.8 7.6 C 3.5 5.6 4.5 4.2 7 3.8 Z",
}
NUDGE_ICONS: Final = {
    "let_them_finish": "bubble_dots",
    "keep_listening": "ear",
    "understanding_first": "heart",
    "say_you_understand": "heart",
    "a_little_softer": "volume_down",
    "pause_and_ask": "bubble_question",
    "a_little_slower": "clock",
    "say_you_are_on_it": "bubble_lines",
    "tell_them_what_you_are_doing": "bubble_lines",
    "calm_again": "leaf",
    "worry_behind": "bubble_question",
    "threat.leave": "door",
    "threat.publicity": "megaphone",
    "threat.media": "newspaper",
    "threat.manager": "person",
    "threat.legal": "scales",
    "threat.physical": "shield",
    "threat.self_harm": "lifebuoy",
    "threat.insult": "limit",
    "breather": "cup",
}


def draw_icon(painter: QPainter, name: str, box: QRectF, ink: QColor, stroke: float = 1.7) -> None:
    """Draw an icon into `box`; `stroke` is in grid units."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / GRID, box.height() / GRID)
    pen = QPen(ink, stroke)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(icon_path(name))
    painter.restore()


@cache
def icon_path(name: str) -> QPainterPath:
    """The path of an icon. An unknown name is a bug and raises KeyError."""
    words = ICONS[name].split()
    path, at = QPainterPath(), 0
    while at < len(words):
        verb = words[at]
        count = {"M": 2, "L": 2, "Q": 4, "C": 6, "O": 3, "Z": 0}[verb]
        _add(path, verb, [float(word) for word in words[at + 1 : at + 1 + count]])
        at += 1 + count
    return path


def _add(path: QPainterPath, verb: str, n: list[float]) -> None:
    match verb:
        case "M":
            path.moveTo(n[0], n[1])
        case "L":
            path.lineTo(n[0], n[1])
        case "Q":
            path.quadTo(n[0], n[1], n[2], n[3])
        case "C":
            path.cubicTo(n[0], n[1], n[2], n[3], n[4], n[5])
        case "O":
            path.addEllipse(QPointF(n[0], n[1]), n[2], n[2])
        case _:
            path.closeSubpath()
