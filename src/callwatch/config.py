"""The settings: defaults in dataclasses, the user's TOML file over them, IT's file over both.

Files, weakest first; each may hold any part of the tree:

    the defaults     the dataclasses below
    the user's       <user config dir>/callwatch/config.toml, or $CALLWATCH_CONFIG
    IT's             <site config dir>/callwatch/config.toml (Linux: /etc/xdg/callwatch/config.toml)
    policies         on Windows the registry, core/windows_policy.py

IT's file and policies win, and the keys that they name are locked: the settings dialog shows them as such. A
file of schema 1 is read as well (`move_from_schema_1`), and written as schema 2 when it is saved.
The thresholds of the analysis are no settings: session/experimental.py.
"""

import os
import shutil
import tomllib
from collections import Counter
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import platformdirs
import tomlkit

from callwatch.core.channels import Language
from callwatch.core.errors import ConfigError
from callwatch.core.files import replace_file
from callwatch.core.table_reader import (
    INTERNAL,
    TableReader,
    leaves,
    limited,
    nested,
    take_key,
)
from callwatch.core.windows_policy import installed_value, policy
from callwatch.session.attention_budget import NudgeConfig
from callwatch.session.nudge_rules import BREATHER, RULES

SCHEMA: Final = 2
THEMES: Final = ("system", "light", "dark", "contrast")


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
    embeddings: bool = True  # judge phrases by meaning too, where its model is


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """What is kept, where, and for how long."""

    url: str = ""  # empty: SQLite in the user's data directory; or postgresql+psycopg://...
    # Data minimisation (GDPR): nothing is kept for longer than needed.
    retention_days: int = limited(30, least=1, most=36_500)
    keep_transcript: bool = True
    keep_audio: bool = False  # no sound on disk (GDPR) unless the organisation decides so
    # The words of calls are on the disk encrypted only, with a key from the system's keyring.
    encrypt: bool = False

    @property
    def words_in_files(self) -> bool:
        """Whether journals and reports may hold what was said in clear."""
        return self.keep_transcript and not self.encrypt


@dataclass(frozen=True, slots=True)
class OverlayConfig:
    """How the overlay looks; its place is kept by the overlay, for each set of screens."""

    theme: str = limited("system", choices=THEMES)
    opacity: float = limited(1.0, least=0.6, most=1.0)  # below it the contrast is too weak
    scale: float = limited(1.0, least=1.0, most=3.0)
    click_through: bool = False
    keep_open: bool = False  # the whole bar in calm calls too
    reduced_motion: bool = False
    hide_from_sharing: bool = True


@dataclass(frozen=True, slots=True)
class AppConfig:
    """When the desktop app begins and ends calls by itself."""

    auto_calls: bool = True  # nobody forgets to press a button; the first run asks
    # Longer than any usual wait without hold music.
    end_after_silence_s: float = limited(60.0, least=1.0, most=3600.0)
    end_manual_calls: bool = False  # what was begun by hand is ended by hand


