"""When an overlap is reported, and as what: the promised bounds, and how sure the model must be.

other  |=====================>            floor held >= 1.0 s, and still speaking
self             |--- overlap --->        the model is sure               -> interruption
self             |mm|                     short, and sounds like listening -> backchannel
self                          |====>      starts < 0.4 s before the end   -> smooth change
"""

from dataclasses import dataclass, field

from callwatch.detectors.floor import FloorConfig


@dataclass(frozen=True, slots=True)
class TurnTakingConfig:
    """Bounds of docs/metrics.md, less the soft edges of words; and probabilities."""

    # The floor is held for 1 s before anyone can grab it, less a frame's doubt.
    min_hold_s: float = 0.95
    # One way delay of the line: whoever starts within it of the other's start could not know.
    delay_allowance_s: float = 0.15
    # After a longer own pause it is a new start that may coincide with the newcomer's; most stop
    # consonants are shorter.
    restart_pause_s: float = 0.15
    # Whoever starts less than 0.4 s before the other falls silent, or soft, changes smoothly; what
    # is heard of a voice reaches a little beyond it.
    min_overlap_s: float = 0.45
    # About as likely as not: what is none settles at the newcomer's first pause, before a card.
    interruption_probability: float = 0.47
    # A grab that may have been a listening word, now that it has paused, is withdrawn.
    settle_probability: float = 0.25
    # So long after the last word it can be said what it was: before a card comes (0.3 s).
    settle_s: float = 0.2
    # Listening words need no card: less will do.
    backchannel_probability: float = 0.4
    # A quick "mm" is as short as one syllable; shorter sounds are clicks, longer speech is a turn.
    min_backchannel_s: float = 0.15
    max_backchannel_s: float = 2.0
    # An own pause of this length ends a spurt.
    spurt_pause_s: float = 0.35
    # The other was silent for so long: the floor changed hands, what comes later is a new matter.
    # A comma or a breath is shorter.
    change_s: float = 0.6
    # A cue closes when its spurt is over, or the other has been silent for so long.
    close_pause_s: float = 0.5
    # Who goes on within so long after a word held the floor all the time.
    resume_s: float = 1.4
    floor: FloorConfig = field(default_factory=FloorConfig)
