"""What a settings dialog edits: plain fields, some of them locked by IT. No Qt in here.

The configuration itself belongs to whoever implements SettingsSource.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

Value = bool | int | float | str


class FieldKind(StrEnum):
    """How a field is edited."""

    SWITCH = "switch"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"
    SLIDER = "slider"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class SettingsField:
    """One setting. `key` is dotted, its first part the section: "overlay.theme".

    `choices` for CHOICE and SLIDER (numbers in order): stable names; `choice_labels` for those that
    are not among the app's own texts. `least`, `most`, `step`, `unit` for NUMBER, `in_percent` for
    one that people read so. `label` for a field whose name is not among the texts. `page` is where
    it stands, without it the first part of the key. CARD: a switch for one kind of card.
    """

    key: str
    kind: FieldKind
    value: Value
    choices: tuple[str, ...] = ()
    least: float = 0.0
    most: float = 100.0
    step: float = 1.0
    unit: str = ""
    is_locked: bool = False
    label: str = ""
    page: str = ""
    choice_labels: tuple[str, ...] = ()
    in_percent: bool = False

    @property
    def section(self) -> str:
        """The page that it stands on."""
        return self.page or self.key.partition(".")[0]


class SettingsSource(Protocol):
    """Where settings come from and go to."""

    def fields(self) -> Sequence[SettingsField]:
        """All settings that a person may see, in order."""

    def save(self, changes: Mapping[str, Value]) -> None:
        """Keep the changed values; raises ConfigError with a sentence when that fails."""


class SettingsForm:
    """The edited values of one visit to the dialog."""

    def __init__(self, fields: Sequence[SettingsField]) -> None:
        self.fields = {field.key: field for field in fields}
        self._values = {field.key: field.value for field in fields}

    def set(self, key: str, value: Value) -> None:
        """Edit a field; raises ValueError for a locked field or a value that it cannot hold."""
        field = self.fields[key]
        if field.is_locked:
            raise ValueError(f"{key} is locked by your organisation")
        listed = field.kind in (FieldKind.CHOICE, FieldKind.SLIDER)
        if listed and str(value) not in field.choices:
            raise ValueError(f"{key} is one of {', '.join(field.choices)}")
        if field.kind is FieldKind.NUMBER:
            number = float(value)
            if not field.least <= number <= field.most:
                raise ValueError(f"{key} lies in {field.least:g}..{field.most:g}")
            value = round(number) if isinstance(field.value, int) else number
        self._values[key] = value

    def value(self, key: str) -> Value:
        """The value as edited."""
        return self._values[key]

    def changes(self) -> dict[str, Value]:
        """What differs from the start."""
        return {k: v for k, v in self._values.items() if v != self.fields[k].value}

    def sections(self) -> dict[str, list[SettingsField]]:
        """Fields by section, in order."""
        out: dict[str, list[SettingsField]] = {}
        for field in self.fields.values():
            out.setdefault(field.section, []).append(field)
        return out
