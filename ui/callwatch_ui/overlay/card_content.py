"""What the overlay says for each state: its card, its input light, its lines. No Qt in here."""

from dataclasses import dataclass, replace
from typing import Final

from callwatch.core.channels import Channel
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.session.nudge_rules import BREATHER
from callwatch.texts.facts import sentence
from callwatch_ui.overlay.state import Fault, OverlayState, Phase
from callwatch_ui.translator import Translator

MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Card:
    """What the card below the bar says: at most two lines, and an icon.

    `nudge_id` and `nudge_key` are None for a card about the sound or the call itself. `action`: what
    its own button says, "" for none; `left`: the share of a minute that is still to come.
    """

    icon: str
    level: NudgeLevel
    title: str
    advice: str
    nudge_id: str | None = None
    nudge_key: str | None = None
    action: str = ""
    left: float | None = None

    @property
    def can_be_closed(self) -> bool:
        """Whether it may be closed: a pause is closed by going on."""
        return self.icon != "pause"

    @property
    def can_be_judged(self) -> bool:
        """Whether "not useful" is offered: for every nudge but danger to life or limb."""
        is_nudge = self.nudge_id is not None and self.level is not NudgeLevel.URGENT
        return is_nudge and self.left is None


def card_for(state: OverlayState, words: Translator, icon_of: dict[str, str]) -> Card | None:
    """The one card to show: a nudge first, then a pause, then the app, then the sound."""
    if state.nudge is not None:
        card = nudge_card(state.nudge, icon_of)
        return _breather(card, state, words) if state.nudge.key == BREATHER else card
    if state.phase in (Phase.PAUSED, Phase.HELD):
        key = f"card.{state.phase}"
        return Card("pause", NudgeLevel.INFO, words(f"{key}.title"), words(f"{key}.advice"))
    if state.app_note is not None:
        said = sentence(state.app_note.fact, words.language)
        return Card("warning", NudgeLevel.IMPORTANT, "callwatch", said)
    trouble = state.trouble
    return None if trouble is None else _trouble_card(trouble, words)


def nudge_card(nudge: Nudge, icon_of: dict[str, str]) -> Card:
    """The card of a nudge; its text is title, newline, advice."""
    title, _, advice = nudge.text.partition("\n")
    icon = icon_of.get(nudge.key, "bubble_lines")
    return Card(icon, nudge.level, title, advice.replace("\n", " "), nudge.id, nudge.key)


def _breather(card: Card, state: OverlayState, words: Translator) -> Card:
    """The offer with its button; once it was begun, the minute itself."""
    left_s = state.minute_left_s
    if left_s is None:
        return replace(card, action=words("breather.start"))
    title = words("breather.minute", left=clock(left_s))
    return replace(card, title=title, advice=words("breather.advice"), left=left_s / MINUTE_S)


def _trouble_card(trouble: Fault, words: Translator) -> Card:
    title = words(f"card.input.{trouble.channel}")
    return Card("warning", NudgeLevel.IMPORTANT, title, words(f"note.{trouble.code}"))


def input_words(state: OverlayState, words: Translator) -> str:
    """What the input light says: which side has which fault, and what to do."""
    if state.input_is_good:
        return words("input.good")
    said = [
        f"{words(f'card.input.{fault.channel}')}: {words(f'note.{fault.code}')}"
        for fault in state.input_faults
        if words.has(f"note.{fault.code}")
    ]
    for note in state.notes:
        key = f"note.{note.code}"
        said.append(words(key) if words.has(key) else sentence(note.fact, words.language))
    return " ".join(dict.fromkeys(said)) or words("input.bad")


def clock(time_s: float) -> str:
    """Call time as m:ss, or h:mm:ss from an hour on."""
    whole = int(time_s)
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def share_lines(state: OverlayState, words: Translator) -> tuple[str, str]:
    """The two lines beside the ring."""
    percent = state.agent_share_percent
    agent, customer = words(f"side.{Channel.AGENT}"), words(f"side.{Channel.CUSTOMER}")
    if percent is None:
        return f"{agent} –", f"{customer} –"
    return f"{agent} {percent} %", f"{customer} {100 - percent} %"
