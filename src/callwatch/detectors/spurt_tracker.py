"""Both tracker of the conversation, followed frame by frame: whose spurt is it, and beside what?"""

from callwatch.core.channels import CHANNELS
from callwatch.core.events import VoiceStarted
from callwatch.core.frames import HOP_S
from callwatch.detectors.overlap_rules import TurnTakingConfig
from callwatch.detectors.spurts import TalkSpurt

MAX_CORRECTION = 20  # frames; an onset taken back further is another matter than this spurt


class SpurtTracker:
    """The current spurt of each side."""

    def __init__(self, config: TurnTakingConfig) -> None:
        self._config = config
        self.spurts = {channel: TalkSpurt(channel) for channel in CHANNELS}

    def correct_onset(self, told: VoiceStarted) -> None:
        """The confirmed onset lies a little before the first frame of speech."""
        spurt, start = self.spurts[told.channel], round(told.start_s / HOP_S)
        if not spurt.is_over and 0 < spurt.start - start <= MAX_CORRECTION:
            if spurt.part == spurt.start:
                spurt.part = start
            spurt.start = start

    def follow(self, frame: int, on: tuple[bool, bool], level_dbfs: list[float]) -> None:
        """Bring both spurts up to the frame."""
        config = self._config
        agent, customer = self.spurts.values()
        for spurt, is_on, level in zip((agent, customer), on, level_dbfs, strict=True):
            spurt.hear_level(is_on, level, frame, config.soft_other_db)
            spurt.is_on = is_on
            if is_on and spurt.is_over:
                self._begin(spurt, frame)
            if is_on:
                pause = frame - spurt.last - 1
                spurt.gap = max(spurt.gap, pause)
                if pause * HOP_S >= config.part_pause_s:
                    spurt.before, spurt.part = spurt.last + 1 - spurt.start, frame
                spurt.last = frame
                spurt.voiced += 1
            elif not spurt.is_over and frame - spurt.last > config.spurt_pause_s / HOP_S:
                spurt.is_over = True
        pairs = ((agent, customer), (customer, agent))
        if agent.is_on and customer.is_on:
            for spurt, other in pairs:
                spurt.last_overlap = frame
                spurt.overlap += (
                    spurt.softness_db <= config.soft_self_db
                    and other.softness_db <= config.soft_other_db
                )
        for spurt, other in pairs:
            spurt.solo = spurt.solo + 1 if spurt.is_on and not other.is_on else spurt.solo
            if other.is_on:
                spurt.solo = 0

    def _begin(self, spurt: TalkSpurt, frame: int) -> None:
        config, other = self._config, self.spurts[spurt.channel.other]
        paused = frame - spurt.last > config.hold_pause_s / HOP_S
        if paused or other.solo > config.solo_s / HOP_S:
            spurt.stretch_start = frame
        spurt.begin(frame)
        is_speaking = frame - other.last <= config.speaking_hole_s / HOP_S
        spurt.hold = frame - other.stretch_start if is_speaking else 0
        spurt.other_run = frame - other.part if is_speaking else 0
