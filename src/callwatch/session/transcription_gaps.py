"""Speech that the recogniser did not get to, reported once on screen and in the report.

Threads: the analysis thread calls everything.
"""

from dataclasses import dataclass

from callwatch.core.events import InputWarning
from callwatch.core.facts import Fact
from callwatch.session.recognition import RecognitionStats


@dataclass(frozen=True, slots=True)
class TranscriptionGapConfig:
    """When it is told. The default with its reason."""

    warn_from_s: float = 3.0  # a sentence: less may happen while another program starts


class TranscriptionGaps:
    """Counts of the recogniser in; a note when words begin to be missed, a warning at the end."""

    def __init__(self, config: TranscriptionGapConfig | None = None) -> None:
        self._config = config or TranscriptionGapConfig()
        self._warned = False

    def observe(self, stats: RecognitionStats, now_s: float) -> list[InputWarning]:
        """The note, once in a call; it is not about the sound, so it belongs to no side."""
        if self._warned or stats.skipped_s < self._config.warn_from_s:
            return []
        self._warned = True
        return [InputWarning(now_s, None, skipped(stats))]

    def warning(self, stats: RecognitionStats) -> Fact | None:
        """For the report's input quality; None when hardly anything was missed."""
        too_little = stats.skipped_s < self._config.warn_from_s
        return None if too_little else skipped(stats)


def skipped(stats: RecognitionStats) -> Fact:
    """How much was not transcribed, and why."""
    params: dict[str, str | float] = {"what": "slow", "skipped_s": stats.skipped_s}
    if stats.failures:
        params |= {"what": "failed", "failures": stats.failures}
    return Fact("speech_skipped", params)
