"""The part of a dialogue in which an e-mail address is given: written, dictated, spelled."""

from typing import Final

from benchmarks.masking.sections import AGENT, CUSTOMER, Stage
from benchmarks.masking.tokens import Token, talk

_ENDINGS: Final = (
    "com", "com", "com", "se", "dk", "no", "fr", "nl", "pl", "ch", "ai", "biz", "io", "dev", "shop", "store",
    "museum", "info", "de", "eu", "me", "online", "email", "tech",
)  # fmt: skip
_PROVIDERS: Final = ("gmail", "hotmail", "outlook", "yahoo", "icloud", "live", "proton")


def address_section(stage: Stage) -> None:
    """One address; the words of its name and its domain are the secret, not "dot" and "at"."""
    rng, number = stage.rng, len(stage.dialogue.secrets)
    stage.dialogue.secrets[number] = ("email", "")
    if stage.chance(0.85):
        stage.say(AGENT, stage.pick("email", "ask"))
    lead = stage.pick("email", "say") if stage.chance(0.75) else []
    first = stage.words.choose("spell", "first", rng)
    last = stage.words.choose("spell", "last", rng)
    host = (
        rng.choice(_PROVIDERS) if stage.chance(0.5) else stage.words.choose("spell", "firms", rng)
    )
    ending = rng.choice(_ENDINGS)
    if stage.chance(0.15):
        dot = rng.choice((".", "_", "", "-"))
        written = f"{first}{dot}{last}@{host}.{ending}"
        stage.say(CUSTOMER, [*lead, Token(written, "email", number, 0, 1)])
        return
    local = _name(stage, first, last, number)
    at = talk(stage.words.choose("spell", "at", rng))  # what is known for @ is no wording of talk
    if stage.chance(0.15):
        domain = [Token(f"{host}.{ending}", "email", number, 1, 1)]
    else:
        domain = [
            Token(host, "email", number, 1, 1),
            *talk(stage.words.choose("spell", "dot", rng)),
            Token(ending),
        ]
    if stage.chance(0.3):
        stage.say(CUSTOMER, lead + local)
        if stage.chance(0.7):
            stage.say(AGENT, stage.pick("talk", "listening"))
        stage.say(CUSTOMER, at + domain)
    else:
        stage.say(CUSTOMER, lead + local + at + domain)
    if stage.chance(0.2):
        again = [*stage.pick("talk", "readback"), *local, *at, *domain]
        stage.say(AGENT, again)


def _name(stage: Stage, first: str, last: str, number: int) -> list[Token]:
    """What stands before the @, as it is said."""
    rng = stage.rng

    def secret(text: str) -> Token:
        return Token(text, "email", number, 0, 1)

    match rng.choice(
        ("joined", "joined", "joined", "digits", "spelled", "alphabet", "one word", "first")
    ):
        case "digits":
            return [secret(first), Token(str(rng.randint(10, 99)), "email", number, 0, 1)]
        case "spelled":
            return [secret(letter) for letter in first[:6]]
        case "alphabet":
            return [token for letter in first[:5] for token in _letter(stage, letter, number)]
        case "one word":
            return [secret(first), secret(last), *talk(stage.words.choose("spell", "joined", rng))]
        case "first":
            return [secret(first)]
        case _:
            return [secret(first), *talk(stage.words.choose("spell", "join", rng)), secret(last)]


def _letter(stage: Stage, letter: str, number: int) -> list[Token]:
    words = {word[0]: word for word in stage.words.all("spell", "words")}
    if letter not in words:
        return [Token(letter.upper(), "email", number, 0, 1)]
    text = stage.words.choose("spell", "letter", stage.rng)
    spelled = text.format(L=letter.upper(), w=words[letter]).split()
    return [
        Token(word, "email" if i in (0, len(spelled) - 1) else "", number, 0, 1)
        for i, word in enumerate(spelled)
    ]
