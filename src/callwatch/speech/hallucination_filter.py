"""Whether what Whisper wrote was said at all.

Whisper was trained on subtitles: into breath, music and noise it writes what subtitles end with.
"""

import re
from dataclasses import dataclass
from typing import Final

from callwatch.speech.whisper_engine import Decoded

# What Whisper invents out of no speech, in the languages of the product; all of it can be said
# in a call too, so it is dropped only together with doubt.
_INVENTED: Final = frozenset(
    (
        "you", "thank you", "thank you very much", "thank you so much", "thanks for watching",
        "thank you for watching", "bye", "bye bye", "so", "oh", "the end", "okay", "hmm", "yeah",
        "please subscribe", "i'm sorry", "i'll see you next time", "we'll be right back",
        "music", "applause", "tack", "tack för att ni tittade", "tack till", "textning",
        "undertexter från amara org community", "svensktextning nu", "tak", "tak fordi du så med",
        "undertekster af", "danske tekster af", "takk", "takk for at du så på",
        "teksting av nicolai winther", "undertekster av ai media",
    )
)  # fmt: skip
# Never said to a call centre, always invented.
_CREDITS: Final = re.compile(
    r"amara\.?\s?org|thanks? (you )?for watching|nicolai winther|ai[- ]media|btistudios|"
    r"undertexter (från|av)|undertekster (af|av)|tack för att ni tittade|tak fordi du så|"
    r"takk for at du så|subscribe to (my|our|the) channel"
)
# What Whisper writes for tones and bells.
_SOUND: Final = re.compile(
    r"(be+p?s?|boo+p|bee+ping|ding|dong|ring|buzz|tick|click|clunk|pop|whoosh)"
)


@dataclass(frozen=True, slots=True)
class HallucinationConfig:
    """Limits of what is believed. Each default with its reason."""

    no_speech: float = 0.84  # music, noise and silence have 0.87-0.99, speech up to 0.14, faint 0.8
    doubtful_log_probability: float = -0.7  # with no_speech: not even the words are certain
    hopeless_log_probability: float = -1.3  # words drawn at random; faint speech has -1.1
    invented_no_speech: float = 0.2  # a stock phrase with this much doubt was not said
    invented_log_probability: float = -0.6  # a stock phrase really said is above -0.4
    words_per_s: float = 8.0  # nobody speaks that fast; a loop does


def is_plausible(decoded: Decoded, length_s: float, config: HallucinationConfig) -> bool:
    """Whether the words are believed; `length_s` is the voiced audio they came from."""
    if not decoded.words:
        return False
    log_probability = decoded.average_log_probability
    if log_probability < config.hopeless_log_probability:
        return False
    if decoded.no_speech > config.no_speech and log_probability < config.doubtful_log_probability:
        return False
    if len(decoded.words) > config.words_per_s * length_s + 1:
        return False
    text = " ".join(word.text for word in decoded.words).lower()
    if _CREDITS.search(text):
        return False
    if re.sub(r"[^\w' ]+", "", text).strip() in _INVENTED:
        return (
            decoded.no_speech < config.invented_no_speech
            and log_probability > config.invented_log_probability
        )
    spoken = re.findall(r"[^\W_]+", text)
    return not all(_SOUND.fullmatch(word) for word in spoken)