@dataclass(frozen=True, slots=True)
class NudgeSettings:
    """Which cards are shown, and how many; danger to life or limb is always shown."""

    enabled: bool = True
    # Half of them are kept for listening. Over one a minute is very likely unacceptable (EEMUA 191).
    most_in_ten_minutes: int = limited(2, least=0, most=100)
    min_gap_s: float = limited(60.0, least=0.0, most=3600.0)
    switched_off: frozenset[str] = limited(frozenset(), choices=(*RULES, BREATHER))
    withheld_share: float = limited(0.0, least=0.0, most=1.0)  # to learn whether nudges help

    @property
    def off(self) -> frozenset[str]:
        """The cards that are not shown."""
        return self.switched_off if self.enabled else frozenset((*RULES, BREATHER))

    def budget(self) -> NudgeConfig:
        """What they mean for the analysis."""
        return NudgeConfig(
            min_gap_s=self.min_gap_s,
            most_in_window=self.most_in_ten_minutes,
            switched_off=self.off & frozenset(RULES),
            withheld_share=self.withheld_share,
        )


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. `experimental`: other thresholds of the analysis, from the command line."""

    call: CallConfig = field(default_factory=CallConfig)
    devices: DeviceConfig = field(default_factory=DeviceConfig)
    recognition: RecognitionConfig = field(default_factory=RecognitionConfig)
    store: StoreConfig = field(default_factory=StoreConfig)
    overlay: OverlayConfig = field(default_factory=OverlayConfig)
    app: AppConfig = field(default_factory=AppConfig)
    nudges: NudgeSettings = field(default_factory=NudgeSettings)
    experimental: Mapping[str, Any] = field(default_factory=dict, metadata=INTERNAL)


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """The settings in force, which keys are locked ("store.retention_days"), and where from.

    `notes`: a sentence for each file that holds what is no setting any more.
    """

    config: Config
    locked: frozenset[str] = frozenset()
    user_path: Path | None = None
    notes: tuple[str, ...] = ()


def user_config_path() -> Path:
    """Where the user's settings are."""
    if override := os.environ.get("CALLWATCH_CONFIG"):
        return Path(override)
    return Path(platformdirs.user_config_dir("callwatch", appauthor=False)) / "config.toml"


def site_config_path() -> Path:
    """Where the IT department's settings are; an installer may have named another file."""
    if named := installed_value("SiteSettings"):
        return Path(named)
    return Path(platformdirs.site_config_dir("callwatch", appauthor=False)) / "config.toml"


def load_config(user_path: Path | None = None, site_path: Path | None = None) -> LoadedConfig:
    """The settings of this machine and user.

    Raises ConfigError with a sentence for each value that cannot be used, or file that cannot be
    read.
    """
    loaded, mistakes = _load(user_path or user_config_path(), site_path or site_config_path())
    if user_path is None and os.environ.get("CALLWATCH_CONFIG") and not user_config_path().exists():
        # The app begins with its first run instead, which writes the file.
        mistakes.insert(
            0,
            f"CALLWATCH_CONFIG names {user_config_path()}, which does not exist: correct the path, or unset the "
            "variable to use your own settings.",
        )
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return loaded


def load_what_works(user_path: Path | None = None) -> tuple[LoadedConfig, str]:
    """The settings, and what is wrong with their files ("" when all is well).

    A value that cannot be used leaves the setting as it was without it; no file is changed.
    """
    loaded, mistakes = _load(user_path or user_config_path(), site_config_path())
    if not mistakes:
        return loaded, ""
    return loaded, " ".join([*mistakes, "Until then the defaults hold in their place."])


def save_values(path: Path, values: Mapping[str, object]) -> None:
    """Write dotted keys into the user's file; comments and other keys stay as they are.

    A file of schema 1 becomes one of schema 2; where it held what is no setting any more, a copy
    stays beside it. Raises ConfigError when a value cannot be used, or the file cannot be written.
    """
    reader = TableReader()
    for key, value in values.items():
        reader.read(Config(), nested(key, value))
    if reader.mistakes:
        raise ConfigError("\n".join(reader.mistakes))
    try:
        document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        if _schema_of(document, path) < SCHEMA and move_from_schema_1(document):
            shutil.copy2(path, path.with_name(f"{path.name}.schema-1"))
        document["schema"] = SCHEMA
        for key, value in values.items():
            *tables, leaf = key.split(".")
            table: Any = document
            for name in tables:
                if not isinstance(table.get(name), MutableMapping):
                    table[name] = tomlkit.table()
                table = table[name]
            table[leaf] = value.value if isinstance(value, StrEnum) else value
        replace_file(path, tomlkit.dumps(document))
    except (OSError, UnicodeDecodeError, tomlkit.exceptions.TOMLKitError) as exc:
        raise ConfigError(f"The settings cannot be written to {path}: {exc}.") from exc


