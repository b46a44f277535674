"""Four short calls whose truth is known because they were put together here, and their figures.

The sentences are the demo call's, placed where a call wants them; everything runs through the whole
pipeline, as a recording without words does. What is decided is tested, clean and through a noisy
telephone: who interrupted whom, who only listened, whose voice rose, who talked for how long.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pytest
from tests.voice.speaking import blocks, demo
from tests.voice.voices import noise, telephone

from callwatch.core.audio import CALL_RATE_HZ
from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.cues import CueKind
from callwatch.core.spans import TimeSpan, intersection, total_s, union
from callwatch.core.summary import CallInfo, CallSummary, Performance
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.steps import StepMatcher
from callwatch.session.pipeline import Phrases, Pipeline
from callwatch.session.pipeline_config import PipelineConfig
from callwatch.session.summary_builder import summarize

A, C = Channel.AGENT, Channel.CUSTOMER
INTERRUPTION, BACKCHANNEL, RAISED_VOICE = (
    CueKind.INTERRUPTION, CueKind.BACKCHANNEL, CueKind.RAISED_VOICE
)  # fmt: skip
PAD_S: Final = 2.0
# How near a cue's start is to the truth, and how long after it the cue comes at the latest.
STARTS_S: Final = {INTERRUPTION: 0.1, BACKCHANNEL: 0.1, RAISED_VOICE: 0.5}
# A raised voice is a stretch: two phrases of it, most often.
DETECTED_S: Final = {INTERRUPTION: 2.0, BACKCHANNEL: 2.0, RAISED_VOICE: 3.0}


@dataclass(frozen=True)
class Said:
    """Sentence `line` of the demo call, from `at_s` on; broken off after `cut_s`."""

    line: int
    at_s: float
    cut_s: float | None = None

    @property
    def channel(self) -> Channel:
        return Channel(demo()[1][self.line]["channel"])

    @property
    def span(self) -> TimeSpan:
        line = demo()[1][self.line]
        length_s = line["end_s"] - line["start_s"]
        return TimeSpan(self.at_s, self.at_s + min(length_s, self.cut_s or length_s))

    def sound(self) -> np.ndarray:
        start = round(demo()[1][self.line]["start_s"] * CALL_RATE_HZ)
        length = round(self.span.duration_s * CALL_RATE_HZ)
        piece = demo()[0][self.channel.index, start : start + length].copy()
        piece[-800:] *= np.linspace(1.0, 0.0, 800)  # nobody breaks off with a click
        return piece


# Each begins calmly, so that what is usual for both is known. Truth: (kind, who, when).
Truth = tuple[CueKind, Channel, float]
CALLS: Final[dict[str, tuple[tuple[Said, ...], tuple[Truth, ...]]]] = {
    "turns that follow each other, some a little early": (
        (
            Said(0, 1.0), Said(1, 6.3), Said(12, 10.5), Said(3, 14.2),
            Said(10, 17.55), Said(14, 22.0), Said(13, 23.9),
        ),
        (),
    ),
    "listening": (
        (
            Said(0, 1.0), Said(1, 6.5), Said(2, 8.9), Said(5, 12.0), Said(4, 14.3),
            Said(3, 16.8), Said(2, 18.6),
        ),
        ((BACKCHANNEL, A, 8.9), (BACKCHANNEL, A, 14.3), (BACKCHANNEL, A, 18.6)),
    ),
    "interruptions": (
        (
            Said(1, 1.0), Said(15, 6.0, 3.4), Said(16, 8.2), Said(3, 11.4, 3.4), Said(10, 13.4),
            Said(17, 18.0, 3.6), Said(3, 20.3),
        ),
        ((INTERRUPTION, C, 8.2), (INTERRUPTION, A, 13.4), (INTERRUPTION, C, 20.3)),
    ),
    "a raised voice": (
        (
            Said(0, 1.0), Said(1, 6.6), Said(3, 11.8), Said(12, 16.0), Said(16, 19.8),
            Said(7, 23.5), Said(8, 25.5), Said(9, 29.3), Said(10, 34.0),
        ),
        ((RAISED_VOICE, C, 23.5),),
    ),
}  # fmt: skip


def sound_of(said: Sequence[Said], *, on_the_phone: bool) -> np.ndarray:
    """Both channels (2, n), -1..1."""
    length_s = max(one.span.end_s for one in said) + PAD_S
    out = np.zeros((2, round(length_s * CALL_RATE_HZ)))
    for one in said:
        at, sound = round(one.at_s * CALL_RATE_HZ), one.sound()
        out[one.channel.index, at : at + len(sound)] += sound
    if on_the_phone:
        out = np.stack([telephone(row) for row in out])
        out += np.stack([noise(length_s, -58.0, seed)[: out.shape[1]] for seed in (1, 2)])
    return out


@cache
def summary_of(name: str, *, on_the_phone: bool) -> CallSummary:
    info = CallInfo("call", None, "2026-01-01T00:00:00Z", 0.0, name, "en", "none", None)
    phrases = Phrases(
        PhraseMatcher.for_language(Language.EN), StepMatcher.for_language(Language.EN)
    )
    pipeline = Pipeline(PipelineConfig(), info, phrases, with_words=False)
    events = pipeline.start()
    for block in blocks(sound_of(CALLS[name][0], on_the_phone=on_the_phone)):
        events += pipeline.process(block)
    return summarize([*events, *pipeline.end_audio(), *pipeline.end_call(Performance())])


@pytest.mark.parametrize("on_the_phone", [False, True], ids=["clean", "telephone"])
@pytest.mark.parametrize("name", CALLS)
class TestFigures:
    """Every call, through both lines."""

    def test_who_interrupted_who_listened_and_whose_voice_rose(
        self, name: str, on_the_phone: bool
    ) -> None:
        summary, truth = summary_of(name, on_the_phone=on_the_phone), CALLS[name][1]
        found = [
            cue for cue in summary.cues if cue.kind in (INTERRUPTION, BACKCHANNEL, RAISED_VOICE)
        ]
        assert [(cue.kind, cue.channel) for cue in found] == [(k, who) for k, who, _ in truth]
        for cue, (kind, _, at_s) in zip(found, truth, strict=True):
            assert cue.span.start_s == pytest.approx(at_s, abs=STARTS_S[kind])
            assert at_s < cue.detected_s < at_s + DETECTED_S[kind]

    def test_what_is_counted(self, name: str, on_the_phone: bool) -> None:
        metrics, truth = summary_of(name, on_the_phone=on_the_phone).metrics, CALLS[name][1]
        for channel in CHANNELS:
            for kind, counts in (
                (INTERRUPTION, metrics.interruptions), (BACKCHANNEL, metrics.backchannels)
            ):  # fmt: skip
                assert counts[channel] == sum((kind, channel) == what[:2] for what in truth)

    def test_who_talked_for_how_long(self, name: str, on_the_phone: bool) -> None:
        metrics = summary_of(name, on_the_phone=on_the_phone).metrics
        true = {c: union((s.span for s in CALLS[name][0] if s.channel is c), 0.3) for c in CHANNELS}
        for channel in CHANNELS:
            # Sentences hold pauses of their own, and a noisy line hides their faint ends.
            assert metrics.talk_s[channel] == pytest.approx(total_s(true[channel]), rel=0.06)
        overlap_s = total_s(intersection(true[A], true[C]))
        assert metrics.overlap_s == pytest.approx(overlap_s, abs=0.5)
