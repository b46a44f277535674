"""The true start and end of speech on one channel.

Silero says that there is speech, 32 ms at a time and a little late; the level says where it begins
and ends. A start and a stop need confirmation, and the confirmation is taken back in the times:

    level       ....iIIIIIiiII................
    Silero      ......|########|..............
    VoiceStarted    ^start_s  ^told            |-- pause --|
    VoiceStopped              ^span.end_s                  ^told
"""

from dataclasses import dataclass

import numpy as np

from callwatch.core.arrays import BoolArray, FloatArray
from callwatch.core.channels import Channel
from callwatch.core.events import VoiceStarted, VoiceStopped
from callwatch.core.frames import HOP_S
from callwatch.core.spans import TimeSpan

UNKNOWN_DBFS = -120.0
VOICE_PACE = 0.005  # the usual level of a voice: some 2 s of its speech


@dataclass(frozen=True, slots=True)
class EndpointingConfig:
    """Confirmation and levels; frames are 10 ms."""

    # Silero's own default: half sure to start; a little less to go on (its own 0.15 less went on
    # into room tails).
    threshold: float = 0.5
    neg_threshold: float = 0.4
    # Silero is half deaf to shouting (it gave one shouted voice 0.1 to 0.3 for whole sentences).
    # Sound that is louder than this voice usually is needs a lower opinion ...
    loud_probability: float = 0.1
    loud_above_voice_db: float = 3.0
    # ... within so long a time after Silero was sure of it; a shouted sentence takes that long.
    loud_after_frames: int = 300
    # The voice must be known (1 s of it) and stand clear of the noise (loud music and noise have
    # a lower opinion still).
    loud_known_frames: int = 100
    loud_distance_db: float = 9.0
    # Of so much Silero must be sure, two of its chunks: less are clicks and breaths.
    min_speech_frames: int = 6
    # A stop is told after so long a pause: words that Silero hears only half, and the breath
    # behind the last one, part less.
    min_silence_frames: int = 20
    # Holes in the level (stop consonants) that do not end speech in the frames.
    hangover_frames: int = 3
    # Silero needs one to three chunks of a soft onset: how far a start may be taken back.
    max_onset_backtrack_frames: int = 10
    # Sound counts when it stands so far above the noise ...
    above_noise_db: float = 6.0
    # (less on a noisy line; where voice and noise are nearer than this, Silero alone decides) ...
    min_distance_db: float = 8.0
    # Until the voice is known a little must do.
    unknown_voice_db: float = 3.0
    # ... and not so far below the usual level of this voice (room tails, far talkers).
    below_voice_db: float = 30.0
    # The soft tail of a phrase, on which Silero gives up: how long, how loud at least, and how
    # clean the line must be for the level to prove it.
    trail_frames: int = 60
    trail_distance_db: float = 25.0
    trail_above_noise_db: float = 10.0
    trail_below_voice_db: float = 22.0


