from pathlib import Path

import pytest
from PyQt6.QtGui import QImage
from pytestqt.qtbot import QtBot

from callwatch.core.channels import Language
from callwatch_ui.overlay.screenshots import PICTURE_STATES, save_overlay_pictures


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_a_picture_of_each_state(tmp_path: Path, theme: str, qtbot: QtBot) -> None:
    files = save_overlay_pictures(tmp_path / "new", Language.SV, theme)
    assert len(files) == len(PICTURE_STATES)
    pictures = [QImage(str(file)) for file in files]
    for picture, file in zip(pictures, files, strict=True):
        colours = {
            picture.pixel(x, y)
            for x in range(0, picture.width(), 2)
            for y in range(0, picture.height(), 2)
        }
        assert len(colours) > 50, f"{file.name} is empty"
        assert file.stat().st_size < 60_000
    different = {bytes(file.read_bytes()) for file in files}
    assert len(different) == len(files)
