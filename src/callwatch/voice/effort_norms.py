"""The numbers behind vocal effort, each with its source; none is fitted to emotional speech.

Three features tell a raised voice from the same speaker's usual one:

pitch    F0 in semitones. Rises with effort: about 0.4-0.5 semitones a dB of level (P. Gramming
         et al. 1988, J. Voice 2: 118-126); by a factor near two from talking at 0.3 m to shouting
         over 187 m (H. Traunmüller & A. Eriksson 2000, J. Acoust. Soc. Am. 107: 3438-3451).
balance  the alpha ratio in dB. Loud voices have relatively more energy above 1 kHz: ANSI S3.5-1997,
         table 3 (speech spectra "normal", "raised", "loud", "shout"); alpha moves 19 / 12 dB
         (women / men) over a level range of 28 dB (J. Sundberg & M. Nordenberg 2006, J. Acoust.
         Soc. Am. 120: 453-457).
level    in dB. Telling only as far as the line keeps it: gain control levels it out.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FeatureNorm:
    """How one feature behaves.

    `shift` what it gains from a usual to a raised voice. `between` spread (standard deviation)
    of one speaker's usual sentences around the own mean; `within` that of single voiced moments
    (`MOMENT_S` apart) inside a sentence. `prior_mean` and `prior_spread` of usual speech over
    speakers and lines, for as long as the speaker is unknown. `cap` the most that this feature
    alone may speak for or against, in standard deviations.
    """

    shift: float
    between: float
    within: float
    prior_mean: float
    prior_spread: float
    cap: float


# Pitch and balance follow the syllables: 4-5 a second, so values 0.2 s apart are new evidence.
MOMENT_S: Final = 0.2

# Semitones above 100 Hz. Usual men 110-120 Hz (2.5 st), women 200-210 Hz (12.5 st), spread within
# either 2.5-3 st; one prior for both.
PITCH: Final = FeatureNorm(6.0, 1.5, 2.5, 7.5, 5.5, 4.0)
# ANSI S3.5: normal -> loud +9 dB between 0.1-1 and 1-3.4 kHz; within-sentence spread from vowel
# colour; microphones differ by some dB.
BALANCE: Final = FeatureNorm(6.0, 1.5, 4.0, -11.0, 4.5, 3.5)
LEVEL: Final = FeatureNorm(8.0, 3.0, 4.0, -26.0, 8.0, 2.0)
