"""The numbers behind vocal effort, each with its source; none is fitted to emotional speech.

Three features tell a raised voice from the same speaker's usual one. `shift` is what changes from
the "normal" to the "loud" voice of ANSI S3.5-1997, table 3, which is 12.5 dB stronger (its "shout"
is 20 dB stronger):

pitch    0.4-0.5 semitones a dB (P. Gramming et al. 1988, J. Voice 2: 118-126), a factor near two
         from talking at 0.3 m to shouting over 187 m (H. Traunmüller & A. Eriksson 2000, J. Acoust.
         Soc. Am. 107: 3438-3451): 6 semitones, and twice that when shouting.
balance  the third-octave bands 800-3150 Hz against 315-630 Hz (spectral_balance.py): by the table
         6.4 dB loud and 11.5 dB shouted. The alpha ratio, a near relative, moves 19 / 12 dB (women /
         men) over 28 dB (J. Sundberg & M. Nordenberg 2006, J. Acoust. Soc. Am. 120: 453-457).
flux     how much the same bands move against each other within 20 ms. Who raises the voice opens the
         mouth further and articulates more (R. Schulman 1989, J. Acoust. Soc. Am. 85: 295-312), and
         the harmonics of a high voice stand further apart; a cry of delight, a laugh and a held
         "ooh" are high and bright, but they stand still. No table gives it: 1 dB is two standard
         deviations of usual reading.

Level is measured as well, but tells nothing by itself: headset and network level it out.

`spread` was measured on plain reading whose licences allow it (LibriVox, FLEURS, Debian's telephone
prompts); how lively a speaker is, is learnt with the baseline (baseline.py).
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FeatureNorm:
    """How one feature behaves.

    `shift` what it gains from a usual to a loud voice. `spread` standard deviation of the median
    over half a second of usual voice around the speaker's own mean. `prior_mean` and
    `prior_spread`: usual speech over speakers and lines, for as long as the speaker is unknown.
    """

    shift: float
    spread: float
    prior_mean: float
    prior_spread: float


# Semitones above 100 Hz. Usual men 110-120 Hz (2.5 st), women 200-210 Hz (12.5 st), children
# higher; one prior for all.
PITCH: Final = FeatureNorm(6.0, 2.8, 8.0, 5.5)
# dB. By the table, the usual voice has -11 dB; microphones and telephones differ by some dB.
BALANCE: Final = FeatureNorm(6.4, 4.4, -11.0, 5.0)
# dBFS.
LEVEL: Final = FeatureNorm(6.0, 3.9, -26.0, 10.0)
# dB a band and 20 ms.
FLUX: Final = FeatureNorm(1.0, 0.5, 4.0, 1.0)

# The columns of a voiced window, in this order.
NORMS: Final = (PITCH, BALANCE, LEVEL, FLUX)