# What schema 1 called it, and what it is called now.
MOVED_FROM_1: Final = {
    "analysis.nudges.min_gap_s": "nudges.min_gap_s",
    "analysis.nudges.most_in_window": "nudges.most_in_ten_minutes",
    "analysis.nudges.switched_off": "nudges.switched_off",
    "analysis.nudges.withheld_share": "nudges.withheld_share",
}
# What is no setting any more; a table with everything in it.
DROPPED_FROM_1: Final = (
    "analysis", "app.both_within_s", "app.least_speech_s", "app.end_after_lost_s"
)  # fmt: skip
_QUOTED: Final = 200  # of what a parser says; it may repeat the file
_MOST_NAMED: Final = 3  # of one table; more are counted


def move_from_schema_1(table: MutableMapping[str, Any]) -> list[str]:
    """Rename what schema 1 named otherwise, take away what is no setting; the keys taken away."""
    for old, new in MOVED_FROM_1.items():
        value = take_key(table, old)
        if value is not None:
            section, leaf = new.split(".")
            if isinstance(inner := table.setdefault(section, {}), MutableMapping):
                inner.setdefault(leaf, value)
    dropped: list[str] = []
    for key in DROPPED_FROM_1:
        value = take_key(table, key)
        if isinstance(value, Mapping):
            dropped += leaves(value, f"{key}.")
        elif value is not None:
            dropped.append(key)
    return dropped


def _dropped_sentence(path: Path, dropped: list[str]) -> str:
    groups = Counter(".".join(key.split(".")[:2]) for key in dropped)
    names: list[str] = []
    for group, count in groups.items():
        if count > _MOST_NAMED:
            names.append(f"{count} keys of [{group}]")
        else:
            names += [key for key in dropped if f"{key}.".startswith(f"{group}.")]
    return (
        f"The settings file {path} is of an older callwatch: its other values hold, but these are "
        f"no settings any more: {', '.join(names)} (docs/settings.md)."
    )


def _load(user_path: Path, site_path: Path) -> tuple[LoadedConfig, list[str]]:
    config, mistakes, notes, locked = Config(), [], [], frozenset[str]()
    for path in (user_path, site_path):
        try:
            values, dropped = _read(path)
        except ConfigError as error:
            mistakes.append(str(error))
            continue
        reader = TableReader(place=f" in {path}")
        config = reader.read(config, values)
        mistakes += reader.mistakes
        notes += [_dropped_sentence(path, dropped)] if dropped else []
        if path == site_path:
            locked = frozenset(leaves(values))
    if set_by_policy := policy(config):
        reader = TableReader(place=" of the policy in Windows' registry")
        config = reader.read(config, set_by_policy)
        mistakes += reader.mistakes
        locked |= frozenset(leaves(set_by_policy))
    return LoadedConfig(config, locked, user_path, tuple(notes)), mistakes


def _read(path: Path) -> tuple[dict[str, Any], list[str]]:
    """The values of a file by today's names, and the keys that are no settings any more."""
    if not path.exists():
        return {}, []
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as exc:
        raise ConfigError(f"The settings file {path} cannot be read: {exc.strerror}.") from exc
    except (
        ValueError,
        RecursionError,
    ) as exc:  # TOML's own errors among them, and numbers too long to read
        raise ConfigError(
            f"The settings file {path} is broken ({str(exc)[:_QUOTED]}): correct it or move it away."
        ) from exc
    dropped = move_from_schema_1(values) if _schema_of(values, path) < SCHEMA else []
    values.pop("schema", None)
    return values, dropped


def _schema_of(values: Mapping[str, Any], path: Path) -> int:
    schema = values.get("schema", 1)
    if isinstance(schema, bool) or schema not in range(1, SCHEMA + 1):
        raise ConfigError(
            f"The settings file {path} is of another version of callwatch (schema {str(schema)[:_QUOTED]}): update "
            "callwatch or move the file away."
        )
    return int(schema)
