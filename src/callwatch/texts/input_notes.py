"""What is told about the input, for people. The report tells it in its own language.

The same sentences are patterns in texts/report.en.toml; a test compares them.
"""

from callwatch.core.channels import Channel
from callwatch.core.spans import TimeSpan

MUSIC = "Music or another sound that is no speech fills the {who}'s line."
NO_MUSIC = "The sound on the {who}'s line that was no speech has ended."
NO_SOUND = "No sound from the {who} for {seconds:.0f} s: check the device and the cable."
NOTHING = (
    "Not a sound came from the {who} in the whole call, so figures that need both sides are left out: "
    "check the device and the cable."
)
GAP = (
    "Not a sound came from the {who} from {start} to {end}: if the line was not muted, what was said "
    "then is missing."
)
GAPS = (
    "Not a sound came from the {who} for {seconds:.0f} s in {n} stretches, the longest from {start} to "
    "{end}: if the line was not muted, what was said then is missing."
)
CLIPPING = "The {who}'s sound is clipped: turn the recording level down."
DC_OFFSET = "The {who}'s sound has a constant offset: check the sound card or the cable."
QUIET = "The {who} is very quiet ({level:.0f} dBFS): turn the recording level up."
HELD = (
    "For {share:.0%} of the call the {who}'s channel carried sound that is no speech, such as "
    "music on hold."
)
BLEED = "The {other}'s voice leaks into the {who}'s channel: use a headset."
SAME_AUDIO = (
    "Both channels carry the same sound, so nobody can be told apart: "
    "record the agent and the customer on a channel each."
)
NOTHING_OWN = (
    "The {who}'s channel holds nothing but the {other}'s sound, so the two cannot be told apart: "
    "check that each side has a channel of its own."
)
NOT_SEPARABLE = (
    "The {other}'s voice is nearly as loud in the {who}'s channel as the {who}'s own, so the two "
    "cannot be told apart: use a headset."
)


def gap_warning(channel: Channel, gaps: list[TimeSpan]) -> list[str]:
    """One sentence on the stretches without sound; none when there were none."""
    if not gaps:
        return []
    longest = max(gaps, key=lambda gap: gap.duration_s)
    text, total_s = (GAPS if len(gaps) > 1 else GAP), sum(gap.duration_s for gap in gaps)
    times = {"start": _clock(longest.start_s), "end": _clock(longest.end_s)}
    return [text.format(who=channel.value, n=len(gaps), seconds=total_s, **times)]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    return f"{minutes}:{rest:02d}"
