"""A password of letters and figures is hidden after its name; names of products stay."""

import pytest

from callwatch.core.channels import Language
from callwatch.redaction.redactor import mask_text

EN, SV, DA, NB = Language.EN, Language.SV, Language.DA, Language.NB


@pytest.mark.parametrize(
    ("language", "said", "masked"),
    [
        (EN, "my password is sunshine42", "my password is [code]"),
        (EN, "the password was, uh, summer7!", "the password was, uh, [code]!"),
        (EN, "my password is um uh sunshine42", "my password is um uh [code]"),
        (EN, "my password is um uh um sunshine42", "my password is um uh um sunshine42"),
        (SV, "mitt lösenord är sommar2024", "mitt lösenord är [code]"),
        (DA, "min adgangskode er sommerfugl7", "min adgangskode er [code]"),
        (NB, "passordet mitt er sommer77", "passordet mitt er [code]"),
    ],
)
def test_a_password_is_hidden_after_its_verb(language: Language, said: str, masked: str) -> None:
    assert mask_text(said, language) == masked


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (EN, "I forgot my password for windows11"),
        (EN, "my password is not working on office365"),
        (EN, "the code is for the iphone15"),
        (SV, "mitt lösenord fungerar inte i windows11"),
        (DA, "min adgangskode er udløbet i office365"),
        (NB, "passordet mitt virker ikke på iphone15"),
    ],
)
def test_a_product_beside_a_password_stays(language: Language, said: str) -> None:
    assert mask_text(said, language) == said
