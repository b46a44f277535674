"""Pace: long monologues, fast speech, slow responses and dead air.

    customer |=======|                               the customer's turn ends
    agent             <---- slow_response ---->|==   opened after 3 s, closed by the first word
    both              <-------- dead_air ----------> nobody for 8 s, hold apart

Fed by the turn events and finished utterances; time comes with `tick`. Called by the analysis
thread only.
"""

from collections import deque
from dataclasses import dataclass, replace

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import (
    CueClosed,
    CueOpened,
    Event,
    FloorReleased,
    FloorTaken,
    UtteranceFinished,
    VoiceStarted,
    VoiceStopped,
)
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance


@dataclass(frozen=True, slots=True)
class PaceConfig:
    """Thresholds of the pace cues."""

    monologue_s: float = 40.0  # a caller has lost the thread by then (METRICS: longest monologue)
    fast_speech_wpm: float = 180.0  # Kore.ai's default; Speaker Coach calls 100-165 comfortable
    fast_speech_window_s: float = (
        15.0  # of own speech: shorter windows flag a single quick sentence
    )
    slow_response_s: float = 3.0  # a gap over this ends a turn, and is heard as hesitation
    dead_air_s: float = 8.0  # callers ask "are you still there?" at about this point

    def slow_response_for(self, language: Language) -> float:
        """Danish speakers leave longer gaps (median 470 ms against 200 ms, Stivers et al. 2009)."""
        return self.slow_response_s + (0.3 if language is Language.DA else 0.0)


class PaceDetector:
    """Opens and closes monologue, fast_speech, slow_response and dead_air cues."""

    def __init__(self, config: PaceConfig, language: Language) -> None:
        self._config = config
        self._slow_response_s = config.slow_response_for(language)
        self._speaking: dict[Channel, bool] = dict.fromkeys(Channel, False)
        self._voice_ended_s: float | None = None  # when the last voice of either side fell silent
        self._last_speaker: Channel | None = None
        self._agent_floor_s: float | None = None
        self._agent_words: deque[tuple[int, float, float]] = deque()  # words, seconds, end
        self._open: dict[CueKind, tuple[str, Cue]] = {}
        self._count = 0
        self.on_hold = False

    def on_event(self, event: Event) -> list[Event]:
        """Take one event of the call; gives the cues that it closes or opens."""
        match event:
            case VoiceStarted(time_s=time_s, channel=channel, start_s=start_s):
                self._speaking[channel] = True
                out = self._close(CueKind.DEAD_AIR, time_s, start_s)
                return out + self._close(CueKind.SLOW_RESPONSE, time_s, start_s)
            case VoiceStopped(channel=channel, span=span):
                self._speaking[channel] = False
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
        if floor_s is not None and time_s - floor_s > self._config.monologue_s:
            span = TimeSpan(floor_s, time_s)
            evidence = f"the agent has held the floor for {span.duration_s:.0f} s"
            out += self._open_cue(CueKind.MONOLOGUE, span, self._config.monologue_s, evidence)
        if any(self._speaking.values()) or self._voice_ended_s is None or self.on_hold:
            return out
        silence = TimeSpan(self._voice_ended_s, max(time_s, self._voice_ended_s))
        silent_s, slow_s = silence.duration_s, self._slow_response_s
        if self._last_speaker is Channel.CUSTOMER and silent_s > slow_s:
            evidence = f"no answer {silent_s:.1f} s after the customer stopped"
            out += self._open_cue(CueKind.SLOW_RESPONSE, silence, slow_s, evidence)
        if silent_s > self._config.dead_air_s:
            evidence = f"nobody has spoken for {silent_s:.0f} s"
            out += self._open_cue(CueKind.DEAD_AIR, silence, self._config.dead_air_s, evidence)
        return out

    def set_on_hold(self, on_hold: bool, time_s: float) -> list[Event]:
        """Silence while the customer is on hold is no dead air."""
        self.on_hold = on_hold
        if not on_hold:
            self._voice_ended_s = time_s
            return []
        out = self._close(CueKind.DEAD_AIR, time_s, time_s)
        return out + self._close(CueKind.SLOW_RESPONSE, time_s, time_s)

    def finish(self, at_s: float) -> list[Event]:
        """Close what is open at the end of the call."""
        return [event for kind in list(self._open) for event in self._close(kind, at_s, at_s)]

    def _on_agent_words(self, time_s: float, utterance: Utterance) -> list[Event]:
        spoken_s = sum(word.span.duration_s for word in utterance.words)
        self._agent_words.append((len(utterance.words), max(spoken_s, 0.1), utterance.span.end_s))
        window_s = self._config.fast_speech_window_s
        while sum(s for _, s, _ in self._agent_words) - self._agent_words[0][1] >= window_s:
            self._agent_words.popleft()
        total_s = sum(s for _, s, _ in self._agent_words)
        if total_s < window_s:
            return []
        wpm = 60.0 * sum(n for n, _, _ in self._agent_words) / total_s
        if wpm <= self._config.fast_speech_wpm:
            return self._close(CueKind.FAST_SPEECH, time_s, utterance.span.end_s)
        start_s = max(0.0, self._agent_words[0][2] - self._agent_words[0][1])
        evidence = f"{wpm:.0f} words a minute over {total_s:.0f} s of own speech"
        span, limit_wpm = TimeSpan(start_s, max(time_s, start_s)), self._config.fast_speech_wpm
        return self._open_cue(CueKind.FAST_SPEECH, span, limit_wpm, evidence, wpm)

    def _open_cue(
        self,
        kind: CueKind,
        span: TimeSpan,
        threshold: float,
        evidence: str,
        value: float | None = None,
    ) -> list[Event]:
        if kind in self._open:
            return []
        self._count += 1
        channel = None if kind is CueKind.DEAD_AIR else Channel.AGENT
        value = round(span.duration_s if value is None else value, 3)
        cue = Cue(kind, channel, span, span.end_s, 1.0, evidence, value=value, threshold=threshold)
        self._open[kind] = (f"pace-{self._count}", cue)
        return [CueOpened(span.end_s, f"pace-{self._count}", cue)]

    def _close(self, kind: CueKind, time_s: float, end_s: float) -> list[Event]:
        if kind not in self._open:
            return []
        cue_id, cue = self._open.pop(kind)
        span = TimeSpan(cue.span.start_s, max(end_s, cue.span.start_s))
        value = cue.value if kind is CueKind.FAST_SPEECH else round(span.duration_s, 3)
        return [CueClosed(time_s, cue_id, replace(cue, span=span, value=value))]
