"""Vocal effort of both sides, live, against each speaker's own usual voice.

    audio    |----|----|----|----|    windows of 45 ms, 20 ms apart, where their side speaks
    features   f0, balance, level, flux     of the voiced ones
    step     |---- 0.1 s ----|        effort of the last 0.6-1 s of voice

The effort z says by how many standard deviations the recent voice lies above the speaker's
baseline, all features together; it tells effort, never what somebody feels. No threads.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from callwatch.core.arrays import FloatArray
from callwatch.core.audio import CALL_RATE_HZ, CallBlock
from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.frames import VoiceFrames
from callwatch.core.spans import TimeSpan
from callwatch.voice.effort.baseline import EffortBaseline
from callwatch.voice.effort.channel import ChannelEffort, EffortConfig, VadDecision
from callwatch.voice.effort.f0 import F0Estimator
from callwatch.voice.effort.frame_features import FLAGS, MARGIN, PER_STEP, STEP, STEP_S
from callwatch.voice.effort.laughter import Laugh, LaughterDetector

__all__ = ["STEP_S", "EffortConfig", "EffortEstimator", "EffortFrames"]


@dataclass(frozen=True, eq=False, slots=True)
class EffortFrames:
    """Effort of a stretch of the call, in steps of `hop_s`.

    Arrays float32 (2, n), row = Channel.index:

    effort             z of the newest voice above the own baseline; NaN without enough
    raised             what it gained of a loud voice, about -1 to 1.8 (sliding_window.py); NaN while
                       too little usual voice is known, and until 0.6 s of voice have come after a
                       pause: the first syllables of a phrase are the liveliest
    pitch_delta_st     pitch, balance and level above the own baseline
    balance_delta_db
    level_delta_db
    voiced_s           seconds of voice that the figures rest on
    new_voiced_s       seconds of them that came with this step
    delay_s            how much later than the step's end it could be known
    laughs             laughter that ended in this stretch; of a long one, its length so far
    """

    start_s: float
    hop_s: float
    effort: FloatArray
    raised: FloatArray
    pitch_delta_st: FloatArray
    balance_delta_db: FloatArray
    level_delta_db: FloatArray
    voiced_s: FloatArray
    new_voiced_s: FloatArray
    delay_s: float
    laughs: tuple[Laugh, ...] = ()

    def __len__(self) -> int:
        return int(self.effort.shape[1])

    @property
    def end_s(self) -> float:
        """Call time just after the last step."""
        return self.start_s + len(self) * self.hop_s

    def decided_s(self, index: int) -> float:
        """Stream time at which step `index` can be known."""
        return self.start_s + (index + 1) * self.hop_s + self.delay_s


class EffortEstimator:
    """Blocks and voice frames in, effort out; the block size does not change the result.

    The voice frames may lag behind the blocks: audio is kept until its frames have come.
    `baselines` are usual voices remembered from earlier calls.
    """

    def __init__(
        self,
        config: EffortConfig | None = None,
        baselines: Mapping[Channel, EffortBaseline] | None = None,
    ) -> None:
        config, known = config or EffortConfig(), baselines or {}
        finder = F0Estimator(config.pitch)
        self._voices = [ChannelEffort(config, finder, known.get(channel)) for channel in CHANNELS]
        self._laughter = [LaughterDetector() for _ in CHANNELS]
        self._audio = np.zeros((2, MARGIN), np.int16)
        # The same without the other side's bleed, as far as voice frames have come.
        self._own = np.zeros((2, MARGIN), np.int16)
        self._speech = np.zeros((2, 0), np.bool_)
        self._probability = np.zeros((2, 0), np.float32)
        self._behind = np.zeros((2, 0), np.bool_)
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
        end = np.zeros((2, MARGIN + STEP), np.int16)
        self._audio = np.concatenate([self._audio, end], axis=1)
        rest = -self._speech.shape[1] % FLAGS
        self._own = np.concatenate([self._own, self._audio[:, self._own.shape[1] :]], axis=1)
        self._speech = np.pad(self._speech, ((0, 0), (0, rest)))
        self._probability = np.pad(self._probability, ((0, 0), (0, rest)))
        self._behind = np.pad(self._behind, ((0, 0), (0, rest)))
        return self._run()

    def baseline(self, channel: Channel) -> EffortBaseline | None:
        """What is usual for this side; None while too little has been heard."""
        return self._voices[channel.index].learner.known()

    def _take(self, frames: VoiceFrames) -> None:
        if len(frames):
            self._speech = np.concatenate([self._speech, frames.speech], axis=1)
            self._behind = np.concatenate([self._behind, frames.behind], axis=1)
            both = [self._probability, frames.probability]
            self._probability = np.concatenate(both, axis=1)
            self._delay_s = max(self._delay_s, frames.delay_s)
            known = self._own.shape[1]
            came = self._audio[:, known : known + len(frames) * (STEP // FLAGS)]
            self._own = np.concatenate(
                [self._own, came if frames.cleaned is None else frames.cleaned], 1
            )

    def _run(self) -> EffortFrames:
        samples = self._audio.shape[1] - 2 * MARGIN
        count = max(0, min(samples // STEP, self._speech.shape[1] // FLAGS))
        start_s = self._origin_s + self._number * STEP_S
        columns, laughs = np.zeros((2, count, 7)), list[Laugh]()
        delay_s = max(self._delay_s, MARGIN / CALL_RATE_HZ)
        opinions = self._opinions(count)
        for row, voice in enumerate(self._voices if count else ()):
            sound = self._sound(row, count)
            columns[row] = voice.hear(self._number, sound, [both[row] for both in opinions])
            own = sound[:, MARGIN : MARGIN + STEP].reshape(-1)
            for span, frame in self._laughter[row].process(own):
                known_s = start_s + (frame // FLAGS - self._number + 1) * STEP_S + delay_s
                laughs.append(Laugh(CHANNELS[row], self._on_call(span), known_s))
        self._number += count
        self._audio = self._audio[:, count * STEP :]
        self._own = self._own[:, count * STEP :]
        self._speech = self._speech[:, count * FLAGS :]
        self._behind = self._behind[:, count * FLAGS :]
        self._probability = self._probability[:, count * FLAGS :]
        z, raised, pitch, tone, level, voiced, new = columns.astype(np.float32).transpose(2, 0, 1)
        return EffortFrames(
            start_s, STEP_S, z, raised, pitch, tone, level, voiced, new, delay_s, tuple(laughs)
        )

    def _on_call(self, span: TimeSpan) -> TimeSpan:
        """Seconds of sound on the call clock."""
        return TimeSpan(self._origin_s + span.start_s, self._origin_s + span.end_s)

    def _sound(self, row: int, count: int) -> FloatArray:
        """Of the next `count` steps of one side, (count, STEP + 2 * MARGIN), samples in -1..1.

        Whether what comes after a step is the other side's bleed is not known in time: it stays.
        """
        starts = np.arange(count)[:, None] * STEP
        own = self._own[row][starts + np.arange(STEP + MARGIN)]
        after = self._audio[row][starts + STEP + MARGIN + np.arange(MARGIN)]
        return np.concatenate((own, after), axis=1).astype(np.float32) / np.float32(32768)

    def _opinions(self, count: int) -> list[tuple[VadDecision, VadDecision]]:
        """Of the next `count` steps, both sides."""
        shape = (2, count, PER_STEP, FLAGS // PER_STEP)
        speech = self._speech[:, : count * FLAGS].reshape(shape)
        sure = self._probability[:, : count * FLAGS].reshape(shape).mean(axis=(2, 3)).T
        speaks = np.asarray(speech.all(axis=3)).swapaxes(0, 1)
        is_speech = np.asarray(speech.any(axis=(2, 3))).T
        behind = np.asarray(self._behind[:, : count * FLAGS].reshape(shape).any(axis=(2, 3))).T
        both = zip(speaks, is_speech.tolist(), sure.tolist(), behind.tolist(), strict=True)
        return [
            (
                VadDecision(windows[0], agent, likely[0], customer, unseen[0]),
                VadDecision(windows[1], customer, likely[1], agent, unseen[1]),
            )
            for windows, (agent, customer), likely, unseen in both
        ]
