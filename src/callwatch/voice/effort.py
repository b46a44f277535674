"""Vocal effort of both sides, live, against each speaker's own usual voice.

    audio    |----|----|----|----|    windows of 45 ms, 20 ms apart, where their side speaks
    features   f0, balance, level     of the voiced ones
    step     |---- 0.1 s ----|        effort z of the last 0.6 s and 1.5 s of voice

The effort z says by how many standard deviations the recent voice lies above the speaker's
baseline, all features together; it tells effort, never what somebody feels. No threads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.audio import CALL_RATE_HZ, CallBlock
from callwatch.core.channels import CHANNELS, Channel
from callwatch.voice.baseline import BaselineConfig, BaselineLearner, EffortBaseline
from callwatch.voice.effort_window import MOMENT_HOP_S, RecentVoice, measure
from callwatch.voice.frames import HOP_S, VoiceFrames
from callwatch.voice.pitch import WINDOW_SAMPLES, PitchConfig, PitchFinder, is_voiced, power_spectra
from callwatch.voice.spectrum import NoiseFloor, balance

Float = npt.NDArray[np.float32]

STEP_S: Final = 0.1
_STEP: Final = round(STEP_S * CALL_RATE_HZ)
UNVOICED: Final = (float("nan"), 0.0)
_FLAGS: Final = round(STEP_S / HOP_S)
# A window every 20 ms: pitch does not change faster, and half the cost of 10 ms.
_WINDOW_HOP: Final = round(MOMENT_HOP_S * CALL_RATE_HZ)
_PER_STEP: Final = _STEP // _WINDOW_HOP
_MARGIN: Final = (WINDOW_SAMPLES - _WINDOW_HOP) // 2
# (windows, samples) of a step within the stretch that begins _MARGIN before it.
_GRID: Final = np.arange(_PER_STEP)[:, None] * _WINDOW_HOP + np.arange(WINDOW_SAMPLES)


@dataclass(frozen=True, slots=True)
class EffortConfig:
    """How much voice is looked at together."""

    # Voice in the short window: some three syllables, the least that tells effort from stress.
    short_s: float = 0.6
    # Voice in the long window: a short sentence; finds what is moderate but lasts.
    long_s: float = 1.5
    # A pause this long ends the utterance: what comes then is measured afresh.
    pause_s: float = 1.0
    # Least voice for an effort figure.
    least_voiced_s: float = 0.2
    # Windows less than this above the line's noise tell more of the line than of the voice.
    least_snr_db: float = 6.0
    pitch: PitchConfig = field(default_factory=PitchConfig)
    baseline: BaselineConfig = field(default_factory=BaselineConfig)


@dataclass(frozen=True, eq=False, slots=True)
class EffortFrames:
    """Effort of a stretch of the call, in steps of `hop_s`.

    Arrays float32 (2, n), row = Channel.index:

    effort             z of the last 0.6 s of voice above the own baseline; NaN without enough
    sustained          z of the last 1.5 s of voice
    pitch_delta_st     pitch, balance and level above the own baseline
    balance_delta_db
    level_delta_db
    voiced_s           seconds of voice that the figures rest on
    new_voiced_s       seconds of them that came with this step
    delay_s            how much later than the step's end it could be known
    """

    start_s: float
    hop_s: float
    effort: Float
    sustained: Float
    pitch_delta_st: Float
    balance_delta_db: Float
    level_delta_db: Float
    voiced_s: Float
    new_voiced_s: Float
    delay_s: float

    def __len__(self) -> int:
        return int(self.effort.shape[1])

    @property
    def end_s(self) -> float:
        """Call time just after the last step."""
        return self.start_s + len(self) * self.hop_s

    def decided_s(self, index: int) -> float:
        """Stream time at which step `index` can be known."""
        return self.start_s + (index + 1) * self.hop_s + self.delay_s


class _Voice:
    """One channel: recent voice, chunk in the making, baseline."""

    def __init__(self, config: EffortConfig, known: EffortBaseline | None) -> None:
        self._config = config
        self.floor = NoiseFloor()
        self.learner = BaselineLearner(config.baseline, known)
        self.last = UNVOICED
        self._recent = RecentVoice(config.long_s, round(config.pause_s / STEP_S))
        self._chunk: list[npt.NDArray[np.float64]] = []

    def step(self, number: int, moments: npt.NDArray[np.float64]) -> tuple[float, ...]:
        """Takes the step's voiced windows (m, 3); gives the columns of EffortFrames."""
        config = self._config
        self._recent.add(number, moments)
        new_s, voiced_s = len(moments) * MOMENT_HOP_S, self._recent.voiced_s
        if voiced_s < config.least_voiced_s:
            return (*[float("nan")] * 5, voiced_s, new_s)
        usual = self.learner.current
        short = measure(self._recent.last(config.short_s), usual)
        long = short if voiced_s <= config.short_s else measure(self._recent.last(1e9), usual)
        self._learn(moments)
        return short.z, long.z, short.pitch_st, short.balance_db, short.level_db, voiced_s, new_s

    def _learn(self, moments: npt.NDArray[np.float64]) -> None:
        self._chunk.extend(moments)
        if len(self._chunk) * MOMENT_HOP_S >= self._config.baseline.chunk_s:
            self.learner.add(np.median(np.array(self._chunk), axis=0))
            self._chunk.clear()


