"""The thresholds of the analysis, for trying another value: `--experimental STAGE.NAME=VALUE`.

They are internal: no settings file holds them, and their names change whenever the code does. What
a threshold allows follows from its name and its default, so that a new one needs nothing here.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Final

from callwatch.core.errors import ConfigError
from callwatch.core.table_reader import Limits, TableReader, declared_limits, near
from callwatch.session.pipeline_config import PipelineConfig

# Further away nobody looks for a better value; it is rather a slip, and memory grows with some.
_MOST_TIMES: Final = 100.0
_SHARES: Final = ("_share", "_probability", "_score", "_confidence", "threshold")
_DECIBELS: Final = ("_db", "_dbfs")
_MOST_DB: Final = 200.0


def thresholds(config: object, where: str = "") -> dict[str, Any]:
    """The value of each threshold by its dotted name: {"pace.dead_air_s": 8.0, ...}."""
    out: dict[str, Any] = {}
    for item in fields(config):  # type: ignore[arg-type]
        value = getattr(config, item.name)
        if is_dataclass(value):
            out |= thresholds(value, f"{where}{item.name}.")
        elif where:  # outside the stages is what the settings say, such as the language
            out[where + item.name] = value
    return out


def parse_overrides(assignments: Sequence[str]) -> dict[str, Any]:
    """The values of `STAGE.NAME=VALUE`, as nested tables for `overridden`.

    Raises ConfigError with one sentence for each that cannot be used.
    """
    known = thresholds(PipelineConfig())
    tables: dict[str, Any] = {}
    mistakes: list[str] = []
    for assignment in assignments:
        name, equals, text = (part.strip() for part in assignment.partition("="))
        if not equals or (value := _value(text)) is None:
            mistakes.append(f"--experimental {assignment} cannot be read: write STAGE.NAME=VALUE.")
        elif name not in known:
            mistakes.append(_unknown(name, list(known)))
        else:
            *stages, leaf = name.split(".")
            table = tables
            for stage in stages:
                table = table.setdefault(stage, {})
            table[leaf] = value
    if not mistakes:
        overridden(PipelineConfig(), tables)
        return tables
    raise ConfigError("\n".join(mistakes))


def overridden(config: PipelineConfig, overrides: Mapping[str, Any]) -> PipelineConfig:
    """The config with other thresholds; raises ConfigError with one sentence for each mistake."""
    reader = TableReader("The threshold", limits=_limits)
    changed = reader.read(config, overrides)
    if reader.mistakes:
        raise ConfigError("\n".join(reader.mistakes))
    return changed


def _value(text: str) -> Any:
    """A value as a TOML file writes it; None when it is none."""
    try:
        table = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return None
    return table["value"] if len(table) == 1 else None


def _unknown(name: str, known: list[str]) -> str:
    stage, _, rest = name.partition(".")
    leaf = name.rpartition(".")[2]
    alike = near(name, known)
    alike += [full for full in known if full.endswith(f".{leaf}") and full not in alike]
    if not alike or not rest:
        alike += [full for full in known if full.startswith(f"{stage}.")][:5]
    if not alike:
        stages = sorted({full.partition(".")[0] for full in known})
        return f"There is no threshold {name}: the stages are {', '.join(stages)}."
    return f"There is no threshold {name}: near are {', '.join(alike)}."


def _limits(owner: Any, name: str) -> Limits:
    """What a threshold allows: finite, of a sensible size, and negative only where that has sense."""
    declared = declared_limits(owner, name)
    if declared != Limits():
        return declared
    if name.endswith(_SHARES):
        return Limits(0.0, 1.0)
    if name.endswith(_DECIBELS):
        return Limits(-_MOST_DB, _MOST_DB)
    numbers = _numbers(getattr(owner, name))
    largest = max((abs(number) for number in numbers), default=0.0) * _MOST_TIMES or math.inf
    return Limits(-largest if min(numbers, default=0.0) < 0 else 0.0, largest)


def _numbers(value: Any) -> list[float]:
    items = value if isinstance(value, tuple) else (value,)
    return [float(i) for i in items if isinstance(i, int | float) and not isinstance(i, bool)]