class Endpointer:
    """Follows one channel frame by frame; a plain loop of some 0.7 us a frame."""

    def __init__(self, channel: Channel, config: EndpointingConfig, delay_s: float) -> None:
        self._channel, self._config, self._delay_s = channel, config, delay_s
        self._origin_s: float | None = None
        self._frame = 0
        self._active = False
        self._floor_dbfs = -90.0
        self._voice_dbfs = UNKNOWN_DBFS
        self._sound_since = 0  # first frame of the current run of sound
        self._last_sound = -100
        self._start: int | None = None
        self._last = -100
        self._count = 0
        self._is_told = False
        self._last_active = -100
        self._last_sure = -1000
        self._known = 0  # frames of voice that its usual level was learnt from

    def process(
        self, start_s: float, probability: FloatArray, level_dbfs: FloatArray, own: BoolArray
    ) -> tuple[BoolArray, list[VoiceStarted | VoiceStopped]]:
        """Speech per frame, and what was decided. `own`: this channel's own sound, not a leak."""
        if self._origin_s is None:
            self._origin_s = start_s
        speech = np.zeros(len(own), dtype=np.bool_)
        told: list[VoiceStarted | VoiceStopped] = []
        config, hang = self._config, self._config.hangover_frames
        frames = zip(probability.tolist(), level_dbfs.tolist(), own.tolist(), strict=True)
        for i, (likely, level, is_own) in enumerate(frames):
            frame = self._frame
            self._frame += 1
            is_sure = likely >= config.threshold
            if is_sure:
                self._last_sure = frame
            elif is_own and likely >= config.loud_probability:
                is_sure = self._is_loud(frame, level)
            self._active = is_sure or (self._active and likely >= config.neg_threshold)
            is_sound = is_own and self._stands_out(level)
            if self._active:
                self._last_active = frame
            if is_sound:
                if frame - self._last_sound > 3:
                    self._sound_since = frame
                self._last_sound = frame
            if is_sound and (self._active or self._trails_off(frame, level)):
                self._speak(frame, is_sure, told)
            elif self._start is not None and frame - self._last > config.min_silence_frames:
                self._stop(frame, told)
            speech[i] = self._start is not None and frame - self._last <= hang
        return speech, told

    def finish(self) -> list[VoiceStarted | VoiceStopped]:
        """End what is still being said."""
        told: list[VoiceStarted | VoiceStopped] = []
        if self._start is not None:
            self._stop(self._frame - 1, told)
        return told

    def _stands_out(self, level: float) -> bool:
        """Whether the frame is sound at all; follows the noise and the voice on the way."""
        config = self._config
        if level < self._floor_dbfs:
            self._floor_dbfs += 0.2 * (level - self._floor_dbfs)
        elif not self._active:
            self._floor_dbfs += 0.03 * (level - self._floor_dbfs)
        distance_db = self._voice_dbfs - self._floor_dbfs
        if self._voice_dbfs == UNKNOWN_DBFS:
            above_db = config.unknown_voice_db
        elif distance_db < config.min_distance_db:
            above_db = -np.inf
        else:
            above_db = min(config.above_noise_db, 0.3 * distance_db)
        if level <= self._floor_dbfs + above_db:
            return False
        if level <= self._voice_dbfs - config.below_voice_db:
            return False
        if self._active and self._voice_dbfs == UNKNOWN_DBFS:
            self._voice_dbfs = level
        elif self._active:
            self._known += self._is_told
            self._voice_dbfs += VOICE_PACE * (level - self._voice_dbfs)
        return True

    def _is_loud(self, frame: int, level: float) -> bool:
        """Whether sound that Silero doubts is louder than the voice of a moment ago usually is."""
        config = self._config
        return (
            self._known >= config.loud_known_frames
            and frame - self._last_sure <= config.loud_after_frames
            and level > self._voice_dbfs + config.loud_above_voice_db
            and self._voice_dbfs - self._floor_dbfs >= config.loud_distance_db
        )

    def _trails_off(self, frame: int, level: float) -> bool:
        """Whether speech goes on too softly for Silero: close behind, and still near its level."""
        config = self._config
        return (
            self._start is not None
            and frame - self._last_active <= config.trail_frames
            and self._voice_dbfs - self._floor_dbfs >= config.trail_distance_db
            and level > self._floor_dbfs + config.trail_above_noise_db
            and level > self._voice_dbfs - config.trail_below_voice_db
        )

    def _speak(self, frame: int, is_sure: bool, told: list[VoiceStarted | VoiceStopped]) -> None:
        if self._start is None:
            # On a noisy line sound is everywhere and proves nothing about the start.
            is_clear = self._voice_dbfs - self._floor_dbfs >= self._config.min_distance_db
            back = self._config.max_onset_backtrack_frames if is_clear else 0
            earliest = max(frame - back, self._last + 1)
            self._start = max(self._sound_since, earliest)
            self._count, self._is_told = 0, False
        self._last = frame
        self._count += is_sure
        if not self._is_told and self._count >= self._config.min_speech_frames:
            self._is_told = True
            told.append(VoiceStarted(self._told_s(frame), self._channel, self._at_s(self._start)))

    def _stop(self, frame: int, told: list[VoiceStarted | VoiceStopped]) -> None:
        if self._is_told and self._start is not None:
            span = TimeSpan(self._at_s(self._start), self._at_s(self._last + 1))
            told.append(VoiceStopped(self._told_s(frame), self._channel, span))
        self._start = None

    def _at_s(self, frame: int) -> float:
        return round((self._origin_s or 0.0) + frame * HOP_S, 4)

    def _told_s(self, frame: int) -> float:
        return self._at_s(frame + 1) + self._delay_s
