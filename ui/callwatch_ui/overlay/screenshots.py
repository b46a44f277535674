"""Pictures of the overlay in each of its states, drawn with or without a screen.

GUI thread of a process of its own, or of a command without display (Qt's offscreen platform).
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QImage, QPainter
from PyQt6.QtWidgets import QApplication, QWidget

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import METHOD_STEPS
from callwatch.core.errors import OutputError
from callwatch.core.escalation import EscalationLevel
from callwatch.core.facts import quoted
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.texts.catalogue import text
from callwatch_ui.overlay.state import Fault, OverlayState, Phase
from callwatch_ui.overlay.window import Overlay
from callwatch_ui.settings import OverlaySettings
from callwatch_ui.theme.style import colour
from callwatch_ui.translator import Translator

PICTURE_STATES: Final = (
    "calm",
    "talking",
    "both-talk",
    "interruption",
    "listen",
    "raised-voice",
    "threat",
    "calm-again",
    "input-warning",
    "paused",
    "held",
)
MARGIN: Final = 16
SECONDS_PX: Final = 56


def picture_state(name: str, language: Language) -> OverlayState:
    """The overlay's state behind one of PICTURE_STATES."""
    both = frozenset(Channel)
    talk = OverlayState(
        phase=Phase.RUNNING, time_s=74.0, talk_s=(21.0, 34.0), customer_effort=0.4, speaking=both
    )
    tense = replace(talk, time_s=131.0, level=EscalationLevel.TENSE, customer_effort=1.8)
    heated = replace(
        tense, time_s=158.0, level=EscalationLevel.HEATED, talk_s=(38.0, 81.0), customer_effort=3.4
    )
    steps = tuple((str(i), step) for i, step in enumerate(METHOD_STEPS))
    match name:
        case "calm":
            return OverlayState(phase=Phase.RUNNING, time_s=3.0)
        case "talking":
            return talk
        case "interruption":
            return replace(tense, nudge=_nudge("let_them_finish", NudgeLevel.ADVICE, language))
        case "both-talk":
            return replace(talk, interruption="picture")
        case "listen":
            return replace(heated, raised=frozenset({"picture"}), steps=steps[:1])
        case "raised-voice":
            nudge = _nudge("keep_listening", NudgeLevel.ADVICE, language)
            return replace(heated, nudge=nudge, steps=steps[:1])
        case "threat":
            nudge = _nudge("threat.physical", NudgeLevel.URGENT, language)
            threat = replace(heated, time_s=203.0, level=EscalationLevel.THREAT, steps=steps[:2])
            return replace(threat, nudge=nudge, customer_effort=4.6)
        case "calm-again":
            nudge = _nudge("calm_again", NudgeLevel.INFO, language)
            return replace(talk, time_s=288.0, talk_s=(92.0, 141.0), steps=steps, nudge=nudge)
        case "input-warning":
            return replace(talk, faults=(Fault(Channel.AGENT, "no_sound", 60.0, 20.0),))
        case _:
            phase = Phase.HELD if name == "held" else Phase.PAUSED
            return replace(talk, phase=phase, customer_effort=None, speaking=frozenset())


