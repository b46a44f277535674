"""Texts for people, in English, Swedish, Danish and Norwegian Bokmål, kept as data.

One file an area and language: `nudges.sv.toml`, `report.da.toml`, `app.nb.toml`, `facts.en.toml`.
Keys may be nested (tables); they are reached with dots. A value may hold `{name}` fields; those of
facts are described in `facts.py`.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from callwatch.core.channels import Language

AREAS = ("nudges", "report", "app", "facts")


@cache
def load_texts(area: str, language: Language) -> Mapping[str, str]:
    """All texts of one area: dotted key -> text.

    Raises KeyError for an area that is not in AREAS.
    """
    if area not in AREAS:
        raise KeyError(f"no texts for the area {area!r}: use one of {', '.join(AREAS)}")
    data = resources.files(__package__).joinpath(f"{area}.{language.value}.toml").read_bytes()
    return dict(_flatten("", tomllib.loads(data.decode("utf-8"))))


def text(area: str, key: str, language: Language, **values: object) -> str:
    """One text with its fields filled in. A missing key is a bug and raises KeyError."""
    return load_texts(area, language)[key].format(**values)


def _flatten(prefix: str, table: Mapping[str, object]) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            out += _flatten(f"{name}.", value)
        else:
            out.append((name, str(value)))
    return out
