"""The configuration as the fields of the settings window."""

from collections.abc import Mapping

from callwatch.config import LoadedConfig, load_config, save_values, user_config_path
from callwatch.core.channels import Language
from callwatch.core.nudges import NudgeLevel
from callwatch.session.nudge_rules import BREATHER, RULES
from callwatch.texts.catalogue import load_texts
from callwatch_ui.settings import MAX_SCALE, MIN_OPACITY, MIN_SCALE, THEME_CHOICES
from callwatch_ui.windows.settings_form import FieldKind, SettingsField, Value

ENGINES = ("auto", "vosk", "whisper", "none")
# What a person finds in the settings window; the rest is for the file.
CHOICES = {
    "call.language": tuple(language.value for language in Language),
    "recognition.engine": ENGINES,
    "overlay.theme": THEME_CHOICES,
}
RANGES = {
    "store.retention_days": (1.0, 3650.0, 1.0),
    "overlay.scale": (MIN_SCALE, MAX_SCALE, 0.25),
    "overlay.opacity": (MIN_OPACITY, 1.0, 0.05),
    "app.end_after_silence_s": (10.0, 600.0, 10.0),
}
SHOWN = (
    "call.language", "call.agent_id", "call.remember_baseline", "devices.agent", "devices.customer",
    "recognition.engine", "recognition.model", "overlay.theme", "overlay.scale",
    "overlay.opacity", "overlay.keep_open", "overlay.click_through", "overlay.reduced_motion",
    "overlay.hide_from_sharing", "app.auto_calls", "app.end_after_silence_s",
    "store.retention_days", "store.keep_transcript", "store.keep_audio",
)  # fmt: skip
# The switches of single cards are one list in the file.
NUDGES = "nudges."
SWITCHED_OFF = "analysis.nudges.switched_off"


class AppSettings:
    """The configuration as fields (callwatch_ui.windows.settings_form.SettingsSource)."""

    def __init__(self, loaded: LoadedConfig) -> None:
        self.loaded = loaded

    def fields(self) -> list[SettingsField]:
        """The settings in force; IT's keys are locked."""
        return [*(self._field(key) for key in SHOWN), *self._nudges()]

    def save(self, changes: Mapping[str, Value]) -> None:
        """Into the user's file, then read again."""
        values: dict[str, object] = {}
        off = set(self.loaded.config.analysis.nudges.switched_off)
        for key, value in changes.items():
            if key.startswith(NUDGES):
                (off.discard if value else off.add)(key.removeprefix(NUDGES))
                values[SWITCHED_OFF] = sorted(off)
            else:
                values[key] = value
        save_values(self.loaded.user_path or user_config_path(), values)
        self.loaded = load_config(self.loaded.user_path)

    def _field(self, key: str) -> SettingsField:
        section, _, name = key.partition(".")
        value: Value = getattr(getattr(self.loaded.config, section), name)
        kind = FieldKind.TEXT
        if key in CHOICES:
            kind, value = FieldKind.CHOICE, str(value)
        elif isinstance(value, bool):
            kind = FieldKind.SWITCH
        elif isinstance(value, int | float):
            kind = FieldKind.NUMBER
        least, most, step = RANGES.get(key, (0.0, 100.0, 1.0))
        choices = CHOICES.get(key, ())
        if kind is FieldKind.CHOICE and value not in choices:
            choices = (*choices, str(value))
        locked = key in self.loaded.locked
        return SettingsField(key, kind, value, choices, least, most, step, is_locked=locked)

    def _nudges(self) -> list[SettingsField]:
        """A switch for each kind of card, named by its own title; danger is always shown."""
        config = self.loaded.config
        off = config.analysis.nudges.switched_off
        is_locked = SWITCHED_OFF in self.loaded.locked
        titles = load_texts("nudges", config.call.language)
        return [
            SettingsField(
                f"{NUDGES}{key}", FieldKind.SWITCH, key not in off, is_locked=is_locked,
                label=titles[f"{key}.title"],
            )
            for key in (*(k for k in RULES if RULES[k].level is not NudgeLevel.URGENT), BREATHER)
        ]  # fmt: skip