def save_overlay_pictures(
    out_dir: Path, language: Language, theme: str = "light", scale: float = 1.0
) -> list[Path]:
    """Write one PNG for each of PICTURE_STATES; works without a display.

    Raises OutputError when a picture cannot be written.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    files = []
    with application():
        settings = OverlaySettings(theme=theme, scale=scale, reduced_motion=True)
        overlay = Overlay(Translator(language), settings)
        for name in PICTURE_STATES:
            overlay.set_state(picture_state(name, language))
            file = out_dir / f"overlay-{name}-{language}-{theme}{_suffix(scale)}.png"
            if not picture_of(overlay).save(str(file)):
                raise OutputError(f"The picture {file} cannot be written: is the disk full?")
            files.append(file)
        overlay.deleteLater()
    return files


def save_contact_sheet(file: Path, language: Language, theme: str, scale: float = 1.0) -> Path:
    """One small PNG with every state, two beside each other; raises OutputError like the above."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with application():
        overlay = Overlay(Translator(language), OverlaySettings(theme, scale, reduced_motion=True))
        pictures = []
        for name in PICTURE_STATES:
            overlay.set_state(picture_state(name, language))
            pictures.append(picture_of(overlay, sharpness=1))
        ground = pictures[0].pixelColor(0, 0)
        width, height = (
            max(size) for size in zip(*((p.width(), p.height()) for p in pictures), strict=True)
        )
        rows = (len(pictures) + 1) // 2
        sheet = QImage(2 * width, rows * height, QImage.Format.Format_RGB888)
        sheet.fill(ground)
        painter = QPainter(sheet)
        for i, picture in enumerate(pictures):
            painter.drawImage(i % 2 * width, i // 2 * height, picture)
        painter.end()
        overlay.deleteLater()
    if not _of_few_colours(sheet).save(str(file), "PNG", 0):
        raise OutputError(f"The picture {file} cannot be written: is the disk full?")
    return file


def save_film_strip(
    file: Path, states: Sequence[tuple[float, OverlayState]], language: Language, theme: str
) -> Path:
    """One PNG with these states of a call, two beside each other, each with its second.

    Raises OutputError like the above.
    """
    with application():
        overlay = Overlay(Translator(language), OverlaySettings(theme, reduced_motion=True))
        pictures = []
        for at_s, state in states:
            overlay.set_state(state)
            pictures.append((f"{at_s:.1f} s", picture_of(overlay, sharpness=1)))
        ground = pictures[0][1].pixelColor(0, 0)
        rows = [pictures[i : i + 2] for i in range(0, len(pictures), 2)]
        width = SECONDS_PX + max(picture.width() for _, picture in pictures)
        heights = [max(picture.height() for _, picture in row) for row in rows]
        strip = QImage(2 * width, sum(heights), QImage.Format.Format_RGB888)
        strip.fill(ground)
        painter = QPainter(strip)
        painter.setPen(colour(overlay.look.theme.muted))
        for i, row in enumerate(rows):
            foot = sum(heights[: i + 1])
            for column, (caption, picture) in enumerate(row):
                left = column * width
                painter.drawImage(left + SECONDS_PX, foot - picture.height(), picture)
                painter.drawText(left + MARGIN, foot - MARGIN - 20, caption)
        painter.end()
        overlay.deleteLater()
    if not _of_few_colours(strip).save(str(file), "PNG", 0):
        raise OutputError(f"The picture {file} cannot be written: is the disk full?")
    return file


def _of_few_colours(picture: QImage) -> QImage:
    """The same with its 256 commonest colours: even grounds stay even, and the file small."""
    full = picture.convertToFormat(QImage.Format.Format_RGB32)
    dots = full.constBits()
    assert dots is not None
    counts = Counter(memoryview(dots.asstring(full.sizeInBytes())).cast("I"))
    table = [value for value, _ in counts.most_common(256)]
    kept = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    return full.convertToFormat(QImage.Format.Format_Indexed8, table, kept)


def picture_of(overlay: Overlay, sharpness: int = 2) -> QImage:
    """The overlay, drawn without a screen, on a quiet ground; `sharpness` dots a logical pixel."""
    overlay.layout_now()
    factor = 1 if overlay.look.scale > 1 else sharpness
    size = overlay.sizeHint()
    image = QImage(
        (size.width() + 2 * MARGIN) * factor,
        (size.height() + 2 * MARGIN) * factor,
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.setDevicePixelRatio(factor)
    image.fill(colour("#0e1116" if overlay.look.theme.is_dark else "#e9edf2"))
    painter = QPainter(image)
    flags = QWidget.RenderFlag.DrawChildren
    for part in (overlay.bar, overlay.card):
        if part.isVisibleTo(overlay):
            part.render(painter, part.pos() + QPoint(MARGIN, MARGIN), flags=flags)
    painter.end()
    return image.convertToFormat(QImage.Format.Format_RGB888)


@contextmanager
def application(arguments: Sequence[str] = ()) -> Iterator[QApplication]:
    """The running QApplication, or a new one; offscreen when there is no display."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        yield running
        return
    if sys.platform not in ("win32", "darwin"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([sys.argv[0], *arguments])
    yield app
    app.processEvents()


def _nudge(key: str, level: NudgeLevel, language: Language) -> Nudge:
    words = text("nudges", f"{key}.title", language), text("nudges", f"{key}.advice", language)
    return Nudge(f"picture-{key}", key, "\n".join(words), level, 0.0, True, quoted("a picture"))


def _suffix(scale: float) -> str:
    return "" if scale == 1.0 else f"-{round(scale * 100)}"
