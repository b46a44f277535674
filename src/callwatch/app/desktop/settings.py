"""The configuration as the fields of the settings window."""

from collections.abc import Mapping

from callwatch.config import LoadedConfig, load_what_works, save_values, user_config_path
from callwatch.core.channels import Language
from callwatch.core.nudges import NudgeLevel
from callwatch.core.table_reader import declared_limits
from callwatch.session.nudge_rules import BREATHER, RULES
from callwatch.texts.catalogue import load_texts
from callwatch_ui.windows.settings_form import FieldKind, SettingsField, Value

# What the settings file leaves open, or names by an enum.
CHOICES = {
    "call.language": tuple(language.value for language in Language),
    "recognition.engine": ("auto", "vosk", "whisper", "none"),
}
STEPS = {"overlay.scale": 0.25, "overlay.opacity": 0.05, "app.end_after_silence_s": 10.0}
# What a person finds in the settings window; the rest is for the file.
SHOWN = (
    "call.language", "call.agent_id", "call.remember_baseline", "devices.agent", "devices.customer",
    "recognition.engine", "recognition.model", "overlay.theme", "overlay.scale",
    "overlay.opacity", "overlay.keep_open", "overlay.click_through", "overlay.reduced_motion",
    "overlay.hide_from_sharing", "app.auto_calls", "app.end_after_silence_s",
    "store.retention_days", "store.keep_transcript", "store.keep_audio",
    "nudges.enabled", "nudges.most_in_ten_minutes",
)  # fmt: skip
# The switches of single cards are one list in the file.
CARD = "nudges.card."
SWITCHED_OFF = "nudges.switched_off"


class AppSettings:
    """The configuration as fields (callwatch_ui.windows.settings_form.SettingsSource)."""

    def __init__(self, loaded: LoadedConfig) -> None:
        self.loaded = loaded

    def fields(self) -> list[SettingsField]:
        """The settings in force; IT's keys are locked."""
        return [*(self._field(key) for key in SHOWN), *self._cards()]

    def save(self, changes: Mapping[str, Value]) -> None:
        """Into the user's file, then read again; what was wrong with other keys stays so."""
        values: dict[str, object] = {}
        off = set(self.loaded.config.nudges.switched_off)
        for key, value in changes.items():
            if key.startswith(CARD):
                (off.discard if value else off.add)(key.removeprefix(CARD))
                values[SWITCHED_OFF] = sorted(off)
            else:
                values[key] = value
        path = self.loaded.user_path or user_config_path()
        save_values(path, values)
        self.loaded, _ = load_what_works(path)

    def _field(self, key: str) -> SettingsField:
        section, _, name = key.partition(".")
        table = getattr(self.loaded.config, section)
        value, limits = getattr(table, name), declared_limits(table, name)
        choices = CHOICES.get(key, limits.choices)
        kind = FieldKind.TEXT
        if choices:
            kind, value = FieldKind.CHOICE, str(value)
            choices = choices if value in choices else (*choices, value)
        elif isinstance(value, bool):
            kind = FieldKind.SWITCH
        elif isinstance(value, int | float):
            kind = FieldKind.NUMBER
        return SettingsField(
            key, kind, value, choices, limits.least, limits.most, STEPS.get(key, 1.0),
            is_locked=key in self.loaded.locked,
        )  # fmt: skip

    def _cards(self) -> list[SettingsField]:
        """A switch for each kind of card, named by its own title; danger is always shown."""
        config = self.loaded.config
        off = config.nudges.switched_off
        is_locked = SWITCHED_OFF in self.loaded.locked
        titles = load_texts("nudges", config.call.language)
        return [
            SettingsField(
                f"{CARD}{key}", FieldKind.SWITCH, key not in off, is_locked=is_locked,
                label=titles[f"{key}.title"],
            )
            for key in (*(k for k in RULES if RULES[k].level is not NudgeLevel.URGENT), BREATHER)
        ]  # fmt: skip
