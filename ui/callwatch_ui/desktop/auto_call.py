"""When a call begins and ends by itself. Pure logic: the clock is passed in. No Qt in here.

    agent     ----====-------====----------------------------
    customer  ------------====----====-----------------------
                             ^ begins: both spoke within the window
                                       |---- silence ----|^ ends

A call also ends when its devices are gone (the engine ends it). One that was started by hand ends by itself only if it
may (`ends_manual_calls`); one that was stopped by hand does not begin again before the silence.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from callwatch.core.channels import Channel


@dataclass(frozen=True, slots=True)
class AutoCallConfig:
    """Times in seconds."""

    # Both sides speak within this time at the start of a real call; a lone voice is no call.
    both_within_s: float = 15.0
    # A cough is no greeting: each side must have spoken this long inside the window.
    least_speech_s: float = 0.6
    # Longer than any usual hold without music; after it the line is taken for dead.
    end_after_silence_s: float = 60.0
    ends_manual_calls: bool = False

    def __post_init__(self) -> None:
        if min(self.both_within_s, self.end_after_silence_s) <= 0:
            raise ValueError("the window and the silence of automatic calls are longer than 0 s")


class AutoDecision(StrEnum):
    """What the app should do now."""

    NOTHING = "nothing"
    BEGIN = "begin"
    END = "end"


@dataclass(frozen=True, slots=True)
class _Run:
    start_s: float
    end_s: float | None

    def inside(self, since_s: float, now_s: float) -> float:
        end = now_s if self.end_s is None else self.end_s
        return max(0.0, end - max(self.start_s, since_s))


class AutoCall:
    """Told of voices and of the time, it says when a call begins and ends."""

    def __init__(self, config: AutoCallConfig | None = None) -> None:
        self._config = config or AutoCallConfig()
        self._runs: dict[Channel, list[_Run]] = {channel: [] for channel in Channel}
        self._last_voice_s = float("-inf")
        self._must_be_quiet = False
        self.is_in_call = False
        self._by_hand = False

    def voice_started(self, channel: Channel, time_s: float) -> AutoDecision:
        """Somebody began to speak."""
        self._runs[channel].append(_Run(time_s, None))
        return self.tick(time_s)

    def voice_stopped(self, channel: Channel, time_s: float) -> AutoDecision:
        """Somebody stopped speaking."""
        runs = self._runs[channel]
        if runs and runs[-1].end_s is None:
            runs[-1] = replace(runs[-1], end_s=time_s)
        self._last_voice_s = max(self._last_voice_s, time_s)
        return self.tick(time_s)

    def tick(self, now_s: float) -> AutoDecision:
        """The time went on; call it about once a second."""
        since_s = now_s - self._config.both_within_s
        for channel, runs in self._runs.items():
            self._runs[channel] = [r for r in runs if r.end_s is None or r.end_s > since_s]
        if any(run.end_s is None for runs in self._runs.values() for run in runs):
            self._last_voice_s = now_s
        silence_s = now_s - self._last_voice_s
        is_dead = silence_s >= self._config.end_after_silence_s
        if is_dead:
            self._must_be_quiet = False
        if self.is_in_call:
            may_end = not self._by_hand or self._config.ends_manual_calls
            return self._end() if is_dead and may_end else AutoDecision.NOTHING
        if self._must_be_quiet or not self._both_spoke(since_s, now_s):
            return AutoDecision.NOTHING
        self.is_in_call, self._by_hand = True, False
        return AutoDecision.BEGIN

    def call_over(self) -> None:
        """The call ended for another reason, such as a device that closed."""
        self.is_in_call = False

    def forget_voices(self) -> None:
        """Whoever told of voices does so no more: nobody is taken to be speaking still."""
        for runs in self._runs.values():
            runs.clear()

    def rest(self, now_s: float) -> None:
        """The call is on hold or paused: silence means nothing."""
        self._last_voice_s = now_s

    def started_by_hand(self, now_s: float) -> None:
        """The agent, or a soft-phone hook, started the call."""
        self.is_in_call, self._by_hand, self._last_voice_s = True, True, now_s

    def stopped_by_hand(self) -> None:
        """The agent ended it: the talk that still goes on must not start another one."""
        self.is_in_call, self._must_be_quiet = False, True

    def _end(self) -> AutoDecision:
        self.is_in_call = False
        return AutoDecision.END

    def _both_spoke(self, since_s: float, now_s: float) -> bool:
        least_s = self._config.least_speech_s
        return all(
            sum(run.inside(since_s, now_s) for run in runs) >= least_s
            for runs in self._runs.values()
        )
