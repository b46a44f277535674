"""The settings files: what is allowed in them, who wins, and what becomes of one of schema 1."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from callwatch.config import (
    DROPPED_FROM_1,
    MOVED_FROM_1,
    Config,
    LoadedConfig,
    NudgeSettings,
    OverlayConfig,
    load_config,
    load_what_works,
    save_values,
)
from callwatch.core.channels import Language
from callwatch.core.errors import ConfigError
from callwatch.core.table_reader import declared_limits
from callwatch.session.nudge_rules import RULES
from callwatch_ui import settings as window

SCHEMA_1 = Path(__file__).parent / "config_schema_1.toml"


class Files:
    """A user's and IT's settings file."""

    def __init__(self, folder: Path) -> None:
        self.user, self.site = folder / "user.toml", folder / "site.toml"

    def load(self, user: str = "", site: str = "") -> LoadedConfig:
        self.user.write_text(user, "utf-8")
        self.site.write_text(site, "utf-8")
        return load_config(self.user, self.site)

    def refused(self, user: str = "", site: str = "") -> list[str]:
        """A sentence for each mistake."""
        with pytest.raises(ConfigError) as told:
            self.load(user, site)
        return str(told.value).splitlines()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_without_files_the_defaults_hold(files: Files) -> None:
    loaded = load_config(files.user, files.site)
    assert (loaded.config, loaded.locked, loaded.notes) == (Config(), frozenset(), ())


def test_its_file_wins_and_locks(files: Files) -> None:
    loaded = files.load(
        '[store]\nretention_days = 90\n[call]\nlanguage = "sv"\n', "[store]\nretention_days = 7\n"
    )
    assert loaded.config.store.retention_days == 7
    assert loaded.config.call.language is Language.SV
    assert loaded.locked == {"store.retention_days"}


def test_a_file_of_its_that_cannot_be_read_locks_nothing(files: Files) -> None:
    files.user.write_text("[store]\nretention_days = 90\n")
    files.site.write_text("[store\n")
    loaded, problem = load_what_works_of(files)
    assert loaded.config.store.retention_days == 90
    assert loaded.locked == frozenset()
    assert f"The settings file {files.site} is broken" in problem


def load_what_works_of(files: Files) -> tuple[LoadedConfig, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("callwatch.config.site_config_path", lambda: files.site)
        return load_what_works(files.user)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("store.retention_days = 0", "is 0: it must be a whole number from 1 to 36500."),
        ("store.retention_days = nan", "is nan: it must be a whole number from 1 to 36500."),
        ("overlay.theme = 'pink'", "'pink': it must be one of system, light, dark, contrast."),
        ("overlay.scale = 0.9", "is 0.9: it must be a number from 1 to 3."),
        ("app.end_after_silence_s = nan", "is nan: it must be a number from 1 to 3600."),
        ("app.end_after_silence_s = -60.0", "is -60.0: it must be a number from 1 to 3600."),
        ("nudges.withheld_share = 7.0", "is 7.0: it must be a number from 0 to 1."),
        ("nudges.switched_off = 'keep_listening'", "it must be a list, each item one of "),
        (
            "nudges.switched_off = ['keep_listning']",
            "is 'keep_listning': it must be one of threat.",
        ),
        ("call.language = 'fi'", "is 'fi': it must be one of en, sv, da, nb."),
        ("call.langauge = 'sv'", "does not exist: did you mean call.language."),
        ("schema = 2\nanalysis.pace.dead_air_s = 9.0", "The setting analysis"),
    ],
)
def test_a_value_that_would_do_harm_is_refused_with_a_sentence(
    files: Files, text: str, sentence: str
) -> None:
    (told,) = files.refused(text)
    assert sentence in told
    assert str(files.user) in told
    (told,) = files.refused(site=text)
    assert str(files.site) in told


@pytest.mark.parametrize("schema", ["0", "3", "-1", "'2'", "true", "1.5", "[1]"])
def test_a_file_of_another_version_is_refused(files: Files, schema: str) -> None:
    (told,) = files.refused(f"schema = {schema}\n")
    assert "of another version of callwatch" in told
    with pytest.raises(ConfigError, match="another version"):
        save_values(files.user, {"overlay.theme": "dark"})
    assert files.user.read_text() == f"schema = {schema}\n"


def test_every_mistake_has_its_sentence_and_the_app_starts_with_the_rest(files: Files) -> None:
    text = "[overlay]\nscale = 9\ntheme = 'dark'\n[call]\nlanguage = 3\n"
    assert len(files.refused(text)) == 2
    loaded, problem = load_what_works_of(files)
    assert loaded.config.overlay == OverlayConfig(theme="dark")
    assert problem.count("it must be") == 2


def test_the_overlay_allows_what_its_settings_allow() -> None:
    scale, opacity = (declared_limits(OverlayConfig(), name) for name in ("scale", "opacity"))
    assert (scale.least, scale.most) == (window.MIN_SCALE, window.MAX_SCALE)
    assert (opacity.least, opacity.most) == (window.MIN_OPACITY, 1.0)
    assert declared_limits(OverlayConfig(), "theme").choices == window.THEME_CHOICES


def test_cards_can_be_switched_off_one_by_one_or_all() -> None:
    some = NudgeSettings(switched_off=frozenset({"keep_listening", "breather"}))
    assert some.off == {"keep_listening", "breather"}
    assert some.budget().switched_off == {"keep_listening"}  # the breather is no card of a call
    none = NudgeSettings(enabled=False)
    assert none.off == {*RULES, "breather"}
    assert none.budget().switched_off == set(RULES)


def test_the_nudges_of_a_call_are_those_of_the_settings() -> None:
    chosen = NudgeSettings(most_in_ten_minutes=5, min_gap_s=90.0, withheld_share=0.2).budget()
    assert (chosen.most_in_window, chosen.min_gap_s, chosen.withheld_share) == (5, 90.0, 0.2)
    assert chosen.window_s == 600.0
    assert NudgeSettings().budget() == type(chosen)()


# A file of schema 1.


def leaves(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in table.items():
        nested = isinstance(value, Mapping)
        out |= leaves(value, f"{prefix}{key}.") if nested else {prefix + key: value}
    return out


def test_every_value_of_schema_1_that_is_still_a_setting_is_kept(files: Files) -> None:
    text = SCHEMA_1.read_text("utf-8")
    config, kept = files.load(text).config, 0
    for key, value in leaves(tomllib.loads(text)).items():
        now = MOVED_FROM_1.get(key, key)
        if key == "schema" or (now == key and key.startswith(DROPPED_FROM_1)):
            continue
        table, name = now.split(".")
        read = getattr(getattr(config, table), name)
        assert read == (frozenset(value) if isinstance(value, list) else value)
        assert read != getattr(getattr(Config(), table), name), "the file says nothing of its own"
        kept += 1
    assert kept == 25
    assert config.nudges == NudgeSettings(
        True, 1, 90.0, frozenset({"keep_listening", "threat.manager"}), 0.1
    )


def test_what_was_dropped_is_named_in_one_sentence(files: Files) -> None:
    (note,) = files.load(SCHEMA_1.read_text("utf-8")).notes
    assert note.count(". ") == 0
    assert str(files.user) in note
    for name in (
        "app.both_within_s", "app.least_speech_s", "app.end_after_lost_s",
        "82 keys of [analysis.voice]", "29 keys of [analysis.turn_taking]",
        "analysis.method.min_confidence",
    ):  # fmt: skip
        assert name in note
    for kept in ("overlay.theme", "min_gap_s", "switched_off"):
        assert kept not in note


@pytest.mark.parametrize("schema", ["", "schema = 1\n"])
def test_a_file_with_nothing_to_drop_is_read_without_a_word(files: Files, schema: str) -> None:
    loaded = files.load(schema + "[analysis.nudges]\nmost_in_window = 1\n[overlay]\nscale = 2\n")
    assert loaded.notes == ()
    assert (loaded.config.nudges.most_in_ten_minutes, loaded.config.overlay.scale) == (1, 2.0)


def test_a_new_name_beside_an_old_one_wins(files: Files) -> None:
    text = "[nudges]\nmin_gap_s = 70.0\n[analysis.nudges]\nmin_gap_s = 80.0\nmost_in_window = 3\n"
    assert files.load(text).config.nudges == NudgeSettings(True, 3, 70.0)


@pytest.mark.parametrize(
    "text", ["analysis = 3\n", "[[analysis]]\nx = 1\n", "analysis.nudges = []\n"]
)
def test_nonsense_among_what_was_dropped_does_no_harm(files: Files, text: str) -> None:
    assert files.load(text).config == Config()


@pytest.mark.parametrize("name", ["app", "nudges", "store"])
def test_a_value_in_the_place_of_a_table_is_refused_and_can_be_overwritten(
    files: Files, name: str
) -> None:
    text = f"{name} = 3\n[analysis.nudges]\nmin_gap_s = 80.0\n"
    (told,) = files.refused(text)
    assert told.endswith(f"is 3: it must be a table: write [{name}] above its keys.")
    changes = {"app.auto_calls": False, "nudges.enabled": False, "store.keep_transcript": False}
    save_values(files.user, changes)
    config = load_config(files.user, files.site).config
    assert (config.app.auto_calls, config.nudges.enabled, config.store.keep_transcript) == (
        False,
    ) * 3


def test_a_file_that_is_no_text_is_told(files: Files) -> None:
    files.user.write_bytes(b"\xff\xfe[store]")
    with pytest.raises(ConfigError, match="is broken"):
        load_config(files.user, files.site)
    with pytest.raises(ConfigError, match="cannot be written"):
        save_values(files.user, {"overlay.theme": "dark"})


def test_its_file_of_schema_1_locks_by_the_new_names(files: Files) -> None:
    loaded = files.load("", SCHEMA_1.read_text("utf-8"))
    assert len(loaded.notes) == 1
    assert str(files.site) in loaded.notes[0]
    assert {
        "nudges.switched_off",
        "nudges.most_in_ten_minutes",
        "store.keep_audio",
    } <= loaded.locked
    assert not [key for key in loaded.locked if "analysis" in key or "within" in key]
    user = "schema = 2\n[nudges]\nmost_in_ten_minutes = 9\n"
    assert files.load(user, SCHEMA_1.read_text("utf-8")).config.nudges.most_in_ten_minutes == 1


def test_saving_writes_schema_2_with_the_comments(files: Files) -> None:
    before = files.load(SCHEMA_1.read_text("utf-8")).config
    save_values(files.user, {"overlay.theme": "contrast", "nudges.most_in_ten_minutes": 4})
    text = files.user.read_text("utf-8")
    after = load_config(files.user, files.site)
    assert after.notes == ()
    assert after.config.overlay.theme == "contrast"
    assert after.config.nudges.most_in_ten_minutes == 4
    assert after.config.store == before.store
    assert after.config.nudges.switched_off == before.nudges.switched_off
    assert tomllib.loads(text)["schema"] == 2
    assert "# Seven days: the works council asked for it.\n[store]" in text
    assert "retention_days = 7  # not 30" in text
    assert "analysis" not in text
    copy = files.user.with_name("user.toml.schema-1")
    assert copy.read_text("utf-8") == SCHEMA_1.read_text("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "analysis.nudges.min_gap_s = 80.0\nanalysis.pace.dead_air_s = 9.0\n",
        "[analysis]\nnudges = {min_gap_s = 80.0}\npace.dead_air_s = 9.0\n",
        "[analysis.nudges]\nmin_gap_s = 80.0\n[overlay]\nscale = 2\n[analysis.pace]\ndead_air_s = 9.0\n",
        "[overlay]\nscale = 2\n# mine\n[analysis.nudges]\nmin_gap_s = 80.0  # calm\n",
    ],
    ids=["dotted", "inline", "out of order", "commented"],
)
def test_saving_moves_whatever_way_it_was_written(files: Files, text: str) -> None:
    files.load(text)
    save_values(files.user, {"app.auto_calls": False})
    config = load_config(files.user, files.site).config
    assert config.nudges.min_gap_s == 80.0
    assert not config.app.auto_calls
    assert tomllib.loads(files.user.read_text("utf-8"))["schema"] == 2
    assert "analysis" not in files.user.read_text("utf-8")


def test_saving_into_no_file_makes_one_of_schema_2(files: Files) -> None:
    save_values(files.user, {"store.retention_days": 7})
    assert tomllib.loads(files.user.read_text()) == {"schema": 2, "store": {"retention_days": 7}}


def test_a_value_that_cannot_be_used_is_not_saved(files: Files) -> None:
    files.load("[overlay]\nscale = 2\n")
    with pytest.raises(ConfigError, match="must be a number from 1 to 3"):
        save_values(files.user, {"overlay.scale": 9.0, "overlay.theme": "dark"})
    assert files.user.read_text() == "[overlay]\nscale = 2\n"
