"""The tests of the screen draw offscreen; those with a real window start their own X server."""

import os
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from PyQt6.QtWidgets import QWidget

os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.fixture(autouse=True)
def windows_live_until_they_are_closed(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """qtbot holds its widgets weakly, and paints them once more when the test function is over.

    The collector that runs while one of them is painted would take it away beneath the painter.
    """
    if "qtbot" not in request.fixturenames:
        yield
        return
    qtbot = request.getfixturevalue("qtbot")
    kept: list[QWidget] = []
    add = qtbot.addWidget

    def keep(widget: QWidget, **options: Any) -> None:
        kept.append(widget)
        add(widget, **options)

    monkeypatch.setattr(qtbot, "addWidget", keep)
    # How long a test waits before it fails: a loaded machine is no error.
    for name in ("waitUntil", "waitSignal", "waitExposed"):
        monkeypatch.setattr(qtbot, name, partial(getattr(qtbot, name), timeout=60_000))
    yield
    kept.clear()
