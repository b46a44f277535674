"""The true start and end of speech on one channel.

Silero says that there is speech, 32 ms at a time and a little late; the level says where it begins
and ends. A start and a stop need confirmation, and the confirmation is taken back in the times:

    level       ....iIIIIIiiII................
    Silero      ......|########|..............
    state       QUIET |STARTING|SPEAKING|STOPPING|QUIET
    VoiceStarted    ^start_s   ^reported
    VoiceStopped               ^span.end_s       ^reported
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

import numpy as np

from callwatch.core.arrays import BoolArray, FloatArray
from callwatch.core.channels import Channel
from callwatch.core.events import VoiceStarted, VoiceStopped
from callwatch.core.frames import HOP_S
from callwatch.core.spans import TimeSpan
from callwatch.voice.vad.level_tracker import LevelConfig, LevelTracker

_LONG_AGO: Final = -100_000  # frames: before anything
_GAP_FRAMES: Final = 3  # a run of sound goes on over a gap so short: stop consonants

Transition = VoiceStarted | VoiceStopped


@dataclass(frozen=True, slots=True)
class EndpointingConfig:
    """Confirmation; frames are 10 ms."""

    # Silero's own default: half sure to start; a little less to go on (its own 0.15 less went on
    # into room tails).
    threshold: float = 0.5
    neg_threshold: float = 0.4
    # Silero is half deaf to shouting (it gave one shouted voice 0.1 to 0.3 for whole sentences).
    # Sound that is louder than this voice usually is needs a lower probability ...
    loud_probability: float = 0.1
    loud_above_voice_db: float = 3.0
    # ... within so long a time after Silero was sure of it; a shouted sentence takes that long.
    loud_after_frames: int = 300
    # The voice must be known (1 s of it) and stand clear of the noise (loud music and noise have
    # a lower probability still).
    loud_known_frames: int = 100
    loud_distance_db: float = 9.0
    # Of so much Silero must be sure, two of its chunks: less are clicks and breaths.
    min_speech_frames: int = 6
    # A stop is reported after so long a pause: words that Silero hears only half, and the breath
    # behind the last one, part less.
    min_silence_frames: int = 20
    # Gaps in the level (stop consonants) that do not end speech in the frames.
    hangover_frames: int = 3
    # Silero needs one to three chunks of a soft onset: how far a start may be taken back.
    max_onset_backtrack_frames: int = 10
    # The soft tail of a phrase, on which Silero gives up: how long, how loud at least, and how
    # clean the line must be for the level to prove it.
    tail_frames: int = 60
    tail_distance_db: float = 25.0
    tail_above_noise_db: float = 10.0
    tail_below_voice_db: float = 22.0
    level: LevelConfig = field(default_factory=LevelConfig)


class State(Enum):
    """Where the channel is between silence and speech."""

    QUIET = auto()
    STARTING = auto()  # sound that may become speech
    SPEAKING = auto()
    STOPPING = auto()  # a pause that may become the end


class Endpointer:
    """Follows one channel frame by frame."""

    def __init__(self, channel: Channel, config: EndpointingConfig, delay_s: float) -> None:
        self._channel, self._config, self._delay_s = channel, config, delay_s
        self._levels = LevelTracker(config.level)
        self._state = State.QUIET
        self._origin_s: float | None = None
        self._frame = -1
        self._is_speech = False  # Silero, with hysteresis
        self._last_sure = self._last_speech = self._last_sound = self._last_voice = _LONG_AGO
        self._sound_since = 0  # first frame of the current run of sound
        self._start = 0
        self._sure_frames = 0

    def process(
        self,
        start_s: float,
        probability: FloatArray,
        level_dbfs: FloatArray,
        own: BoolArray,
        tail: BoolArray,
    ) -> tuple[BoolArray, list[Transition]]:
        """Speech per frame, and what was decided; all arrays have shape (n,).

        `own`: sound loud enough to be this channel's voice. `tail`: where sound that Silero does not
        hear may be the end of a phrase.
        """
        if self._origin_s is None:
            self._origin_s = start_s
        speech = np.zeros(len(own), dtype=np.bool_)
        decided: list[Transition] = []
        hangover = self._config.hangover_frames
        rows = (probability.tolist(), level_dbfs.tolist(), own.tolist(), tail.tolist())
        for i, (likely, level, is_own, may_be_tail) in enumerate(zip(*rows, strict=True)):
            self._frame += 1
            is_sure = self._hear(likely, level, is_own)
            is_voice = self._is_sound(level, is_own) and (
                self._is_speech or (may_be_tail and self._is_tail(level))
            )
            if is_voice:
                decided += self._voice(is_sure)
            elif self._state is not State.QUIET:
                decided += self._pause()
            speech[i] = (
                self._state is not State.QUIET and self._frame - self._last_voice <= hangover
            )
        return speech, decided

    def finish(self) -> list[Transition]:
        """End what is still being said."""
        return self._end(self._frame) if self._state is not State.QUIET else []

    def _hear(self, likely: float, level_dbfs: float, is_own: bool) -> bool:
        """Follow Silero; whether it is sure of this frame, or as good as sure."""
        config = self._config
        is_sure = likely >= config.threshold
        if is_sure:
            self._last_sure = self._frame
        elif is_own and likely >= config.loud_probability:
            is_sure = self._is_loud(level_dbfs)
        self._is_speech = is_sure or (self._is_speech and likely >= config.neg_threshold)
        if self._is_speech:
            self._last_speech = self._frame
        return is_sure

    def _is_sound(self, level_dbfs: float, is_own: bool) -> bool:
        """Whether the frame stands out of the noise; runs of such frames are followed."""
        is_confirmed = self._state in (State.SPEAKING, State.STOPPING)
        if not is_own or not self._levels.is_sound(
            level_dbfs, is_speech=self._is_speech, is_confirmed=is_confirmed
        ):
            return False
        if self._frame - self._last_sound > _GAP_FRAMES:
            self._sound_since = self._frame
        self._last_sound = self._frame
        return True

    def _is_loud(self, level_dbfs: float) -> bool:
        """Whether sound that Silero doubts is louder than the voice of a moment ago usually is."""
        config, levels = self._config, self._levels
        return (
            levels.voice_frames >= config.loud_known_frames
            and self._frame - self._last_sure <= config.loud_after_frames
            and level_dbfs > levels.voice_dbfs + config.loud_above_voice_db
            and levels.distance_db >= config.loud_distance_db
        )

    def _is_tail(self, level_dbfs: float) -> bool:
        """Whether speech goes on too softly for Silero: close behind, and still near its level."""
        config, levels = self._config, self._levels
        return (
            self._state is not State.QUIET
            and self._frame - self._last_speech <= config.tail_frames
            and levels.distance_db >= config.tail_distance_db
            and level_dbfs > levels.noise_dbfs + config.tail_above_noise_db
            and level_dbfs > levels.voice_dbfs - config.tail_below_voice_db
        )

    def _voice(self, is_sure: bool) -> list[Transition]:
        if self._state is State.QUIET:
            self._state, self._sure_frames = State.STARTING, 0
            self._start = self._onset()
        elif self._state is State.STOPPING:
            self._state = State.SPEAKING
        self._last_voice = self._frame
        self._sure_frames += is_sure
        if self._state is State.STARTING and self._sure_frames >= self._config.min_speech_frames:
            self._state = State.SPEAKING
            start_s = self._at_s(self._start)
            return [VoiceStarted(self._reported_s(self._frame), self._channel, start_s)]
        return []

    def _pause(self) -> list[Transition]:
        if self._frame - self._last_voice > self._config.min_silence_frames:
            return self._end(self._frame)
        if self._state is State.SPEAKING:
            self._state = State.STOPPING
        return []

    def _end(self, frame: int) -> list[Transition]:
        was_speech = self._state is not State.STARTING
        self._state = State.QUIET
        if not was_speech:
            return []
        span = TimeSpan(self._at_s(self._start), self._at_s(self._last_voice + 1))
        return [VoiceStopped(self._reported_s(frame), self._channel, span)]

    def _onset(self) -> int:
        """Where the sound began that Silero has just heard."""
        # On a noisy line sound is everywhere and proves nothing about the start.
        is_clear = self._levels.distance_db >= self._config.level.min_distance_db
        back = self._config.max_onset_backtrack_frames if is_clear else 0
        return max(self._sound_since, self._frame - back, self._last_voice + 1)

    def _at_s(self, frame: int) -> float:
        return round((self._origin_s or 0.0) + frame * HOP_S, 4)

    def _reported_s(self, frame: int) -> float:
        return self._at_s(frame + 1) + self._delay_s
