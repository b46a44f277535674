"""Pace: long monologues, fast speech, slow responses and dead air.

    customer |=======|                               the customer's turn ends
    agent             <---- slow_response ---->|==   opened after 3 s, closed by the first word
    both              <-------- dead_air ----------> nobody for 8 s, hold apart

Fed by the turn events and finished utterances; time comes with `tick`. Called by the analysis
thread only.
"""

from collections import deque
from dataclasses import dataclass, replace
from typing import Final

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    CueWithdrawn,
    Event,
    FloorReleased,
    FloorTaken,
    UtteranceFinished,
    VoiceStarted,
    VoiceStopped,
)
from callwatch.core.facts import Fact
from callwatch.core.spans import TimeSpan, total_s, union
from callwatch.core.words import Utterance

BRIDGE_S: Final = 0.3  # pauses inside words and phrases are no silence


@dataclass(frozen=True, slots=True)
class PaceConfig:
    """Thresholds of the pace cues."""

    monologue_s: float = 40.0  # a caller has lost the thread by then (METRICS: longest monologue)
    fast_speech_wpm: float = 180.0  # Kore.ai's default; Speaker Coach calls 100-165 comfortable
    fast_speech_window_s: float = (
        15.0  # of own speech: shorter windows flag a single quick sentence
    )
    slow_response_s: float = 3.0  # a gap over this ends a turn, and is heard as hesitation
    # Danish speakers leave longer gaps (median 470 ms against 200 ms, Stivers et al. 2009).
    danish_allowance_s: float = 0.3
    dead_air_s: float = 8.0  # callers ask "are you still there?" at about this point

    def slow_response_for(self, language: Language) -> float:
        """The silence after the customer's turn that is slow in that language."""
        more_s = self.danish_allowance_s if language is Language.DA else 0.0
        return self.slow_response_s + more_s


