"""What an overlap is: a grab for the floor, listening, or a smooth change of speaker.

    other  |=====================>            floor held >= 1.0 s, and still speaking
    self             |--- overlap --->        overlaps long enough            -> enough
    self             |mm|  |---->             a part of its own: needs its own overlap
    self                          |====>      starts just before the end      -> smooth change

Questions about one spurt beside the other side's, by their lengths alone; no state.
"""

from dataclasses import dataclass, field

from callwatch.core.frames import HOP_S
from callwatch.detectors.floor import FloorConfig
from callwatch.detectors.spurts import TalkSpurt


@dataclass(frozen=True, slots=True)
class TurnTakingConfig:
    """When an overlap is an interruption."""

    # The floor is held for 1 s before anyone can grab it (docs/metrics.md), less a frame's doubt.
    min_hold_s: float = 0.95
    # Where evidence without words suffices (docs/metrics.md).
    min_overlap_s: float = 0.65
    # Pauses up to this long are stop consonants; longer ones part words ("yeah, okay, I see").
    flow_gap_s: float = 0.06
    # So much of flowing speech lies over the other's, which has holes of its own.
    flow_share: float = 0.7
    # Words with pauses between are listening more often than not: they need more time and sound.
    halting_s: float = 0.78
    halting_overlap_s: float = 0.33
    # Words after an own pause of this length (no stop consonant is so long) stand for themselves:
    # whoever said "yeah" and starts a turn as the other ends does not interrupt with both.
    part_pause_s: float = 0.2
    # Whoever starts less than 0.4 s before the other ends changes smoothly (docs/metrics.md);
    # less the soft edges of the words.
    smooth_s: float = 0.35
    # The other stopped, and the newcomer goes on: yielded. Longer than a stop consonant.
    yield_s: float = 0.15
    # Whoever yields fades: so much of the overlap may be lost at its end (on top of the 30 ms that
    # speech is held on in the frames).
    early_end_s: float = 0.02
    # The other was silent for so long: the floor changed hands, what comes later is a new matter.
    change_s: float = 0.25
    # One way delay of the line: whoever starts within it of the other's start could not know.
    delay_allowance_s: float = 0.15
    # An own pause of this length ends a spurt.
    spurt_pause_s: float = 0.35
    # Pauses up to 1 s do not end the holding of the floor (docs/metrics.md); breath and soft ends,
    # which are not heard as speech, make them seem longer by some 0.2 s on either side.
    hold_pause_s: float = 1.4
    # The other counts as speaking through holes in the level (stop consonants, soft syllables).
    speaking_hole_s: float = 0.16
    # Longer speech in the other's pause than this ends their holding.
    solo_s: float = 0.7
    # A cue closes when its spurt is over, or the other has been silent for so long.
    close_pause_s: float = 0.5
    # Speech that ends no later than this after the other's is no grab for the floor.
    goes_on_s: float = 0.3
    # Softer than this beside their usual level the other only breathes, hums or trails off ...
    soft_other_db: float = 20.0
    # ... and a newcomer softer than this is not after the floor (or a leak).
    soft_self_db: float = 15.0
    # Shorter sounds are false starts, not listening words (a lone "mm" lasts longer).
    min_backchannel_s: float = 0.25
    # The longest listening phrase that is told as one.
    max_backchannel_s: float = 1.6
    # The same without pauses inside: more than three or four syllables in a row are content.
    max_flowing_s: float = 1.2
    # More syllables than this are content, at whatever pace ("yeah, okay, I see" has five).
    max_syllables: int = 5
    # Longer speech that began together with the other's was a try for the floor, given up.
    max_together_s: float = 0.8
    floor: FloorConfig = field(default_factory=FloorConfig)


def starts_over_held_floor(spurt: TalkSpurt, config: TurnTakingConfig) -> bool:
    """Whether the spurt began while the other held the floor, and could have known it."""
    if spurt.is_changed or spurt.hold < config.min_hold_s / HOP_S:
        return False
    return spurt.other_run >= config.delay_allowance_s / HOP_S


def is_interruption(
    spurt: TalkSpurt, frame: int, silent_s: float, config: TurnTakingConfig
) -> bool:
    """Enough evidence by now? Flowing speech needs less than words with pauses between.

    `silent_s`: for how long the other has been silent.
    """
    met_s = (spurt.last_overlap + 1 - spurt.part) * HOP_S
    was_word = spurt.before * HOP_S < config.min_overlap_s
    if spurt.part > spurt.start and was_word and met_s < config.smooth_s:
        return False
    met_s = (spurt.last_overlap + 1 - spurt.start) * HOP_S
    if met_s < config.min_overlap_s - config.early_end_s:
        return False
    if silent_s >= config.yield_s:
        return True
    length_s, overlap_s = (frame - spurt.start + 1) * HOP_S, spurt.overlap * HOP_S
    if spurt.gap * HOP_S <= config.flow_gap_s:
        return length_s >= config.min_overlap_s and overlap_s >= config.flow_share * length_s
    return length_s >= config.halting_s and overlap_s >= config.halting_overlap_s


def is_backchannel(spurt: TalkSpurt, config: TurnTakingConfig) -> bool:
    """Whether a spurt that was no interruption is as short as listening words are."""
    together = spurt.other_run < config.delay_allowance_s / HOP_S
    longest_s = config.max_together_s if together else config.max_backchannel_s
    return spurt.overlap > 0 and config.min_backchannel_s <= spurt.length_s <= longest_s


def was_backchannel(
    spurt: TalkSpurt, other: TalkSpurt, frame: int, config: TurnTakingConfig
) -> bool:
    """Whether an overlap that seemed to be a grab turns out to have been a listening phrase.

    Whoever grabs the floor goes on when the other stops.
    """
    flows = spurt.gap * HOP_S <= config.flow_gap_s
    longest_s = config.max_flowing_s if flows else config.max_backchannel_s
    has_stopped = not spurt.is_on and (spurt.last - other.last) * HOP_S < config.goes_on_s
    if not has_stopped or spurt.length_s > longest_s:
        return False
    return spurt.syllables(frame) <= config.max_syllables
