"""docs/settings.md: every key that it shows exists, with the default that it says."""

import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from callwatch.config import Config, build
from callwatch.core.errors import ConfigError

PAGE = (Path(__file__).parents[1] / "docs" / "settings.md").read_text("utf-8")
# The page shows a value of its own where the default would say nothing.
EXAMPLES = {
    "call.language": "sv",
    "call.agent_id": "a17",
    "devices.agent": "Headset microphone",
    "devices.customer": "Headset (loopback)",
}
# Tables of the program that the page leaves to the code.
UNLISTED = {"analysis", "schema"}


def shown() -> dict[str, Any]:
    return tomllib.loads(PAGE.split("```toml")[1].split("```")[0])


def leaves(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            out |= leaves(value, f"{prefix}{key}.")
        else:
            out[prefix + key] = value
    return out


def default_of(key: str) -> Any:
    value: Any = Config()
    for name in key.split("."):
        value = getattr(value, name)
    return value


def test_the_file_on_the_page_can_be_used_as_it_is() -> None:
    build(Config, shown(), "")


@pytest.mark.parametrize(("key", "value"), leaves(shown()).items())
def test_every_key_exists_with_its_default(key: str, value: Any) -> None:
    default = default_of(key)
    if key in EXAMPLES:
        assert value == EXAMPLES[key]
    else:
        assert value == (list(default) if isinstance(default, frozenset | tuple) else default)


def test_no_setting_outside_the_analysis_is_missing_from_the_page() -> None:
    known = {
        f"{section.name}.{item.name}"
        for section in fields(Config)
        if section.name not in UNLISTED and is_dataclass(default_of(section.name))
        for item in fields(default_of(section.name))
    }
    assert known <= set(leaves(shown()))


@pytest.mark.parametrize(
    "values",
    [
        {"store": {"retention_days": 0}},
        {"store": {"retention_days": -5}},
        {"analysis": {"nudges": {"switched_off": ["keep_listning"]}}},
        {"analysis": {"nudges": {"withheld_share": 7.0}}},
    ],
)
def test_a_value_that_would_do_harm_is_refused_with_a_sentence(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="cannot be used"):
        build(Config, values, "")
