"""Draws the pictures of the overlay in docs/pictures anew: every state, language, theme, scale.

`python scripts/make_pictures.py [FOLDER]`; needs no display. The film strip is the demo call as the
live pipeline decides it, with the words of its script and within the attention budget of any call.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

from callwatch.app.calls import CallFactory, CallPlan
from callwatch.app.monitor import LIVE_BLOCK_S, demo_files
from callwatch.config import Config
from callwatch.core.channels import Channel, Language
from callwatch.core.events import Event
from callwatch.speech.scripted import ScriptedRecognizer, ScriptedUtterance
from callwatch_ui.overlay.screenshots import (
    save_contact_sheet,
    save_film_strip,
    save_overlay_pictures,
)
from callwatch_ui.overlay.state import OverlayState, reduce

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
    for file in save_overlay_pictures(folder, Language.EN):
        if "raised-voice" not in file.name:
            file.unlink()
    states = list(changes(demo_events()))
    save_film_strip(folder / "film-demo-en-light.png", states, Language.EN, "light")


def demo_events() -> list[Event]:
    """The demo call, with the words of its script."""
    folder = resources.files("callwatch.demo")
    lines = json.loads(folder.joinpath("call.json").read_text("utf-8"))["lines"]
    script = [
        ScriptedUtterance(Channel(line["channel"]), line["start_s"], line["end_s"], line["text"])
        for line in lines
    ]
    config = Config()
    desk = CallFactory(replace(config, recognition=replace(config.recognition, engine="none")))
    desk.choice = replace(
        desk.choice, create=lambda: ScriptedRecognizer(script, Language.EN), engine="scripted"
    )
    events: list[Event] = []
    with TemporaryDirectory() as out, demo_files().open(LIVE_BLOCK_S) as source:
        plan = CallPlan(source, "demo", Path(out), live=False, in_history=False)
        desk.open(plan, (events.append,)).run()
    desk.close()
    return events


def changes(events: list[Event]) -> Iterator[tuple[float, OverlayState]]:
    """The states in which something new is on the screen, with their second."""
    state, last = OverlayState(), None
    for event in events:
        state = reduce(state, event)
        seen = (state.signal, state.level, state.nudge, state.steps_done)
        if seen != last:
            last = seen
            yield event.time_s, state


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
