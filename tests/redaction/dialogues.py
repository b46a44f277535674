"""Short dialogues for the tests of masking: each line at one moment, so that gaps are exact."""

from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.redaction.redactor import SpokenLine, UtteranceMasker, mask_dialogue

# Who speaks is the first letter: "c it's 4111", "a right".
_SIDES = {"c": Channel.CUSTOMER, "a": Channel.AGENT}


def masked(language: Language, *said: tuple[float, str]) -> list[str]:
    """The lines of a whole dialogue, masked."""
    lines = [SpokenLine(_SIDES[text[0]], text[2:], at_s, at_s) for at_s, text in said]
    return mask_dialogue(lines, language)


def shown_at_once(language: Language, *said: tuple[float, str]) -> list[str]:
    """Each line as it is put out when it ends, before anybody knows what follows."""
    masker = UtteranceMasker(language)
    out = []
    for at_s, text in said:
        words = tuple(Word(word, TimeSpan(at_s, at_s), 0.9) for word in text[2:].split())
        utterance = Utterance(f"u{at_s}", _SIDES[text[0]], words, True, at_s)
        out.append(masker.mask(utterance).text)
    return out
