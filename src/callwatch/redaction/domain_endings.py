"""How the domains of spoken and written e-mail addresses end."""

from typing import Final

# Providers in two words, as a recogniser may write them; and the words for a dot that are no ending.
SPLIT_PROVIDERS: Final = frozenset(
    ["gmail", "hotmail", "googlemail", "protonmail", "icloud", "fastmail"]
)
DOT_WORDS: Final = frozenset(["dot", "punktum", "punktom", "dått"])
_ENDINGS: Final = frozenset(
    [
        "com",
        "net",
        "org",
        "edu",
        "gov",
        "info",
        "biz",
        "name",
        "online",
        "shop",
        "store",
        "app",
        "dev",
        "tech",
        "email",
        "cloud",
        "site",
        "xyz",
        "museum",
        "nett",
        "komm",
        "dotcom",
        "club",
        "blog",
        "live",
        "pro",
        "media",
        "agency",
        "company",
    ]
)


def is_ending(core: str) -> bool:
    """Whether a domain ends in this word, lower case and without marks."""
    core = core.replace("-", "")  # "U-K"
    return core in _ENDINGS or (len(core) == 2 and core.isalpha() and core not in _TWO_LETTERS)


# Two-letter words of talk that no address ends in after "point" or without any dot.
_TWO_LETTERS: Final = frozenset(
    [
        "en",
        "et",
        "ei",
        "er",
        "og",
        "så",
        "ja",
        "jo",
        "nu",
        "du",
        "jeg",
        "vi",
        "de",
        "på",
        "av",
        "af",
        "om",
        "to",
        "me",
        "us",
        "my",
        "we",
        "it",
        "is",
        "he",
        "if",
        "or",
        "an",
        "as",
        "at",
        "by",
        "do",
        "go",
        "no",
        "of",
        "on",
        "so",
        "up",
    ]
) - {"nu", "de", "no", "is", "me", "us", "at", "it"}
