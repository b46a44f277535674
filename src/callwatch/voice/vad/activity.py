"""Voice activity: who speaks when, on a 10 ms grid, live.

webrtcvad is the cheap gate, Silero decides on what passes, the level finds the edges:

    sound      ....:iIIIIIIiiII:...........
    Silero     ...........|#########|......     32 ms chunks, a little late
    speech     ....|############|..........     start and end where the sound itself starts and ends

Both channels are decided together, because the far voice leaks into the near one (crosstalk/).
The result does not depend on the size of the blocks. Called by the analysis thread only.
"""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.core.arrays import BoolArray, FloatArray
from callwatch.core.audio import CALL_RATE_HZ, CallBlock, Samples
from callwatch.core.channels import CHANNELS
from callwatch.core.events import VoiceStarted, VoiceStopped
from callwatch.core.frames import HOP_S, VoiceFrames
from callwatch.voice.background import BackgroundConfig, BackgroundVoices
from callwatch.voice.crosstalk.canceller import CrosstalkCanceller, CrosstalkConfig
from callwatch.voice.framing import CHUNK, FRAME, Framer, level_dbfs
from callwatch.voice.vad.agc import GainConfig
from callwatch.voice.vad.dc_removal import DcRemover
from callwatch.voice.vad.endpointing import Endpointer, EndpointingConfig
from callwatch.voice.vad.speech_probability import SpeechProbability
from callwatch.voice.vad.webrtc_gate import WebRtcGate

# A frame is known when the 32 ms chunk that holds its last sample has been heard.
DELAY_S: Final = CHUNK / CALL_RATE_HZ


@dataclass(frozen=True, slots=True)
class VoiceActivityConfig:
    """When sound is speech."""

    # 1 refused 0-0.5 % of speech frames in trials; a gap that short the hold bridges.
    gate_aggressiveness: int = 1
    # Silero goes on for so long after the gate closed (1 s of chunks), from the start of the call,
    # too: a memory that never heard the silence between words stays deaf to some voices (9 % of
    # speech missed at 15 chunks, 1.4 % at 31 and at 62).
    gate_hangover_chunks: int = 31
    # Nothing weaker is speech: the soft tails on the quietest line that is promised to work.
    min_dbfs: float = -72.0
    gain: GainConfig = field(default_factory=GainConfig)
    edges: EndpointingConfig = field(default_factory=EndpointingConfig)
    crosstalk: CrosstalkConfig = field(default_factory=CrosstalkConfig)
    background: BackgroundConfig = field(default_factory=BackgroundConfig)


