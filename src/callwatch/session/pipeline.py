"""The pipeline: blocks of a call in, events out. No thread, no queue, no wall clock.

The same object runs live, in replay and in analysis, so every figure can be reproduced from a
recording. Acoustic events are made first, put in the order of their stream time, and handed one
by one to those who react to events (pace, control, escalation, nudges); a tick every 100 ms of
stream time drives what waits for time to pass.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.audio import CallBlock
from callwatch.core.channels import Channel
from callwatch.core.escalation import EscalationLevel
from callwatch.core.events import (
    CallEnded,
    CallStarted,
    CueOpened,
    EscalationChanged,
    Event,
    InputWarning,
    PartialTranscribed,
    UtteranceFinished,
    UtteranceRevised,
    VoiceStarted,
    VoiceStopped,
)
from callwatch.core.facts import Fact
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.core.summary import CallInfo, Performance
from callwatch.core.words import Utterance
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
from callwatch.session.attribution import AttributionFilter
from callwatch.session.begun_items import BegunItems
from callwatch.session.escalation import Escalation
from callwatch.session.listening import Heard, Listening
from callwatch.session.meter import Meter
from callwatch.session.nudges import NudgePolicy
from callwatch.session.pipeline_config import PipelineConfig
from callwatch.session.stand_ins import (
    as_they_are,
    no_effort,
    no_frames,
    no_frames_at,
    no_quality,
    nothing,
    wordless,
)
from callwatch.session.supervision import Supervisor
from callwatch.session.transcription_pause import TranscriptionPause
from callwatch.speech.mismatch import LanguageCheck
from callwatch.speech.protocol import SpeechChunk
from callwatch.speech.segmenter import SpeechSegmenter
from callwatch.voice.effort.baseline import EffortBaseline
from callwatch.voice.effort.estimator import EffortEstimator, EffortFrames
from callwatch.voice.quality.monitor import QualityMonitor
from callwatch.voice.quality.swapped_channels import SwappedChannelDetector
from callwatch.voice.vad.activity import VoiceActivity

TICK_S: Final = 0.1  # nudges and pace need no finer clock; a person cannot tell
MATTER_S: Final = 1.5  # "hello" is shorter, and says nothing of the matter


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrase material of the call's language."""

    threats: PhraseMatcher
    steps: StepMatcher


