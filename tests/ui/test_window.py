"""The overlay on a real X server with a window manager: never between the agent and the keys."""

import ast
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PyQt6.QtGui import QColor, QImage
from tests.ui.xserver import XServer, ask

from callwatch.core.channels import Language
from callwatch_ui.overlay.screenshots import PICTURE_STATES
from callwatch_ui.theme.palettes import THEMES

pytestmark = pytest.mark.window
TYPED = "the customer wants a new boiler and the old one is cold since monday " * 3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[XServer]:
    for tool in ("Xvfb", "openbox", "xdotool"):
        assert shutil.which(tool), f"install {tool} for the tests with a real window"
    out = XServer(tmp_path_factory.mktemp("home"))
    try:
        out.start_window_manager()
        yield out
    finally:
        out.close()


@pytest.fixture(scope="module")
def editor(server: XServer) -> subprocess.Popen[str]:
    return server.run("editor_program.py")


def pixel(file: Path, x: int, y: int) -> str:
    return QColor(QImage(str(file)).pixel(x, y)).name()


def test_typing_goes_on_under_the_overlay(
    server: XServer, editor: subprocess.Popen[str], tmp_path: Path
) -> None:
    before, lost = ast.literal_eval(ask(editor, "text")), ask(editor, "lost")
    typist = subprocess.Popen(["xdotool", "type", "--delay", "12", TYPED], env=server.environment())
    overlay = server.run("overlay_program.py", "en", "light")
    for name in PICTURE_STATES:
        assert ask(overlay, f"show {name}") == "shown"
        assert ask(overlay, "active") == "0"
    assert ask(overlay, "show threat") == "shown"
    assert typist.wait(60) == 0
    assert ask(editor, "focus") == "1"
    assert ast.literal_eval(ask(editor, "text")) == before + TYPED
    assert ask(editor, "lost") == lost

    x, y, width, height = map(int, ask(overlay, "where").split())
    assert (width, height) > (300, 100)
    ask(overlay, f"grab {tmp_path / 'above.png'}")
    assert pixel(tmp_path / "above.png", x + width - 30, y + height - 20) == THEMES["light"].surface

    server.xdotool("mousemove", *ask(overlay, "close-button").split(), "click", "1")
    server.xdotool("type", "--delay", "5", "still here")
    assert ask(overlay, "dismissed") == "picture-threat.physical"
    assert ask(editor, "focus") == "1"
    assert ast.literal_eval(ask(editor, "text")) == before + TYPED + "still here"
    overlay.terminate()
    overlay.wait(60)


def test_the_hot_key_is_heard_while_the_editor_has_the_keys(
    server: XServer, editor: subprocess.Popen[str]
) -> None:
    overlay = server.run("overlay_program.py", "en", "light")
    server.xdotool("key", "ctrl+alt+w")
    server.xdotool("key", "w")
    server.xdotool("key", "ctrl+alt+x")
    server.xdotool("key", "ctrl+alt+n")
    assert ask(overlay, "hotkey 3") == "w x n"
    assert ask(editor, "focus") == "1"
    overlay.terminate()
    overlay.wait(60)


def test_it_stays_above_a_window_that_is_raised(
    server: XServer, editor: subprocess.Popen[str], tmp_path: Path
) -> None:
    overlay = server.run("overlay_program.py", "en", "dark")
    window = server.xdotool("search", "--name", "^editor$").split()[0]
    server.xdotool("windowraise", window, "windowactivate", "--sync", window)
    x, y, width, _ = map(int, ask(overlay, "where").split())
    ask(overlay, f"grab {tmp_path / 'above.png'}")
    assert pixel(tmp_path / "above.png", x + width // 2, y + 4) == THEMES["dark"].surface
    # A window that fills the screen, as browsers and soft phones have one.
    assert ask(editor, "fullscreen") == "1"
    ask(overlay, f"grab {tmp_path / 'full.png'}")
    assert pixel(tmp_path / "full.png", x + width // 2, y + 4) == THEMES["dark"].surface
    assert ask(editor, "maximized") == "0"
    assert ask(editor, "focus") == "1"
    overlay.terminate()
    overlay.wait(60)


def test_it_is_dragged_by_hand_and_comes_back_there(
    server: XServer, editor: subprocess.Popen[str], tmp_path: Path
) -> None:
    places = str(tmp_path / "places.json")
    overlay = server.run("overlay_program.py", "en", "light", places)
    x, y, *_ = map(int, ask(overlay, "where").split())
    server.xdotool("mousemove", str(x + 8), str(y + 8), "mousedown", "1")
    server.xdotool("mousemove", "--sync", "308", "208")
    server.xdotool("mousemove", "--sync", "408", "308", "mouseup", "1")
    assert ask(overlay, "saved") == "1"
    assert ask(editor, "focus") == "1"
    assert ask(overlay, "where").split()[:2] == ["400", "300"]
    overlay.terminate()
    overlay.wait(60)
    again = server.run("overlay_program.py", "en", "light", places)
    assert ask(again, "where").split()[:2] == ["400", "300"]
    again.terminate()
    again.wait(60)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_state_is_on_the_screen(
    server: XServer, tmp_path: Path, language: Language, theme: str
) -> None:
    scale = 2 if language is Language.SV else 1
    overlay = server.run("overlay_program.py", language, theme, QT_SCALE_FACTOR=str(scale))
    seen = set()
    for name in PICTURE_STATES:
        file = tmp_path / f"{name}.png"
        ask(overlay, f"show {name}")
        ask(overlay, f"grab {file}")
        x, y, width, height = map(int, ask(overlay, "where").split())
        assert width >= 300 * scale
        picture = QImage(str(file)).copy(x, y, width, height)
        ground = {"both-talk": THEMES[theme].ground_overlap, "listen": THEMES[theme].ground_listen}
        seen_ground = QColor(picture.pixel(width // 2, 5 * scale)).name()
        assert seen_ground == ground.get(name, THEMES[theme].surface)
        seen.add(file.read_bytes())
    assert len(seen) == len(PICTURE_STATES)
    overlay.terminate()
    overlay.wait(60)
