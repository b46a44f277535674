"""How the agent wants the overlay: one frozen value, whoever keeps it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

MIN_SCALE: Final = 1.0
MAX_SCALE: Final = 3.0
# Below this the texts no longer reach the contrast they were chosen for.
MIN_OPACITY: Final = 0.6
THEME_CHOICES: Final = ("system", "light", "dark", "contrast")


@dataclass(frozen=True, slots=True)
class OverlaySettings:
    """Settings of the overlay. `scale` 1..3, `opacity` 0.6..1.

    `keep_open`: the bar shows every part in a calm call too.
    `reduced_motion` None asks the desktop. `places_file` keeps where the overlay sits for each
    set of screens; None forgets it when the program ends.
    """

    theme: str = "system"
    scale: float = 1.0
    opacity: float = 1.0
    click_through: bool = False
    keep_open: bool = False
    hide_from_sharing: bool = False
    reduced_motion: bool | None = None
    places_file: Path | None = None

    def __post_init__(self) -> None:
        if self.theme not in THEME_CHOICES:
            raise ValueError(f"no theme {self.theme!r}: use one of {', '.join(THEME_CHOICES)}")
        if not MIN_SCALE <= self.scale <= MAX_SCALE:
            raise ValueError(f"the overlay's scale lies in {MIN_SCALE:g}..{MAX_SCALE:g}")
        if not MIN_OPACITY <= self.opacity <= 1.0:
            raise ValueError(f"the overlay's opacity lies in {MIN_OPACITY:g}..1")
