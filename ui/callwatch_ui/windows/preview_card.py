"""A card to look at, as it comes in a call. GUI thread."""

from callwatch.core.facts import quoted
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.texts.catalogue import text
from callwatch_ui.overlay.card import NudgeCard
from callwatch_ui.overlay.card_content import nudge_card
from callwatch_ui.theme.icons import NUDGE_ICONS
from callwatch_ui.theme.style import Style
from callwatch_ui.translator import Translator


def preview_card(key: str, level: NudgeLevel, words: Translator, look: Style) -> NudgeCard:
    """A card as it comes in a call, to look at only."""
    card = NudgeCard(look, words("card.close"), words("card.not_useful"))
    show_card(card, key, level, words)
    return card


def show_card(card: NudgeCard, key: str, level: NudgeLevel, words: Translator) -> None:
    """Let it be that kind of card."""
    lines = (text("nudges", f"{key}.{part}", words.language) for part in ("title", "advice"))
    nudge = Nudge(f"preview-{key}", key, "\n".join(lines), level, 0.0, True, quoted("preview"))
    card.set_card(nudge_card(nudge, NUDGE_ICONS))