class VoiceActivity:
    """Blocks of the call in, voice frames out; keeps its own remainder.

    Raises MissingPartError when Silero's model or webrtcvad is not installed.
    """

    def __init__(self, config: VoiceActivityConfig | None = None) -> None:
        self._config = config = config or VoiceActivityConfig()
        self._probability = SpeechProbability(config.gain)
        self._gates = [WebRtcGate(config.gate_aggressiveness) for _ in CHANNELS]
        self._edges = [Endpointer(channel, config.edges, DELAY_S) for channel in CHANNELS]
        self._dc_remover = DcRemover()
        self._canceller = CrosstalkCanceller(config.crosstalk)
        self._background = BackgroundVoices(config.background)
        self._framer = Framer(rows=4)
        self._hold = [config.gate_hangover_chunks] * 2
        self._waiting = np.zeros((2, 0), dtype=np.int16)
        self._last_probability = np.zeros((2, 1), dtype=np.float32)
        self._start_s = 0.0
        self._frames = self._chunks = self._samples = 0

    def process(self, block: CallBlock) -> VoiceFrames:
        """The frames that this block completes; their number varies with the remainder."""
        if not self._samples:
            self._start_s = block.start_s
        self._samples += block.samples.shape[1]
        waiting = np.concatenate((self._waiting, block.samples), axis=1)
        whole = waiting.shape[1] // CHUNK * CHUNK
        self._waiting = waiting[:, whole:]
        return self._decide(waiting[:, :whole])

    def finish(self) -> VoiceFrames:
        """The rest of the call, and the end of whatever was still being said."""
        rest = self._waiting.shape[1]
        padded = np.zeros((2, CHUNK if rest else 0), dtype=np.int16)
        padded[:, :rest] = self._waiting
        self._waiting = self._waiting[:, :0]
        frames = self._decide(padded, last=self._samples // FRAME)
        closing = [event for edge in self._edges for event in edge.finish()]
        return replace(frames, transitions=_in_time_order([*frames.transitions, *closing]))

    def _decide(self, samples: npt.NDArray[np.int16], last: int | None = None) -> VoiceFrames:
        """Frames for whole chunks, shape (2, k * CHUNK), up to frame `last` of the call."""
        raw = self._dc_remover.process(samples.astype(np.float32) / 32768.0)
        cleaned = self._canceller.process(raw)
        pieces = self._framer.process(np.concatenate((raw, cleaned)))
        raw_dbfs, cleaned_dbfs = np.split(level_dbfs(pieces), 2)
        whole = np.clip(np.rint(pieces[2:] * 32768.0), -32768, 32767).astype(np.int16)
        passes = self._passes(whole, cleaned_dbfs)
        probabilities = self._probability.process(cleaned, self._heard(passes))
        count = pieces.shape[1] if last is None else min(pieces.shape[1], last - self._frames)
        # A frame has the probability of the chunk that holds its centre, maybe the last one before.
        centre = (self._frames + np.arange(count)) * FRAME + FRAME // 2
        known = np.concatenate((self._last_probability, probabilities), axis=1)
        probability = known[:, centre // CHUNK - self._chunks + 1]
        start_s = self._start_s + self._frames * HOP_S
        speech = np.zeros((2, count), dtype=np.bool_)
        transitions: list[VoiceStarted | VoiceStopped] = []
        is_far = probability[::-1] >= self._config.edges.threshold
        for row, edge in enumerate(self._edges):
            level = cleaned_dbfs[row, :count]
            is_own = level > self._config.min_dbfs
            # Beside the other's voice what is left of its echo would pass for the tail of a phrase.
            found = edge.process(start_s, probability[row], level, is_own, ~is_far[row])
            speech[row], transitions = found[0], transitions + found[1]
        self._last_probability = known[:, -1:]
        self._chunks += probabilities.shape[1]
        self._frames += count
        return VoiceFrames(
            start_s,
            speech,
            probability,
            raw_dbfs[:, :count],
            DELAY_S,
            _in_time_order(transitions),
            leaks=self._canceller.leaks,
            cleaned_dbfs=cleaned_dbfs[:, :count],
            cleaned=whole[:, :count].reshape(2, -1),
            behind=self._background.process(speech, cleaned_dbfs[:, :count]),
        )

    def _passes(self, pieces: Samples, cleaned_dbfs: FloatArray) -> BoolArray:
        """Which chunks hold a frame (of `pieces`, (2, n, FRAME)) that may be speech, (2, k)."""
        count = pieces.shape[1]
        ends = (self._frames + np.arange(count) + 1) * FRAME - 1
        chunk = ends // CHUNK - self._chunks
        chunks = int(chunk[-1]) + 1 if count else 0
        passes = np.zeros((2, chunks), dtype=np.bool_)
        for row, gate in enumerate(self._gates):
            passed = gate.process(
                pieces[row].reshape(-1), cleaned_dbfs[row] > self._config.min_dbfs
            )
            passes[row, chunk[passed]] = True
        return passes

    def _heard(self, passes: BoolArray) -> BoolArray:
        """The chunks that Silero takes, (2, k): while the gate lets through, and on for a while."""
        heard = [[self._listens(row, passed) for passed in passes[row].tolist()] for row in (0, 1)]
        return np.array(heard, dtype=np.bool_).reshape(passes.shape)

    def _listens(self, row: int, passed: bool) -> bool:
        """Whether Silero takes the next chunk of a channel: while the gate lets through, and on."""
        if passed:
            self._hold[row] = self._config.gate_hangover_chunks
        elif self._hold[row]:
            self._hold[row] -= 1
        return self._hold[row] > 0


def _in_time_order(
    transitions: list[VoiceStarted | VoiceStopped],
) -> tuple[VoiceStarted | VoiceStopped, ...]:
    return tuple(sorted(transitions, key=lambda event: event.time_s))
