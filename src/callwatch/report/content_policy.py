"""A strict Content-Security-Policy for the pages: no script, no network, no style but the page's own.

The policy names the page's style sheet by its hash and allows no `style` attribute, so that words of a call that
slipped past the escaping could neither run nor load nor even hide anything. What the templates write as a `style`
attribute (where a mark stands) becomes a rule of the style sheet.
"""

import base64
import hashlib
import re
from typing import Final

_PLACEHOLDER: Final = "style-src 'none'"
_TAG: Final = re.compile(r"<[a-z][^<>]*? style=\"[^\"<>]*\"[^<>]*>")
_STYLE: Final = re.compile(r" style=\"([^\"]*)\"")
_CLASS: Final = re.compile(r" class=\"([^\"]*)\"")
_SHEET: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def with_strict_policy(page: str) -> str:
    """The page with its `style` attributes in its style sheet, and a policy that allows that sheet alone.

    The templates write `style-src 'none'`; text of a call cannot hold a tag, because `<` and `"` in it are escaped.
    """
    rules: dict[str, str] = {}

    def in_sheet(match: re.Match[str]) -> str:
        tag = match.group()
        declared = _STYLE.search(tag)
        assert declared is not None
        name = rules.setdefault(declared.group(1), f"y{len(rules)}")
        tag = _STYLE.sub("", tag, count=1)
        if _CLASS.search(tag):
            return _CLASS.sub(rf' class="\1 {name}"', tag, count=1)
        return re.sub(r"^<([a-z][\w-]*)", rf'<\1 class="{name}"', tag)

    page = _TAG.sub(in_sheet, page)
    # Thrice: as strong as an attribute is beside the sheet's own rules of two classes.
    own = "".join(f".{name}.{name}.{name}{{{style}}}\n" for style, name in rules.items())
    page = page.replace("</style>", f"{own}</style>", 1)
    hashes = " ".join(f"'sha256-{_hash(sheet)}'" for sheet in _SHEET.findall(page))
    return page.replace(_PLACEHOLDER, f"style-src {hashes}" if hashes else _PLACEHOLDER, 1)


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
