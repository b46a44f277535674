"""What a number is, by its check digits and its shape."""

from typing import Final

from callwatch.core.channels import Language
from callwatch.redaction.number_checks import (
    is_cpr,
    is_fodselsnummer,
    is_in_use,
    is_luhn,
    is_personnummer,
)

CARD: Final = "[card]"
IBAN: Final = "[iban]"
IDENTITY: Final = "[id]"
PHONE: Final = "[phone]"
EMAIL: Final = "[email]"
ADDRESS: Final = "[address]"  # a postal one
CODE: Final = "[code]"
NUMBER: Final = "[number]"
LABELS: Final = (CARD, IBAN, IDENTITY, PHONE, EMAIL, ADDRESS, CODE, NUMBER)

# Payment cards have 13 to 19 digits (ISO/IEC 7812) and begin with 2 to 6.
CARD_DIGITS: Final = range(13, 20)
# Only the label depends on the search; a number longer than this is hidden all the same.
_SEARCHED_DIGITS: Final = 80
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_REGIONS: Final = {
    Language.EN: ("GB", "US", "IE"),
    Language.SV: ("SE",),
    Language.DA: ("DK",),
    Language.NB: ("NO",),
}


def holds_mask(word: str) -> bool:
    """Whether a word stands for something that was masked."""
    return "[" in word and any(label in word for label in LABELS)


def label_of(digits: str, language: Language, *, begins_plus: bool = False) -> str:
    """The label for a long number: card, identity number, telephone number, or just number."""
    if find_card(digits):
        return CARD
    if not begins_plus and is_identity(digits, language):
        return IDENTITY
    return PHONE if begins_plus or is_phone(digits, language) else NUMBER


def find_card(digits: str) -> tuple[int, int] | None:
    """Where a card number (13 to 19 digits, Luhn) lies in the digits, the first and the longest."""
    digits = digits[:_SEARCHED_DIGITS]
    if len(digits) < CARD_DIGITS.start:
        return None
    odd, even = _sums(digits)
    for start in range(len(digits) - CARD_DIGITS.start + 1):
        if digits[start] not in "23456":
            continue
        for length in reversed(CARD_DIGITS):
            end = start + length
            if end > len(digits):
                continue
            sums = odd if end % 2 else even
            # The running sums rule nine tenths out; the library has the last word.
            if (sums[end] - sums[start]) % 10 == 0 and is_luhn(digits[start:end]):
                return start, end
    return None


def _sums(digits: str) -> tuple[list[int], list[int]]:
    """Running Luhn sums: for numbers that end before an odd place, and before an even one."""
    odd, even = [0], [0]
    for i, digit in enumerate(digits):
        value = ord(digit) - 48
        doubled = _DOUBLED[value]
        odd.append(odd[-1] + (value if i % 2 == 0 else doubled))
        even.append(even[-1] + (doubled if i % 2 == 0 else value))
    return odd, even


def is_identity(digits: str, language: Language) -> bool:
    """A Swedish, Danish or Norwegian identity number; the call's own country is asked first."""
    if len(digits) not in (10, 11, 12):
        return False
    if language in (Language.DA, Language.NB):
        return (len(digits) == 10 and is_cpr(digits)) or is_fodselsnummer(digits)
    if len(digits) == 11:
        return is_fodselsnummer(digits)
    return not digits.startswith("07") and is_personnummer(f"{digits[:-4]}-{digits[-4:]}")


def is_phone(digits: str, language: Language) -> bool:
    """Whether the digits are a telephone number that is in use in the call's country, or abroad."""
    if not 7 <= len(digits) <= 17:
        return False
    if digits.startswith("00"):
        return is_in_use("+" + digits[2:], None)
    own = _REGIONS[language]
    return any(is_in_use(digits, region) for region in own) or (
        len(digits) >= 10
        and any(digits.startswith(code) for code in _CODES)
        and is_in_use("+" + digits, None)
    )


# Sweden, Denmark, Norway, Britain, Finland, Ireland: said without "plus" now and then.
_CODES: Final = ("46", "45", "47", "44", "358", "353")
