import json

import pytest

from callwatch.core.terminal import printable, printable_json


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x9b2J", "\\x9b2J"),
        ("a\rb", "a\\x0db"),
        ("\x07\x08\x7f", "\\x07\\x08\\x7f"),
        ("abc\u202edef", "abc\\u202edef"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("två\tord\noch å", "två\tord\noch å"),
        ("\u00a0\u202f\u2065\u206a", "\u00a0\u202f\u2065\u206a"),
    ],
)
def test_only_what_acts_on_a_terminal_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_json_means_the_same() -> None:
    value = {"note": "\x9b2J\x7f\u202e å"}
    text = printable_json(json.dumps(value, ensure_ascii=False))
    assert json.loads(text) == value
    assert printable(text) == text
