from collections.abc import Mapping
from typing import Any

import pytest

from callwatch.config import Config, load_config
from callwatch.core import windows_policy
from callwatch.core.errors import ConfigError
from callwatch.core.windows_policy import installed_value, policy

MACHINE, USER = "HKEY_LOCAL_MACHINE", "HKEY_CURRENT_USER"


class Registry:
    """Hive -> key -> values."""

    def __init__(self, keys: Mapping[tuple[str, str], Mapping[str, Any]]) -> None:
        self.keys = keys

    def values(self, hive: str, key: str) -> Mapping[str, Any]:
        return self.keys.get((hive, key), {})

    def subkeys(self, hive: str, key: str) -> list[str]:
        start = f"{key}\\"
        return [k.removeprefix(start) for h, k in self.keys if h == hive and k.startswith(start)]


def policies(hive: str, **tables: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {
        (hive, rf"{windows_policy.POLICY_KEY}\{name}"): values for name, values in tables.items()
    }


def test_values_have_the_types_of_their_settings() -> None:
    registry = Registry(
        policies(
            MACHINE,
            store={"retention_days": 14, "keep_audio": 0},
            overlay={"scale": "1.5", "theme": "dark"},
            nudges={"switched_off": ["interrupting"]},
        )
    )
    assert policy(Config(), registry) == {
        "store": {"retention_days": 14, "keep_audio": False},
        "overlay": {"scale": 1.5, "theme": "dark"},
        "nudges": {"switched_off": ["interrupting"]},
    }


def test_the_machines_policy_goes_before_the_users() -> None:
    registry = Registry(
        policies(USER, store={"retention_days": 1, "keep_transcript": 0})
        | policies(MACHINE, store={"retention_days": 2})
    )
    assert policy(Config(), registry) == {"store": {"retention_days": 2, "keep_transcript": False}}


def test_a_policy_wins_over_the_files_and_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(policies(MACHINE, store={"retention_days": 9}))
    monkeypatch.setattr(windows_policy, "_registry", lambda: registry)
    loaded = load_config()
    assert loaded.config.store.retention_days == 9
    assert "store.retention_days" in loaded.locked


def test_a_policy_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(policies(MACHINE, store={"retention_days": "soon"}, wrong={"x": 1}))
    monkeypatch.setattr(windows_policy, "_registry", lambda: registry)
    with pytest.raises(ConfigError, match="policy") as caught:
        load_config()
    assert "store.retention_days" in str(caught.value)
    assert "wrong" in str(caught.value)


def test_the_installer_may_name_the_site_settings() -> None:
    registry = Registry({(MACHINE, windows_policy.INSTALL_KEY): {"SiteSettings": r"\\srv\c.toml"}})
    assert installed_value("SiteSettings", registry) == r"\\srv\c.toml"
    assert installed_value("Nothing", registry) == ""
