"""docs/settings.md: every setting is on it with its default, its range, and its old name."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from callwatch.config import DROPPED_FROM_1, MOVED_FROM_1, SCHEMA, Config
from callwatch.core.table_reader import INTERNAL, TableReader, declared_limits
from callwatch.session.experimental import parse_overrides

PAGE = (Path(__file__).parents[1] / "docs" / "settings.md").read_text("utf-8")
EXAMPLE = PAGE.split("```toml")[1].split("```")[0]
SHOWN: dict[str, Any] = tomllib.loads(EXAMPLE)
# The page shows a value of its own where the default would say nothing.
EXAMPLES = {
    "call.language": "sv",
    "call.agent_id": "a17",
    "devices.agent": "Headset microphone",
    "devices.customer": "Headset (loopback)",
}
KEYS = [
    f"{table.name}.{item.name}"
    for table in fields(Config)
    if table.metadata != INTERNAL
    for item in fields(getattr(Config(), table.name))
]


def test_the_file_on_the_page_can_be_used_as_it_is() -> None:
    reader = TableReader()
    tables = dict(SHOWN)
    assert tables.pop("schema") == SCHEMA
    reader.read(Config(), tables)
    assert reader.mistakes == []


def test_there_are_as_many_settings_as_somebody_can_read() -> None:
    assert 20 <= len(KEYS) <= 30


@pytest.mark.parametrize("key", KEYS)
def test_every_setting_is_on_the_page_with_its_default_and_range(key: str) -> None:
    table, name = key.split(".")
    owner = getattr(Config(), table)
    default, limits = getattr(owner, name), declared_limits(owner, name)
    shown = SHOWN[table][name]
    assert shown == EXAMPLES.get(key, list(default) if isinstance(default, frozenset) else default)
    (comment,) = re.findall(rf"^{name} = .*?(?:#(.*))?$", EXAMPLE, re.MULTILINE)
    if isinstance(default, int | float) and not isinstance(default, bool):
        assert f"{limits.least:g} to {limits.most:g}" in comment
    if name == "theme":
        assert comment.strip() == f"{', '.join(limits.choices[:-1])} or {limits.choices[-1]}"


def test_the_page_shows_no_setting_that_there_is_not() -> None:
    assert {f"{table}.{name}" for table in SHOWN if table != "schema" for name in SHOWN[table]} == {
        *KEYS
    }


def test_the_page_says_what_became_of_every_old_name() -> None:
    rows = re.findall(r"^\| (.*`.*`) \| (.*) \|$", PAGE, re.MULTILINE)
    old = {re.findall("`(.*)`", name)[0]: now for name, now in rows}
    assert {
        name: now.strip("`") for name, now in old.items() if name in MOVED_FROM_1
    } == MOVED_FROM_1
    assert set(old) - set(MOVED_FROM_1) == set(DROPPED_FROM_1)
    assert all(old[name].startswith("none: ") for name in DROPPED_FROM_1)


def test_the_thresholds_on_the_page_exist() -> None:
    assignments = re.findall(r"--experimental (\S+=[\d.]+)", PAGE)
    assert assignments
    assert parse_overrides(assignments)
