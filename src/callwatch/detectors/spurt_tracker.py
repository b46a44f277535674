"""Both sides of the conversation, followed frame by frame: which spurt is it, since when?"""

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.events import VoiceStarted
from callwatch.core.frames import HOP_S
from callwatch.detectors.acoustics import SoundWindows
from callwatch.detectors.spurts import SpeakerState, TalkSpurt

MAX_CORRECTION = 20  # frames; an onset taken back further is another matter than this spurt


class SpurtTracker:
    """The current spurt of each side, and how loud each side usually is."""

    def __init__(self, spurt_pause_s: float) -> None:
        self._pause = round(spurt_pause_s / HOP_S)
        self.spurts = {channel: TalkSpurt(channel) for channel in CHANNELS}
        self._states = {channel: SpeakerState() for channel in CHANNELS}

    def states(self, channel: Channel) -> tuple[SpeakerState, SpeakerState]:
        """Of the side, and of the other."""
        return self._states[channel], self._states[channel.other]

    def correct_onset(self, started: VoiceStarted) -> None:
        """The confirmed onset lies a little before the first frame of speech."""
        spurt, start = self.spurts[started.channel], round(started.start_s / HOP_S)
        if not spurt.is_over and 0 < spurt.start - start <= MAX_CORRECTION:
            spurt.start, spurt.hold = start, None

    def follow(self, frame: int, on: tuple[bool, bool], level_dbfs: list[float]) -> None:
        """Bring both spurts up to the frame."""
        sides = zip(self.spurts.values(), self._states.values(), on, level_dbfs, strict=True)
        for spurt, state, is_on, level in sides:
            spurt.is_on = is_on
            if is_on:
                if spurt.is_over:
                    spurt.start, spurt.voiced, spurt.hold = frame, 0, None
                    spurt.is_over = spurt.is_judged = spurt.is_changed = False
                    spurt.is_listening = None
                    spurt.windows = SoundWindows(frame)
                spurt.last = frame
                spurt.voiced += 1
                state.hear(level)
            elif not spurt.is_over and frame - spurt.last > self._pause:
                spurt.is_over = True
