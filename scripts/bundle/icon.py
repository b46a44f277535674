"""callwatch's icon as files: an ear on a green disc. Run: python scripts/bundle/icon.py FOLDER."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QGuiApplication, QImage, QPainter

from callwatch_ui.theme.icons import draw_icon

SIZES = (16, 24, 32, 48, 64, 128, 256)
DISC, INK = "#1f6f5c", "#ffffff"


def draw(size: int) -> QImage:
    """The icon in one size."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(DISC))
    painter.drawEllipse(0, 0, size, size)
    inner = QRectF(size * 0.16, size * 0.16, size * 0.68, size * 0.68)
    draw_icon(painter, "ear", inner, QColor(INK), 2.2)
    painter.end()
    return image


def main(folder: Path) -> None:
    """callwatch.png (256) and callwatch.ico (all sizes)."""
    _app = QGuiApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        draw(size).save(str(folder / f"callwatch-{size}.png"))
    pictures = [Image.open(folder / f"callwatch-{size}.png") for size in SIZES]
    pictures[-1].save(
        folder / "callwatch.ico", sizes=[(s, s) for s in SIZES], append_images=pictures[:-1]
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
