"""The configuration as the fields of the settings window."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from callwatch.app.desktop.sides import device_id, in_full, known_devices, side_choices
from callwatch.audio.backend import Device
from callwatch.config import LoadedConfig, load_what_works, save_values, user_config_path
from callwatch.core.channels import Channel, Language
from callwatch.core.nudges import NudgeLevel
from callwatch.core.table_reader import declared_limits
from callwatch.session.nudge_rules import BREATHER, RULES
from callwatch.speech.choose import has_library
from callwatch.speech.models.installed import installed_models
from callwatch.texts.catalogue import load_texts
from callwatch_ui.windows.settings_form import FieldKind, SettingsField, Value

# What a person finds in the settings window, page by page; the rest is for the file.
PAGES: Final = {
    "call": (
        "call.language", "devices.agent", "devices.customer", "call.remember_baseline",
        "call.agent_id",
    ),
    "recognition": ("recognition.engine", "recognition.model", "store.keep_transcript"),
    "nudges": ("nudges.amount",),
    "overlay": (
        "overlay.theme", "overlay.scale", "overlay.opacity", "overlay.keep_open",
        "overlay.reduced_motion", "overlay.click_through", "overlay.hide_from_sharing",
    ),
    "store": (
        "app.auto_calls", "app.end_after_silence_s", "store.retention_days", "store.keep_audio",
        "store.encrypt",
    ),
}  # fmt: skip
STEPS: Final = {"overlay.scale": 0.25, "overlay.opacity": 0.05, "app.end_after_silence_s": 10.0}
PERCENT: Final = frozenset({"overlay.scale", "overlay.opacity"})
# How many cards in ten minutes; none but danger to everything that the budget allows.
AMOUNTS: Final = (0, 1, 2, 3, 4, 6)
AMOUNT: Final = "nudges.amount"
# The switches of single cards are one list in the file.
CARD: Final = "nudges.card."
SWITCHED_OFF: Final = "nudges.switched_off"
SIDES: Final = {"devices.agent": Channel.AGENT, "devices.customer": Channel.CUSTOMER}


class AppSettings:
    """The configuration as fields (callwatch_ui.windows.settings_form.SettingsSource)."""

    def __init__(
        self, loaded: LoadedConfig, devices: Callable[[], Sequence[Device]] = known_devices
    ) -> None:
        self.loaded = loaded
        self._devices = devices

    def fields(self) -> list[SettingsField]:
        """The settings in force; IT's keys are locked."""
        out = []
        for page, keys in PAGES.items():
            for key in keys:
                if key == AMOUNT:
                    out += [self._amount(), *self._cards()]
                elif key == "devices.agent":
                    out += self._sides(page)
                elif key not in SIDES:
                    out.append(self._field(key, page))
        return out

    def save(self, changes: Mapping[str, Value]) -> None:
        """Into the user's file, then read again; what was wrong with other keys stays so."""
        values: dict[str, object] = {}
        off = set(self.loaded.config.nudges.switched_off)
        for key, value in changes.items():
            if key.startswith(CARD):
                (off.discard if value else off.add)(key.removeprefix(CARD))
                values[SWITCHED_OFF] = sorted(off)
            elif key == AMOUNT:
                values["nudges.enabled"] = int(value) > 0
                if int(value) > 0:
                    values["nudges.most_in_ten_minutes"] = int(value)
            else:
                values[key] = value
        if not SIDES.keys().isdisjoint(values):
            devices = self.loaded.config.devices
            agent = str(values.get("devices.agent", devices.agent))
            customer = str(values.get("devices.customer", devices.customer))
            pair = dict(zip(SIDES, in_full(agent, customer), strict=True))
            values |= {key: name for key, name in pair.items() if key not in self.loaded.locked}
        path = self.loaded.user_path or user_config_path()
        save_values(path, values)
        self.loaded, _ = load_what_works(path)

    def _field(self, key: str, page: str) -> SettingsField:
        section, _, name = key.partition(".")
        table = getattr(self.loaded.config, section)
        value, limits = getattr(table, name), declared_limits(table, name)
        choices, labels = self._choices(key, str(value)) or (limits.choices, ())
        kind = FieldKind.TEXT
        if choices:
            kind, value = FieldKind.CHOICE, str(value)
        elif isinstance(value, bool):
            kind = FieldKind.SWITCH
        elif isinstance(value, int | float):
            kind = FieldKind.NUMBER
        return SettingsField(
            key, kind, value, choices, limits.least, limits.most, STEPS.get(key, 1.0),
            is_locked=key in self.loaded.locked, page=page, choice_labels=labels,
            in_percent=key in PERCENT,
        )  # fmt: skip

    def _choices(self, key: str, value: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """What may be chosen on this machine, and how it is called where the texts do not know it."""
        if key == "call.language":
            return tuple(language.value for language in Language), ()
        if key == "recognition.engine":
            here = [engine for engine in ("vosk", "whisper") if has_library(engine)]
            known = ["auto", *here, "none"]
            return tuple(known if value in known else [*known, value]), ()
        if key == "recognition.model":
            language = self.loaded.config.call.language
            found = {str(m.path): m.name for m in installed_models() if m.knows(language)}
            if value and value not in found:
                found[value] = Path(value).name
            return ("", *found), ("", *found.values())
        return None

    def _sides(self, page: str) -> list[SettingsField]:
        devices, config = self._devices(), self.loaded.config.devices
        out = []
        values = {key: device_id(getattr(config, key.partition(".")[2]), devices) for key in SIDES}
        if values["devices.agent"] and not values["devices.customer"]:
            values["devices.customer"] = values["devices.agent"]  # its second channel
        for key, side in SIDES.items():
            value, choices = values[key], side_choices(side, devices) or [("", "")]
            if value not in [name for name, _ in choices]:
                known = {device.id: device.name for device in devices}
                choices.append((value, known.get(value, value)))
            out.append(
                SettingsField(
                    key,
                    FieldKind.CHOICE,
                    value,
                    tuple(name for name, _ in choices),
                    is_locked=key in self.loaded.locked,
                    page=page,
                    choice_labels=tuple(name for _, name in choices),
                )
            )
        return out

    def _amount(self) -> SettingsField:
        nudges, locked = self.loaded.config.nudges, self.loaded.locked
        value = nudges.most_in_ten_minutes if nudges.enabled else 0
        return SettingsField(
            AMOUNT, FieldKind.SLIDER, value,
            choices=tuple(str(n) for n in sorted({*AMOUNTS, value})),
            is_locked=not locked.isdisjoint({"nudges.enabled", "nudges.most_in_ten_minutes"}),
        )  # fmt: skip

    def _cards(self) -> list[SettingsField]:
        """A switch for each kind of card, named by its own title; danger is always shown."""
        config = self.loaded.config
        off = config.nudges.switched_off
        is_locked = SWITCHED_OFF in self.loaded.locked
        titles = load_texts("nudges", config.call.language)
        return [
            SettingsField(
                f"{CARD}{key}", FieldKind.CARD, key not in off, is_locked=is_locked,
                label=titles[f"{key}.title"],
            )
            for key in (*(k for k in RULES if RULES[k].level is not NudgeLevel.URGENT), BREATHER)
        ]  # fmt: skip
