"""The numbers behind vocal effort, each with its source; none is fitted to emotional speech.

Three features tell a raised voice from the same speaker's usual one. `shift` is what changes from
the "normal" to the "loud" voice of ANSI S3.5-1997, table 3, which is 12.5 dB stronger (its "shout"
is 20 dB stronger):

pitch    0.4-0.5 semitones a dB (P. Gramming et al. 1988, J. Voice 2: 118-126), a factor near two
         from talking at 0.3 m to shouting over 187 m (H. Traunmüller & A. Eriksson 2000, J. Acoust.
         Soc. Am. 107: 3438-3451): 6 semitones, and twice that when shouting.
balance  the third-octave bands 800-3150 Hz against 315-630 Hz (spectrum.py): by the table 6.4 dB
         loud and 11.5 dB shouted. The alpha ratio, a near relative, moves 19 / 12 dB (women / men)
         over 28 dB (J. Sundberg & M. Nordenberg 2006, J. Acoust. Soc. Am. 120: 453-457).
level    by definition 12.5 dB, of which headset and network leave half at best.

`between` and `within` were measured on plain reading whose licences allow it (LibriVox, FLEURS,
Debian's telephone prompts): 97.5 % of medians over 0.5, 0.8 and 1.5 s of voice lie within 1.96 x
sqrt(between**2 + within**2 * MOMENT_S / voice). Three published support calls (Apache-2.0, MIT) vary
up to 1.4 times as much; how lively a speaker is, is learnt with the baseline (baseline.py).
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FeatureNorm:
    """How one feature behaves.

    `shift` what it gains from a usual to a raised voice. `between` spread (standard deviation)
    of one speaker's usual sentences around the own mean; `within` that of single moments of
    voice inside a sentence. `prior_mean` and `prior_spread`: usual speech over speakers and
    lines, for as long as the speaker is unknown. `cap`: how many standard deviations this
    feature alone may speak for or against.
    """

    shift: float
    between: float
    within: float
    prior_mean: float
    prior_spread: float
    cap: float

    def spread(self, voiced_s: float) -> float:
        """Standard deviation of the median over so much usual voice."""
        moments = MOMENT_S / max(voiced_s, MOMENT_S)
        return float((self.between**2 + self.within**2 * moments) ** 0.5)


# Pitch and balance follow the syllables, 4-5 a second: values 0.2 s apart are new evidence.
MOMENT_S: Final = 0.2

# Semitones above 100 Hz. Usual men 110-120 Hz (2.5 st), women 200-210 Hz (12.5 st), children
# higher; one prior for all. Capped so that pitch alone (another person takes the phone) opens
# nothing.
PITCH: Final = FeatureNorm(6.0, 1.2, 4.0, 8.0, 5.5, 4.0)
# By the table, the usual voice has -11 dB; microphones and telephones differ by some dB.
BALANCE: Final = FeatureNorm(6.4, 2.6, 5.6, -11.0, 5.0, 3.0)
# Level can only support the other two (effort.py): a gain step alone is no effort.
LEVEL: Final = FeatureNorm(6.0, 3.0, 4.0, -26.0, 10.0, 2.0)
