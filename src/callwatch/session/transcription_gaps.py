"""Speech that the recogniser did not get to, told once on screen and in the report.

Threads: the analysis thread calls everything.
"""

from dataclasses import dataclass

from callwatch.core.events import InputWarning
from callwatch.session.recognition import RecognitionStats

CODE = "speech_skipped"


@dataclass(frozen=True, slots=True)
class TranscriptionGapConfig:
    """When it is told. The default with its reason."""

    told_from_s: float = 3.0  # a sentence: less may happen while another program starts


class TranscriptionGaps:
    """Counts of the recogniser in; a note when words begin to be missed, a sentence at the end."""

    def __init__(self, config: TranscriptionGapConfig | None = None) -> None:
        self._config = config or TranscriptionGapConfig()
        self._told = False

    def observe(self, stats: RecognitionStats, now_s: float) -> list[InputWarning]:
        """The note, once in a call; it is not about the sound, so it belongs to no side."""
        if self._told or stats.skipped_s < self._config.told_from_s:
            return []
        self._told = True
        return [InputWarning(now_s, None, CODE, skipped_sentence(stats))]

    def warning(self, stats: RecognitionStats) -> str | None:
        """For the report's input quality; None when hardly anything was missed."""
        too_little = stats.skipped_s < self._config.told_from_s
        return None if too_little else skipped_sentence(stats)


def skipped_sentence(stats: RecognitionStats) -> str:
    """How much was not transcribed, why, and what to do."""
    if stats.failures:
        return (
            f"{stats.skipped_s:.0f} s of speech were not transcribed: the speech model failed "
            f"{stats.failures} times; check it with `callwatch models verify`."
        )
    return (
        f"{stats.skipped_s:.0f} s of speech were not transcribed, because this machine is too slow "
        "for the speech model: choose a smaller one (`callwatch models list`) or close other "
        "programs."
    )
