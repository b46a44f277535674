"""Words that ask for a secret or announce one, so that even a short number after them is hidden."""

import re
from dataclasses import dataclass
from typing import Final

from callwatch.redaction.digit_runs import CARD, CODE, IDENTITY


@dataclass(frozen=True, slots=True)
class Secret:
    """A kind of secret: its label and the words that name it (lower case, one space apart)."""

    label: str
    words: re.Pattern[str]


SECRETS: Final = (
    Secret(
        CODE,
        re.compile(
            r"\b(?:cvv2?|cvc2?|cv2|c v [vc]|security code|verification code|one[- ]time code|"
            r"pin|pins|pin[- ]?(?:code|number|kode|koden|kod)|passcode|password|"
            r"säkerhetskod(?:en)?|kontrollkod(?:en)?|kontrollsiffror(?:na)?|lösenord(?:et)?|"
            r"pinkod(?:en)?|engångskod(?:en)?|"
            r"sikkerhedskode[nr]?|kontrolkode[nr]?|kontrolcifre(?:ne)?|kontrolcifrene|pinkode[nr]?|"
            r"engangskode[nr]?|adgangskode[nr]?|"
            r"sikkerhetskode[nr]?|kontrollkode[nr]?|kontrollsiffer|kontrollsifrene|passord(?:et)?|"
            r"last (?:three|3) digits|(?:tre|3) sista siffror(?:na)?|sista (?:tre|3) siffror(?:na)?|"
            r"(?:tre|3) sidste cifre|sidste (?:tre|3) cifre|(?:tre|3) siste (?:sifre(?:ne)?|tallene)|"
            r"siste (?:tre|3) (?:sifre(?:ne)?|tallene)|"
            r"(?:on|at) the back|on the reverse|på baksidan|på baksiden|på bagsiden|bag ?på kortet|"
            r"bak på kort(?:et)?)\b"
        ),
    ),
    Secret(
        IDENTITY,
        re.compile(
            r"\b(?:personnummer|personnumret|personnummeret|personnr|personal number|"
            r"national insurance(?: number)?|national id(?:entity)?(?: number)?|social security(?: number)?|"
            r"cpr|cpr[- ]?(?:nr|nummer|nummeret)|de (?:fire|4) sidste|"
            r"fødselsnummer(?:et)?|fødsels- og personnummer|fødselsnr|de fem siste|de 5 siste|"
            r"fyra sista|sista fyra|fire siste|siste fire|sidste fire|last four|last 4)\b"
        ),
    ),
    Secret(
        CARD,
        re.compile(
            r"\b(?:card number|credit card number|debit card number|long number|"
            r"kortnummer|kortnumret|kortnummeret|kortets nummer|nummeret på kortet|"
            r"numret på kortet|account number|kontonummer|kontonumret|kontonummeret)\b"
        ),
    ),
)

# A secret follows its name within this many words ("my security code, wait a moment, is 123").
WORDS_AHEAD: Final = 9
# ... or stands just before it ("123 on the back"; "1234 er pinkoden").
WORDS_BEHIND: Final = 5
# Three digits are the shortest secret (CVV); one or two are counts ("the 3 digits on the back").
SHORTEST_SECRET: Final = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """A secret is named by the words [start, end) of the utterance."""

    label: str
    start: int
    end: int


def find_mentions(cores: list[str]) -> list[Mention]:
    """Where the words (lower case, no punctuation) name a secret."""
    starts: list[int] = []
    length = 0
    for core in cores:
        starts.append(length)
        length += len(core) + 1
    line = " ".join(cores)
    mentions: list[Mention] = []
    for secret in SECRETS:
        for match in secret.words.finditer(line):
            start = sum(1 for s in starts if s <= match.start()) - 1
            end = sum(1 for s in starts if s < match.end())
            mentions.append(Mention(secret.label, start, end))
    return mentions


def secret_at(start: int, end: int, mentions: list[Mention]) -> str | None:
    """The label of the secret that a number at words [start, end) is, if any is named near it."""
    for mention in mentions:
        if 0 <= start - mention.end < WORDS_AHEAD or 0 <= mention.start - end < WORDS_BEHIND:
            return mention.label
    return None
