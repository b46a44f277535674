"""What an organisation has set in Windows' registry, by group policy or by the installer.

    HKEY_LOCAL_MACHINE\\Software\\Policies\\callwatch        for everybody on the machine; goes first
    HKEY_CURRENT_USER\\Software\\Policies\\callwatch         for one user

A setting `store.retention_days` is the value `retention_days` of the subkey `store`. Elsewhere than on Windows there is
nothing. No state, no threads.
"""

import contextlib
import sys
from collections.abc import Mapping
from itertools import count
from typing import Any, Final, Protocol

if sys.platform == "win32":
    import winreg

POLICY_KEY: Final = r"Software\Policies\callwatch"
INSTALL_KEY: Final = r"Software\callwatch"
_MACHINE_FIRST: Final = ("HKEY_CURRENT_USER", "HKEY_LOCAL_MACHINE")


class Registry(Protocol):
    """Reads Windows' registry."""

    def values(self, hive: str, key: str) -> Mapping[str, Any]:
        """The values of a key by name; none when the key is not there."""
        ...

    def subkeys(self, hive: str, key: str) -> list[str]:
        """The names of the keys below a key."""
        ...


def policy(base: object, registry: Registry | None = None) -> dict[str, Any]:
    """The settings that policies set, as tables; `base` gives each its type, for the registry has only three."""
    registry = _registry() if registry is None else registry
    tables: dict[str, Any] = {}
    if registry is None:
        return tables
    for hive in _MACHINE_FIRST:
        for table in registry.subkeys(hive, POLICY_KEY):
            owner = getattr(base, table, None)
            for name, value in registry.values(hive, rf"{POLICY_KEY}\{table}").items():
                tables.setdefault(table, {})[name] = _typed(getattr(owner, name, None), value)
    return tables


def installed_value(name: str, registry: Registry | None = None) -> str:
    """A text that the installer left for this machine, such as "SiteSettings"; "" when there is none."""
    registry = _registry() if registry is None else registry
    if registry is None:
        return ""
    return str(registry.values("HKEY_LOCAL_MACHINE", INSTALL_KEY).get(name, ""))


def _typed(default: object, value: Any) -> Any:
    """A number or a text of the registry as the type of the setting; unchanged where it does not fit."""
    try:
        if isinstance(default, bool):
            return bool(int(value))
        if isinstance(default, int):
            return int(value)
        if isinstance(default, float):
            return float(value)
    except (TypeError, ValueError):
        return value
    return value


def _registry() -> Registry | None:
    if sys.platform == "win32":
        return WindowsRegistry()
    return None


class WindowsRegistry:
    """The registry of this machine, in its 64-bit view."""

    def values(self, hive: str, key: str) -> dict[str, Any]:
        """See Registry."""
        return dict(self._items(hive, key, "EnumValue"))

    def subkeys(self, hive: str, key: str) -> list[str]:
        """See Registry."""
        return [str(name) for name in self._items(hive, key, "EnumKey")]

    @staticmethod
    def _items(hive: str, key: str, what: str) -> list[Any]:
        found: list[Any] = []
        if sys.platform == "win32":
            access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
            # OSError: the key is not there, or there are no more items.
            with (
                contextlib.suppress(OSError),
                winreg.OpenKey(getattr(winreg, hive), key, 0, access) as opened,
            ):
                for number in count():
                    item = getattr(winreg, what)(opened, number)
                    found.append(item[:2] if what == "EnumValue" else item)
        return found
