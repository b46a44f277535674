"""Draws the pictures of the overlay in docs/pictures anew: every state, language, theme, scale.

`python scripts/make_pictures.py [FOLDER]`; needs no display.
"""

import sys
from pathlib import Path

from callwatch.core.channels import Language
from callwatch_ui.overlay.screenshots import save_contact_sheet

# (theme, scale); 300 % is drawn once, in the language with the longest words.
SHEETS = (("light", 1.0), ("dark", 1.0), ("light", 2.0), ("contrast", 1.0))
LARGEST = (Language.DA, "dark", 3.0)


def main(folder: Path) -> None:
    """All sheets; their names say what they show."""
    wanted = [(language, *sheet) for language in Language for sheet in SHEETS]
    for language, theme, scale in [*wanted, LARGEST]:
        suffix = "" if scale == 1.0 else f"-{round(scale * 100)}"
        save_contact_sheet(
            folder / f"states-{language}-{theme}{suffix}.png", language, theme, scale
        )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
