"""Where the overlay sits, remembered for each set of screens. No Qt in here."""

import contextlib
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callwatch.core.files import replace_file

# Distance from the edge of the screen when nobody has moved the overlay yet.
MARGIN_PX: Final = 24
# Sets of screens that are remembered; the ones used longest ago leave.
KEEP_SETS: Final = 20
CORNERS: Final = ("top_right", "top_left", "bottom_right", "bottom_left")


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen's usable area in desktop pixels."""

    name: str
    x: int
    y: int
    width: int
    height: int

    def holds(self, x: int, y: int) -> bool:
        """Whether a point lies on this screen."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


def key_of(screens: list[Screen]) -> str:
    """A short name for a set of screens; their order does not matter."""
    parts = sorted(f"{s.name}:{s.x},{s.y},{s.width},{s.height}" for s in screens)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def corner_place(corner: str, screens: list[Screen], size: tuple[int, int]) -> tuple[int, int]:
    """A corner of the first screen, one of CORNERS."""
    screen = screens[0]
    row, _, column = corner.partition("_")
    right, bottom = screen.x + screen.width, screen.y + screen.height
    x = screen.x + MARGIN_PX if column == "left" else right - size[0] - MARGIN_PX
    y = screen.y + MARGIN_PX if row == "top" else bottom - size[1] - MARGIN_PX
    return x, y


def first_place(screens: list[Screen], size: tuple[int, int]) -> tuple[int, int]:
    """Bottom right of the first screen: away from toolbars, menus and tabs."""
    return corner_place("bottom_right", screens, size)


def on_screen(
    place: tuple[int, int], size: tuple[int, int], screens: list[Screen]
) -> tuple[int, int]:
    """The place moved so that the whole overlay lies on one screen."""
    centre = place[0] + size[0] // 2, place[1] + size[1] // 2
    screen = next((s for s in screens if s.holds(*centre)), None)
    if screen is None:
        screen = min(screens, key=lambda s: _distance(s, centre))
    x = max(screen.x, min(place[0], screen.x + screen.width - size[0]))
    y = max(screen.y, min(place[1], screen.y + screen.height - size[1]))
    return x, y


def opens_upward(place: tuple[int, int], screens: list[Screen], bar_height: int) -> bool:
    """Whether the card belongs above the bar: when the bar is in the lower half of its screen."""
    middle_y = place[1] + bar_height // 2
    screen = next((s for s in screens if s.holds(place[0] + 1, middle_y)), screens[0])
    return middle_y > screen.y + screen.height // 2


def is_right(x: int, screens: list[Screen]) -> bool:
    """Whether x lies in the right half of its screen: the bar then grows to the left."""
    screen = next((s for s in screens if s.x <= x < s.x + s.width), screens[0])
    return x > screen.x + screen.width // 2


class GeometryStore:
    """Places by set of screens, kept in a small JSON file (or only in memory without one)."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._places: dict[str, tuple[int, int]] = _read(file) if file else {}

    def get(self, screens: list[Screen]) -> tuple[int, int] | None:
        """Where the overlay was on these screens, or None."""
        return self._places.get(key_of(screens))

    def put(self, screens: list[Screen], place: tuple[int, int]) -> None:
        """Remember a place; a file that cannot be written only means that it is forgotten later."""
        key = key_of(screens)
        if self._places.get(key) == place:
            return
        self._places.pop(key, None)
        self._places[key] = place
        for old in list(self._places)[:-KEEP_SETS]:
            del self._places[old]
        if self._file is not None:
            with contextlib.suppress(OSError):
                replace_file(self._file, json.dumps(self._places))


def _distance(screen: Screen, point: tuple[int, int]) -> int:
    x = max(screen.x - point[0], 0, point[0] - screen.x - screen.width)
    y = max(screen.y - point[1], 0, point[1] - screen.y - screen.height)
    return x * x + y * y


def _read(file: Path) -> dict[str, tuple[int, int]]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return {str(k): (int(x), int(y)) for k, (x, y) in data.items()}
    except (OSError, ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return {}