class Pipeline:
    """One call. Not thread-safe: one thread calls every method.

    `with_words` false: no recogniser listens, so no audio is gathered for it.
    """

    def __init__(
        self,
        config: PipelineConfig,
        info: CallInfo,
        phrases: Phrases,
        baselines: Mapping[Channel, EffortBaseline] | None = None,
        *,
        with_words: bool = True,
    ) -> None:
        self._info = info
        self._parts = Supervisor()
        guard = self._parts.guard
        voice, effort = VoiceActivity(config.voice), EffortEstimator(config.effort, baselines)
        feed = SpeechSegmenter(config.feed) if with_words else None
        self._listening = Listening(
            guard("voice", voice, process=no_frames, finish=lambda: no_frames_at(self.audio_s)),
            None if feed is None else guard("words", feed),
        )
        self._quality = guard(
            "quality", QualityMonitor(config.quality), fault=nothing, result=no_quality
        )
        self._effort = guard(
            "effort", effort, process=no_effort, finish=no_effort, baseline=nothing
        )
        self._raised_voice = guard("raised_voice", RaisedVoice(config.raised_voice))
        friendly = FriendlyVoice(config.language, config.friendly)
        self._friendly = guard("friendly", friendly, process=as_they_are)
        self._turn_taking = guard("turns", TurnTaking(config.turn_taking, config.language))
        self._pace = guard("pace", PaceDetector(config.pace, config.language))
        self._control = guard("control", ControlDetector(config.control))
        self._threats = guard("threats", ThreatDetector(phrases.threats, config.threats))
        self._method = guard("method", MethodDetector(phrases.steps, config.method))
        self._escalation = guard("escalation", Escalation(config.escalation))
        nudges = NudgePolicy(config.nudges, config.language, info.id, with_words=with_words)
        self._nudges = guard("nudges", nudges)
        self._meter = guard("meter", Meter())
        # What cannot be masked is said to nobody.
        self._masker = guard(
            "words",
            UtteranceMasker(config.language),
            mask=wordless,
            understood=lambda _, masked: masked,
        )
        self._swap_watch = guard("checks", SwappedChannelDetector(config.language))
        self._language_check = guard("checks", LanguageCheck(config.language))
        self._begun = BegunItems()
        self._chunks: list[SpeechChunk] = []
        self._audio_end_s = 0.0
        self._now_s = 0.0  # the last tick
        self._agent_spoke_s = 0.0
        self._last_voice_s = 0.0
        self._speaking: set[Channel] = set()
        self._customer_began_s = math.inf
        self._pause_gate = TranscriptionPause()
        self._attribution = AttributionFilter()
        self._dropped_s = 0.0
        self._warnings: list[Fact] = []

    @property
    def call(self) -> CallInfo:
        """Which call this is, as known at its start."""
        return self._info

    @property
    def now_s(self) -> float:
        """The stream time that has been decided."""
        return self._now_s

    @property
    def audio_s(self) -> float:
        """Seconds of call consumed so far."""
        return self._audio_end_s

    @property
    def dropped_s(self) -> float:
        """Seconds that a device did not deliver, summed over the channels."""
        return self._dropped_s

    def start(self) -> list[Event]:
        """The first event of the call."""
        return [CallStarted(0.0, self._info)]

    def process(self, block: CallBlock) -> list[Event]:
        """Take the next block of the call; gives what was decided, in stream order."""
        self._audio_end_s = block.end_s
        self._dropped_s += sum(span.duration_s for _, span in block.dropped)
        heard = self._listening.hear(block)
        return self._run(heard.frames, heard) + self._switched_off()

    def listen_ahead(self, block: CallBlock) -> list[SpeechChunk]:
        """Hear a block that `process` gets later; gives its voiced audio, and decides nothing."""
        return self._listening.ahead(block)

    def skip(self, block: CallBlock) -> None:
        """A block that could not be processed: the call is that long all the same."""
        self._audio_end_s = block.end_s

    def take_chunks(self) -> list[SpeechChunk]:
        """The voiced audio for the recogniser since the last call."""
        chunks, self._chunks = self._chunks, []
        return chunks

    def hear(self, utterance: Utterance) -> list[Event]:
        """Take what the recogniser heard; numbers are masked before anyone else sees it."""
        said = self._pause_gate.words_outside(utterance)
        heard = self._masker.mask(said)
        now_s = max(self._now_s, utterance.consumed_s)
        if not heard.is_final:
            first: Event = PartialTranscribed(now_s, heard)
        elif heard.words:
            first = UtteranceFinished(now_s, heard.with_words(heard.words))
        else:
            return self._dispatch(self._threats.hear(heard))
        events = [first, *self._revised(now_s), *self._turn_taking.hear(heard)]
        if heard.is_final:
            events += self._doubts(heard, now_s)
        heard = self._masker.understood(said, heard)
        threats = self._threats.hear(heard) if heard.channel is Channel.CUSTOMER else []
        events += threats
        threatens = any(isinstance(event, CueOpened) for event in threats)
        events += self._friendly.hear(heard, now_s, threatens=threatens)
        if heard.channel is Channel.AGENT and heard.span.end_s > self._customer_began_s:
            # "How can I help you?" after a "Hello" answers nobody yet: it is no step of the method.
            events += self._method.hear(heard)
        return self._dispatch(events) + self._switched_off()

    def _revised(self, now_s: float) -> list[Event]:
        """What was said before, as far as it is masked otherwise now."""
        return [UtteranceRevised(now_s, one) for one in self._masker.revisions()]

    def _doubts(self, heard: Utterance, now_s: float) -> list[Event]:
        """What the words say about the input: swapped channels, another language."""
        swapped = self._swap_watch.hear(heard)
        wrong = self._language_check.observe((), (heard,))
        notes = [note.fact for note in swapped] + wrong
        self._warnings += notes
        return [*swapped, *(InputWarning(now_s, None, fact) for fact in wrong)]

    def _gather(self, chunks: list[SpeechChunk]) -> list[Event]:
        """Audio for the recogniser, without that of a pause; gives what it tells about the input."""
        kept = self._pause_gate.let_through(chunks)
        self._chunks += kept
        wrong = self._language_check.observe(kept, ())
        self._warnings += wrong
        return [InputWarning(self._now_s, None, fact) for fact in wrong]

    def end_audio(self) -> list[Event]:
        """No more audio comes: decide the rest. Words may still be heard after this."""
        events = [event for block in self._listening.waiting for event in self.process(block)]
        events += self._run(self._listening.finish())
        events += self._dispatch(self._gather(self._listening.last_chunks(self._audio_end_s)))
        effort = self._effort.finish()
        events += self._dispatch(
            [
                *self._raised(effort),
                *self._friendly.process(self._raised_voice.finish(self._audio_end_s)),
                *self._turn_taking.laugh(effort.laughs),
                *self._turn_taking.finish(self._audio_end_s),
            ]
        )
        return events + self._switched_off()

    def end_call(self, performance: Performance, *, at_last_voice: bool = False) -> list[Event]:
        """The call is over and the last words were heard.

        `at_last_voice`: it has ended by itself after a silence, which is no part of it.
        """
        end_s = self._audio_end_s
        events = self._dispatch([*self._threats.end(end_s), *self._pace.finish(end_s)])
        events += self._nudges.finish(end_s)
        events += self._switched_off()
        duration_s = end_s
        if at_last_voice and self._last_voice_s > 0.0 and not self._speaking:
            duration_s = min(end_s, self._last_voice_s)
        quality = self._quality.result(duration_s)
        events += [UtteranceRevised(end_s, one) for one in self._masker.finish()]
        events += self._switched_off()
        quality = replace(quality, warnings=(*quality.warnings, *self._warnings))
        return [
            *events,
            CallEnded(end_s, duration_s, self._quality.separable, quality, performance),
        ]

    def set_paused(self, paused: bool) -> list[Event]:
        """Card payment: what is said while paused is neither recognised nor kept."""
        if paused and not self._pause_gate.is_paused:
            self._chunks += self._pause_gate.pause(self._now_s)
            return [InputWarning(self._now_s, None, Fact("paused"))]
        if not paused and self._pause_gate.is_paused:
            # To the end of the audio at hand: the decisions (now_s) are a little behind it.
            span = self._pause_gate.resume(self._audio_end_s)
            return [InputWarning(self._now_s, None, Fact("resumed"), span)]
        return []

    def set_on_hold(self, on_hold: bool) -> list[Event]:
        """Silence on hold is no dead air."""
        return self._dispatch(self._pace.set_on_hold(on_hold, self._now_s))

    def dismiss(self, nudge_id: str) -> list[Event]:
        """The agent closed a card."""
        return self._nudges.dismiss(self._now_s, nudge_id)

    def mark_not_useful(self, key: str) -> None:
        """The agent found a nudge not useful."""
        self._nudges.mark_not_useful(key)

    def note_recognition(self, skipped_s: float, lag_s: float) -> None:
        """How much speech the recogniser skipped so far, and how late its words came at most."""
        self._language_check.note_recognition(skipped_s, lag_s)

    def note_drift(self, channel: Channel, ppm: float) -> None:
        """What the source measured of a device's clock."""
        self._quality.note_drift(channel, ppm)

    def note_warning(self, warning: Fact) -> None:
        """What the source reports, for the report's input quality."""
        self._warnings.append(warning)

    def baseline(self, channel: Channel) -> EffortBaseline | None:
        """The effort baseline learnt so far (an agent's own may be remembered locally)."""
        return self._effort.baseline(channel)

    def _run(self, frames: VoiceFrames, heard: Heard | None = None) -> list[Event]:
        events: list[Event] = [*frames.transitions, *frames.notes]
        if heard is not None:
            events += self._gather(heard.chunks)
            events += self._quality.process(heard.block, frames)
            effort = self._effort.process(heard.block, frames)
            events += self._raised(effort)
            events += self._meter.note_effort(effort)
            events += self._turn_taking.laugh(effort.laughs)
        events += self._turn_taking.process(frames)
        events += self._meter.process(frames, self._quality.fault)
        events.sort(key=lambda event: event.time_s)
        return self._advance(deque(events), frames)

    def _raised(self, effort: EffortFrames) -> list[Event]:
        """Raised voices of a stretch, the friendly ones marked."""
        return self._friendly.process(self._raised_voice.process(effort), effort.laughs)

    def _advance(self, events: deque[Event], frames: VoiceFrames) -> list[Event]:
        """React to the events in order, ticking in between."""
        out: list[Event] = []
        until_s = frames.end_s + frames.delay_s if len(frames) else self._audio_end_s
        spoke = _last_speech_s(frames)
        while (tick_s := self._now_s + TICK_S) <= until_s + 1e-9:
            while events and events[0].time_s <= tick_s:
                out += self._dispatch([events.popleft()])
            self._now_s = tick_s
            index = int((tick_s - frames.delay_s - frames.start_s) / HOP_S + 1e-6) - 1
            if len(spoke) and index >= 0:
                self._agent_spoke_s = max(self._agent_spoke_s, spoke[min(index, len(spoke) - 1)])
            out += self._tick(tick_s, tick_s - frames.delay_s - self._agent_spoke_s)
        if len(spoke):
            self._agent_spoke_s = max(self._agent_spoke_s, spoke[-1])
        return out + self._dispatch(list(events))

    def _switched_off(self) -> list[Event]:
        """What has failed since the last time: named, and what it had begun is over."""
        facts = self._parts.failures()
        self._warnings += facts
        out: list[Event] = [InputWarning(self._now_s, None, fact) for fact in facts]
        return out + self._dispatch(self._begun.end(facts, self._now_s))

    def _follow_voice(self, event: Event) -> None:
        match event:
            case VoiceStarted(channel=channel):
                self._speaking.add(channel)
            case VoiceStopped(channel=channel, span=span):
                self._speaking.discard(channel)
                self._last_voice_s = max(self._last_voice_s, span.end_s)
                if channel is Channel.CUSTOMER and span.duration_s >= MATTER_S:
                    self._customer_began_s = min(self._customer_began_s, span.start_s)

    def _tick(self, time_s: float, agent_silent_s: float) -> list[Event]:
        out = self._dispatch(self._pace.tick(time_s))
        out += self._dispatch(self._escalation.tick(time_s))
        return out + self._dispatch(self._nudges.tick(time_s, agent_silent_s))

    def _dispatch(self, events: list[Event]) -> list[Event]:
        """Each event, followed by what it led to."""
        out: list[Event] = []
        queue = deque(events)
        while queue:
            event = queue.popleft()
            if self._attribution.holds_back(event, separable=self._quality.separable):
                continue
            out.append(event)
            led_to: list[Event] = []
            self._follow_voice(event)
            self._begun.follow(event)
            for reactor in (self._pace, self._control, self._escalation, self._nudges):
                led_to += reactor.on_event(event)
            if isinstance(event, EscalationChanged):
                self._method.set_upset(event.change.level is not EscalationLevel.CALM)
            if isinstance(event, InputWarning) and event.code in ("hold_music", "hold_music_ended"):
                led_to += self._pace.set_on_hold(event.code == "hold_music", event.time_s, "music")
            queue.extendleft(reversed(led_to))
        return out


def _last_speech_s(frames: VoiceFrames) -> npt.NDArray[np.float64]:
    """For each frame, the end of the agent's last speech frame up to it; -inf before any."""
    own = frames.speech[Channel.AGENT.index]
    ends = frames.start_s + (np.arange(len(own)) + 1) * HOP_S
    return np.maximum.accumulate(np.where(own, ends, -np.inf))