class PaceDetector:
    """Opens and closes monologue, fast_speech, slow_response and dead_air cues."""

    def __init__(self, config: PaceConfig, language: Language) -> None:
        self._config = config
        self._slow_response_s = config.slow_response_for(language)
        self._speaking: dict[Channel, bool] = dict.fromkeys(Channel, False)
        self._voice_ended_s: float | None = None  # when the last voice of either side fell silent
        self._last_speaker: Channel | None = None
        self._agent_floor_s: float | None = None
        self._agent_stopped_s = 0.0  # end of the agent's last run of speech
        self._agent_words: deque[tuple[int, float, float]] = deque()  # words, seconds, end
        self._open: dict[CueKind, tuple[str, Cue]] = {}
        self._count = 0
        self._hold_reasons: set[str] = set()

    @property
    def on_hold(self) -> bool:
        """Whether the customer waits, by the agent's word or by the music."""
        return bool(self._hold_reasons)

    def on_event(self, event: Event) -> list[Event]:
        """Take one event of the call; gives the cues that it closes or opens."""
        match event:
            case VoiceStarted(time_s=time_s, channel=channel, start_s=start_s):
                self._speaking[channel] = True
                out = self._close(CueKind.DEAD_AIR, time_s, start_s)
                return out + self._close(CueKind.SLOW_RESPONSE, time_s, start_s)
            case VoiceStopped(channel=channel, span=span):
                self._speaking[channel] = False
                if channel is Channel.AGENT:
                    self._agent_stopped_s = max(self._agent_stopped_s, span.end_s)
                if self._voice_ended_s is None or span.end_s >= self._voice_ended_s:
                    self._voice_ended_s, self._last_speaker = span.end_s, channel
            case FloorTaken(channel=Channel.AGENT, start_s=start_s):
                self._agent_floor_s = start_s
            case FloorReleased(time_s=time_s, channel=Channel.AGENT, span=span):
                self._agent_floor_s = None
                return self._close(CueKind.MONOLOGUE, time_s, span.end_s)
            case UtteranceFinished(time_s=time_s, utterance=utterance):
                if utterance.channel is Channel.AGENT:
                    return self._on_agent_words(time_s, utterance)
            case _:
                pass
        return []

    def tick(self, time_s: float) -> list[Event]:
        """The stream has reached `time_s`."""
        out: list[Event] = []
        floor_s = self._agent_floor_s
        # The floor is released late: a silence after the turn is no part of the monologue.
        spoke_s = time_s if self._speaking[Channel.AGENT] else self._agent_stopped_s
        if floor_s is not None and spoke_s - floor_s > self._config.monologue_s:
            span = TimeSpan(floor_s, time_s)
            out += self._open_cue(CueKind.MONOLOGUE, span, self._config.monologue_s)
        if any(self._speaking.values()) or self._voice_ended_s is None or self.on_hold:
            return out
        silence = TimeSpan(self._voice_ended_s, max(time_s, self._voice_ended_s))
        silent_s, slow_s = silence.duration_s, self._slow_response_s
        if self._last_speaker is Channel.CUSTOMER and silent_s > slow_s:
            out += self._open_cue(CueKind.SLOW_RESPONSE, silence, slow_s)
        if silent_s > self._config.dead_air_s:
            out += self._open_cue(CueKind.DEAD_AIR, silence, self._config.dead_air_s)
        return out

    def set_on_hold(self, on_hold: bool, time_s: float, reason: str = "agent") -> list[Event]:
        """Silence while the customer is on hold is no dead air.

        Each `reason` (the agent's word, the music) holds on its own: music that stops for an
        announcement does not end a hold that the agent has told.
        """
        if not on_hold:
            if reason in self._hold_reasons:
                self._hold_reasons.discard(reason)
                self._voice_ended_s = time_s
            return []
        self._hold_reasons.add(reason)
        out = self._close(CueKind.DEAD_AIR, time_s, time_s)
        return out + self._close(CueKind.SLOW_RESPONSE, time_s, time_s)

    def finish(self, at_s: float) -> list[Event]:
        """Close what is open at the end of the call."""
        return [event for kind in list(self._open) for event in self._close(kind, at_s, at_s)]

    def _on_agent_words(self, time_s: float, utterance: Utterance) -> list[Event]:
        # Own speech, as in the report: pauses between words under 0.3 s are part of it.
        spoken_s = total_s(union((word.span for word in utterance.words), BRIDGE_S))
        self._agent_words.append((len(utterance.words), max(spoken_s, 0.1), utterance.span.end_s))
        window_s = self._config.fast_speech_window_s
        while sum(s for _, s, _ in self._agent_words) - self._agent_words[0][1] >= window_s:
            self._agent_words.popleft()
        own_s = sum(s for _, s, _ in self._agent_words)
        if own_s < window_s:
            return []
        wpm = 60.0 * sum(n for n, _, _ in self._agent_words) / own_s
        if wpm <= self._config.fast_speech_wpm:
            return self._close(CueKind.FAST_SPEECH, time_s, utterance.span.end_s)
        start_s = max(0.0, self._agent_words[0][2] - self._agent_words[0][1])
        evidence = Fact("fast_speech", {"words_per_min": wpm, "own_s": own_s})
        span, limit_wpm = TimeSpan(start_s, max(time_s, start_s)), self._config.fast_speech_wpm
        return self._open_cue(CueKind.FAST_SPEECH, span, limit_wpm, evidence, wpm)

    def _open_cue(
        self,
        kind: CueKind,
        span: TimeSpan,
        threshold: float,
        evidence: Fact | None = None,
        value: float | None = None,
    ) -> list[Event]:
        if kind in self._open:
            return []
        self._count += 1
        channel = None if kind is CueKind.DEAD_AIR else Channel.AGENT
        value = round(span.duration_s if value is None else value, 3)
        evidence = evidence or _lasting(kind, span)
        cue = Cue(kind, channel, span, span.end_s, 1.0, evidence, value=value, threshold=threshold)
        self._open[kind] = (f"pace-{self._count}", cue)
        return [CueOpened(span.end_s, f"pace-{self._count}", cue)]

    def _close(self, kind: CueKind, time_s: float, end_s: float) -> list[Event]:
        if kind not in self._open:
            return []
        cue_id, cue = self._open.pop(kind)
        span = TimeSpan(cue.span.start_s, max(end_s, cue.span.start_s))
        if kind is not CueKind.FAST_SPEECH and span.duration_s <= (cue.threshold or 0.0):
            # A voice is told a moment after its onset: this one had begun before the threshold.
            return [CueWithdrawn(time_s, cue_id)]
        if kind is CueKind.FAST_SPEECH:
            return [CueClosed(time_s, cue_id, replace(cue, span=span))]
        value, evidence = round(span.duration_s, 3), _lasting(kind, span)
        return [CueClosed(time_s, cue_id, replace(cue, span=span, value=value, evidence=evidence))]


def _lasting(kind: CueKind, span: TimeSpan) -> Fact:
    """How long it has lasted: so far when the cue opens, in all when it closes."""
    name = "held_s" if kind is CueKind.MONOLOGUE else "silent_s"
    return Fact(kind.value, {name: span.duration_s})
