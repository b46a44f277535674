"""Check digits and telephone plans: python-stdnum and phonenumbers decide.

Both are read when the first number is looked at: most calls without words never get there, and it takes
as long as the rest of the engine takes to start.
"""


def is_luhn(digits: str) -> bool:
    """Whether the check digit of a payment card is right."""
    from stdnum import luhn

    return bool(luhn.is_valid(digits))


def is_iban(text: str) -> bool:
    """Whether it is an international bank account number, of any country."""
    from stdnum import iban

    return bool(iban.is_valid(text, check_country=False))


def is_cpr(digits: str) -> bool:
    """Whether it is a Danish identity number."""
    from stdnum.dk import cpr

    return bool(cpr.is_valid(digits))


def is_fodselsnummer(digits: str) -> bool:
    """Whether it is a Norwegian identity number."""
    from stdnum.no import fodselsnummer

    return bool(fodselsnummer.is_valid(digits))


def is_personnummer(digits: str) -> bool:
    """Whether it is a Swedish identity number."""
    from stdnum.se import personnummer

    return bool(personnummer.is_valid(digits))


def is_in_use(number: str, region: str | None) -> bool:
    """Whether it is a telephone number in use, dialled from `region`; None: with its country."""
    import phonenumbers

    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(number, region)))
    except phonenumbers.NumberParseException:
        return False