class EffortEstimator:
    """Blocks and voice frames in, effort out; the block size does not change the result.

    The voice frames may lag behind the blocks: audio is kept until its frames have come.
    `baselines` are usual voices remembered from earlier calls.
    """

    def __init__(
        self,
        config: EffortConfig = EffortConfig(),
        baselines: Mapping[Channel, EffortBaseline] | None = None,
    ) -> None:
        known = baselines or {}
        self._finder = PitchFinder(config.pitch)
        self._config = config
        self._voices = [_Voice(config, known.get(channel)) for channel in CHANNELS]
        self._audio = np.zeros((2, _MARGIN), np.int16)
        self._speech = np.zeros((2, 0), np.bool_)
        self._delay_s = 0.0
        self._origin_s = 0.0
        self._started = False
        self._number = 0

    def process(self, block: CallBlock, frames: VoiceFrames) -> EffortFrames:
        """The steps that are complete now."""
        if not self._started:
            self._origin_s, self._started = block.start_s, True
        self._audio = np.concatenate([self._audio, block.samples], axis=1)
        self._take(frames)
        return self._run()

    def finish(self, frames: VoiceFrames | None = None) -> EffortFrames:
        """The last steps; `frames` are those that voice activity gave when it finished."""
        if frames is not None:
            self._take(frames)
        end = np.zeros((2, _MARGIN + _STEP), np.int16)
        self._audio = np.concatenate([self._audio, end], axis=1)
        rest = -self._speech.shape[1] % _FLAGS
        self._speech = np.concatenate([self._speech, np.zeros((2, rest), np.bool_)], axis=1)
        return self._run()

    def baseline(self, channel: Channel) -> EffortBaseline | None:
        """What is usual for this side; None while too little has been heard."""
        return self._voices[channel.index].learner.known()

    def _take(self, frames: VoiceFrames) -> None:
        if len(frames):
            self._speech = np.concatenate([self._speech, frames.speech], axis=1)
            self._delay_s = max(self._delay_s, frames.delay_s)

    def _run(self) -> EffortFrames:
        samples = self._audio.shape[1] - 2 * _MARGIN
        count = max(0, min(samples // _STEP, self._speech.shape[1] // _FLAGS))
        start_s = self._origin_s + self._number * STEP_S
        columns = np.full((7, 2, count), np.nan, np.float32)
        for i in range(count):
            for channel in CHANNELS:
                row = channel.index
                audio = self._audio[row, i * _STEP : (i + 1) * _STEP + 2 * _MARGIN]
                flags = self._speech[row, i * _FLAGS : (i + 1) * _FLAGS]
                columns[:, row, i] = self._voices[row].step(
                    self._number, self._features(self._voices[row], audio, flags)
                )
            self._number += 1
        self._audio = self._audio[:, count * _STEP :]
        self._speech = self._speech[:, count * _FLAGS :]
        delay_s = max(self._delay_s, _MARGIN / CALL_RATE_HZ)
        z, long, pitch, tone, level, voiced, new = columns
        return EffortFrames(start_s, STEP_S, z, long, pitch, tone, level, voiced, new, delay_s)

    def _features(
        self, voice: _Voice, audio: npt.NDArray[np.int16], flags: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.float64]:
        """Pitch (st), balance (dB), level (dBFS) of the step's voiced windows, (m, 3)."""
        speaks = flags.reshape(_PER_STEP, -1).all(axis=1)
        which = _GRID[speaks] if speaks.any() else _GRID[:1]
        power = power_spectra(audio[which].astype(np.float32) / np.float32(32768))
        if not speaks.any():
            voice.last = UNVOICED
            if not flags.any():
                voice.floor.hear(power[0])
            return np.zeros((0, 3))
        pitch, tone = self._finder.find(power), balance(power, voice.floor)
        voiced = is_voiced(pitch.after(voice.last), self._finder.config)[1:]
        voice.last = float(pitch.f0_hz[-1]), float(pitch.strength[-1])
        good = voiced & (tone.snr_db >= self._config.least_snr_db)
        semitones = 12 * np.log2(pitch.f0_hz / 100)
        return np.stack(
            [semitones[good], tone.balance_db[good], tone.level_dbfs[good]], axis=1
        ).astype(np.float64)
