"""Text from elsewhere, made harmless for a terminal: what a call or a file says never moves the cursor."""

from typing import Final

# Line feed and tab are layout; every other control character of ISO 6429 (C0, DEL, C1) may begin an escape
# sequence, and the marks that turn the direction of text make a line read other than it is.
_CONTROLS: Final = (
    *(set(range(0x20)) - {0x09, 0x0A}),
    *range(0x7F, 0xA0),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
)
_VISIBLE: Final = {
    code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in _CONTROLS
}
_IN_JSON: Final = {code: f"\\u{code:04x}" for code in _CONTROLS}


def printable(text: str) -> str:
    r"""The text with control characters written out: `\x1b[2J` instead of a cleared screen."""
    return text.translate(_VISIBLE)


def printable_json(text: str) -> str:
    """JSON that means the same and holds no control character."""
    return text.translate(_IN_JSON)
