"""How sure the recogniser was of the words, as one plain sentence: tenths, for its account is no better."""

from dataclasses import dataclass

from callwatch.core.summary import CallSummary
from callwatch.report.wording import Wording


@dataclass(frozen=True, slots=True)
class CertaintyConfig:
    """What counts as sure."""

    # Probability that the recogniser gives a word. The share of words above it came nearest to the
    # share that was right: 0.51 to 0.49 of Danish with Whisper base, 0.94 to 0.97 of English with tiny.en.
    sure: float = 0.6
    # Share of sure words from which one may read on without care.
    nearly_all: float = 0.9
    # Below this the text is a hint at best.
    half: float = 0.5


def word_certainty(
    summary: CallSummary, wording: Wording, config: CertaintyConfig | None = None
) -> str | None:
    """The sentence, in the reader's language; None without words."""
    config = config or CertaintyConfig()
    words = [word.confidence for utterance in summary.utterances for word in utterance.words]
    if not words:
        return None
    share = sum(confidence >= config.sure for confidence in words) / len(words)
    if share >= config.nearly_all:
        return wording.t("transcript.sure")
    if share < config.half:
        return wording.t("transcript.unsure")
    return wording.t("transcript.partly_sure", n=int(10 * share))
