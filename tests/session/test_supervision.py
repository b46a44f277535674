"""A part that fails is off for the call and named; sound, journal and the other parts go on."""

import numpy as np
import pytest

from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import (
    CallEnded,
    CueClosed,
    CueOpened,
    Event,
    InputWarning,
    NudgeClosed,
    NudgeShown,
    UtteranceFinished,
)
from callwatch.core.facts import Fact, quoted
from callwatch.core.spans import TimeSpan
from callwatch.core.summary import CallInfo, Performance
from callwatch.core.words import Utterance, Word
from callwatch.detectors.control import ControlDetector
from callwatch.detectors.friendly_voice import FriendlyVoice
from callwatch.detectors.method import MethodDetector
from callwatch.detectors.pace import PaceDetector
from callwatch.detectors.raised_voice import RaisedVoice
from callwatch.detectors.threats import ThreatDetector
from callwatch.detectors.turn_taking import TurnTaking
from callwatch.phrases.matcher import PhraseMatcher
from callwatch.phrases.steps import StepMatcher
from callwatch.redaction.redactor import UtteranceMasker
from callwatch.session.begun_items import BegunItems
from callwatch.session.escalation import Escalation
from callwatch.session.meter import Meter
from callwatch.session.nudges import NudgePolicy
from callwatch.session.pipeline import Phrases, Pipeline
from callwatch.session.pipeline_config import PipelineConfig
from callwatch.session.summary_builder import summarize
from callwatch.session.supervision import Supervisor
from callwatch.speech.mismatch import LanguageCheck
from callwatch.speech.segmenter import SpeechSegmenter
from callwatch.voice.effort.estimator import EffortEstimator
from callwatch.voice.quality.monitor import QualityMonitor
from callwatch.voice.quality.swapped_channels import SwappedChannelDetector
from callwatch.voice.vad.activity import VoiceActivity

# Every part, every method that the pipeline calls of it, and its name in the report.
PARTS = [
    (VoiceActivity, "process finish", "voice"),
    (QualityMonitor, "process result", "quality"),
    (EffortEstimator, "process finish", "effort"),
    (RaisedVoice, "process finish", "raised_voice"),
    (FriendlyVoice, "process hear", "friendly"),
    (TurnTaking, "process laugh hear finish", "turns"),
    (PaceDetector, "on_event tick finish", "pace"),
    (ControlDetector, "on_event", "control"),
    (ThreatDetector, "hear end", "threats"),
    (MethodDetector, "hear set_upset", "method"),
    (Escalation, "on_event tick", "escalation"),
    (NudgePolicy, "on_event tick finish", "nudges"),
    (Meter, "process note_effort", "meter"),
    (SpeechSegmenter, "process finish", "words"),
    (UtteranceMasker, "mask revisions finish", "words"),
    (SwappedChannelDetector, "hear", "checks"),
    (LanguageCheck, "observe note_recognition", "checks"),
]
CASES = [(kind, method, name) for kind, methods, name in PARTS for method in methods.split()]
# An answer, for which the customer must have spoken.
RARE = {(MethodDetector, "hear")}
PHRASES = Phrases(PhraseMatcher.for_language(Language.EN), StepMatcher.for_language(Language.EN))
INFO = CallInfo("call", None, "2026-01-01T00:00:00Z", 0.0, "x", "en", "none", None)


def said(channel: Channel, start_s: float, text: str) -> Utterance:
    words = tuple(Word(word, TimeSpan(start_s, start_s + 0.3), 1.0) for word in text.split())
    return Utterance(f"{channel}-{start_s}", channel, words, True, start_s + 0.5)


def run() -> list[Event]:
    """Three seconds of a noisy line, and a sentence of each side."""
    noise = np.random.default_rng(3).normal(0.0, 900.0, (2, 16_000)).astype(np.int16)
    pipeline = Pipeline(PipelineConfig(), INFO, PHRASES)
    out = [*pipeline.start()]
    for second in range(3):
        out += pipeline.process(CallBlock(noise, float(second), ()))
        pipeline.take_chunks()
        pipeline.note_recognition(0.0, 0.0)
    for channel in Channel:
        out += pipeline.hear(said(channel, 1.0, "I will tell the newspapers about you"))
    out += pipeline.end_audio()
    return out + pipeline.end_call(Performance())


@pytest.mark.parametrize(("kind", "method", "name"), CASES)
def test_the_call_goes_on_without_a_part_that_fails(
    monkeypatch: pytest.MonkeyPatch, kind: type, method: str, name: str
) -> None:
    calls: list[str] = []

    def broken(*_: object, **__: object) -> None:
        calls.append(method)
        raise ZeroDivisionError("told to fail")

    monkeypatch.setattr(kind, method, broken)
    events = run()
    summary = summarize(events)
    assert isinstance(events[-1], CallEnded)
    assert summary.call.duration_s == 3.0
    if (kind, method) in RARE:
        assert not calls
        return
    assert len(calls) == 1, "it is not asked again"
    failed = Fact("stage_failed", {"stage": name})
    assert failed in summary.input_quality.warnings
    named = [e.fact for e in events if isinstance(e, InputWarning) and e.code == "stage_failed"]
    assert named == [failed]
    if kind is UtteranceMasker and method == "mask":
        assert not [event for event in events if isinstance(event, UtteranceFinished)]


def test_the_parts_above_are_all_that_the_pipeline_has() -> None:
    pipeline = Pipeline(PipelineConfig(), INFO, PHRASES)
    parts = [*vars(pipeline).values(), *vars(pipeline._listening).values()]
    guarded = {
        type(vars(part)["_stage"]) for part in parts
        if "_stage" in dir(part) and "_stage" in vars(part)
    }  # fmt: skip
    assert guarded == {kind for kind, _, _ in PARTS}


def test_what_a_part_had_begun_ends_with_it() -> None:
    begun = BegunItems()
    opened = [CueOpened(1.0, kind, cue(kind)) for kind in (CueKind.RAISED_VOICE, CueKind.BLAMING)]
    for event in opened:
        begun.follow(event)
    assert begun.end([Fact("stage_failed", {"stage": "raised_voice"})], 2.0) == [
        CueClosed(2.0, "raised_voice", cue(CueKind.RAISED_VOICE))
    ]
    begun.follow(CueClosed(2.0, "raised_voice", cue(CueKind.RAISED_VOICE)))
    assert begun.end([Fact("stage_failed", {"stage": "voice"})], 2.0) == []


def test_a_card_goes_with_what_shows_cards() -> None:
    from tests.report.builders import rich_call

    begun, nudge = BegunItems(), rich_call().nudges[0]
    begun.follow(NudgeShown(1.0, nudge))
    failed = [Fact("stage_failed", {"stage": "nudges"})]
    assert begun.end(failed, 2.0) == [NudgeClosed(2.0, nudge.id, "its part failed")]
    begun.follow(NudgeClosed(2.0, nudge.id, "read"))
    assert begun.end(failed, 2.0) == []


def test_a_failure_is_told_once() -> None:
    parts = Supervisor()
    stage = parts.guard("meter", Meter())
    parts.failed("meter", ValueError("x"))
    assert stage.note_effort(None) == []  # type: ignore[arg-type]
    parts.failed("meter", ValueError("x"))
    assert parts.failures() == [Fact("stage_failed", {"stage": "meter"})]
    assert parts.failures() == []


def cue(kind: CueKind) -> Cue:
    return Cue(kind, Channel.CUSTOMER, TimeSpan(0.5, 1.0), 1.0, 1.0, quoted("x"))
