import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import contextlib
import gc
import sqlite3
import threading
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from tests.app.desktop.test_sides import DEVICES

from callwatch.app.desktop import history as history_fields
from callwatch.app.desktop import host as desktop
from callwatch.app.desktop import settings as settings_fields
from callwatch.app.desktop.host import AppHost
from callwatch.app.desktop.run import run_app
from callwatch.app.desktop.settings import PAGES, AppSettings
from callwatch.app.desktop.warm_up import Until
from callwatch.audio.files import open_recording
from callwatch.audio.source import CallSource
from callwatch.config import DeviceConfig, LoadedConfig, load_config, load_what_works
from callwatch.core.channels import Language
from callwatch.core.errors import CallwatchError, ConfigError, MissingPartError
from callwatch.core.events import Event, NudgeShown
from callwatch.session.nudge_rules import RULES
from callwatch.texts.catalogue import load_texts
from callwatch_ui.windows.settings_form import FieldKind, SettingsField
from callwatch_ui.windows.setup_host import SetupResult


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LoadedConfig:
    """Settings in a folder of the test, with the retention locked by IT."""
    user, site = tmp_path / "config.toml", tmp_path / "site.toml"
    site.write_text("[store]\nretention_days = 7\n")
    user.write_text(
        f'[store]\nurl = "sqlite:///{(tmp_path / "calls.sqlite").as_posix()}"\n[recognition]\nengine = "none"\n'
    )
    for module in (desktop, history_fields):
        monkeypatch.setattr(module, "data_folder", lambda: tmp_path / "data")
    monkeypatch.setattr("callwatch.config.site_config_path", lambda: site)
    return load_config(user, site)


# Of the demo call: both sides, a listening word, and a while of the customer.
CALL_S = 12.0


def demo_source(*_: object, **__: object) -> CallSource:
    call = Path(str(resources.files("callwatch.demo").joinpath("call.flac")))
    return Until(open_recording(call, block_s=0.1), CALL_S)


def test_every_shown_setting_has_a_name_in_the_texts(loaded: LoadedConfig) -> None:
    fields = {field.key: field for field in AppHost(loaded).settings.fields()}
    assert [key for key in fields if not key.startswith("nudges.card.")] == [
        key for keys in PAGES.values() for key in keys
    ]
    texts = load_texts("app", Language.EN)
    for field in fields.values():
        assert field.label or f"settings.field.{field.key}" in texts, field.key
        assert f"settings.section.{field.section}" in texts
    assert fields["store.retention_days"].is_locked
    assert fields["store.retention_days"].value == 7
    assert fields["overlay.click_through"].kind is FieldKind.SWITCH


def test_changes_are_kept_in_the_users_file(loaded: LoadedConfig) -> None:
    host = AppHost(loaded)
    host.settings.save({"overlay.theme": "dark", "overlay.scale": 2.0})
    assert host.overlay_settings().theme == "dark"
    assert load_config(loaded.user_path).config.overlay.scale == 2.0
    host.finish_setup(SetupResult(Language.SV, "mic", "monitor", "none"))
    assert host.config.call.language is Language.SV
    assert host.config.devices.customer == "monitor"


def test_a_file_that_cannot_be_written_is_told(loaded: LoadedConfig, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    host = AppHost(LoadedConfig(loaded.config, loaded.locked, tmp_path / "file" / "config.toml"))
    with pytest.raises(ConfigError, match="cannot be"):
        host.settings.save({"overlay.theme": "dark"})


def test_a_call_of_the_app_ends_up_in_its_history_and_is_deleted_with_all_of_it(
    loaded: LoadedConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop, "open_live", demo_source)
    host = AppHost(loaded)
    assert host.history.calls() == []
    events: list[Event] = []
    over = threading.Event()
    call = host.start(events.append)
    call.hold()
    call.unhold()
    call.on_finished(over.set)
    assert over.wait(60)
    call.stop()
    call.stop()
    rows = host.history.calls()
    assert [round(row.duration_s) for row in rows] == [CALL_S]
    assert host.history.report(rows[0].id).stat().st_size > 10_000
    assert rows[0].threats is None, "without words nobody knows"
    assert host.last_report() == call.outcome.paths.html if call.outcome else False
    assert call.outcome is not None
    replayed, duration_s = host.recording(call.outcome.journal, lambda *_: None)
    assert len(replayed) == len(events)
    assert duration_s >= rows[0].duration_s - 1
    host.history.delete(rows[0].id)
    assert host.history.calls() == []
    left = [p for p in (tmp_path / "data").rglob("*") if p.is_file()]
    assert [p.name for p in left if p.suffix != ".sqlite"] == []
    assert host.last_report() is None


def test_without_a_display_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    with pytest.raises(MissingPartError, match="callwatch live"):
        run_app()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[call\nlanguage", "is broken"),
        ("schema = 99\n", "another version"),
        ('[call]\nlanguage = "fi"\n', "one of en, sv, da, nb"),
        ('[overlay]\ntheme = "pink"\n', "one of system, light, dark, contrast"),
    ],
    ids=["no TOML", "newer", "a value", "a theme"],
)
def test_settings_that_cannot_be_used_are_kept_and_told(
    text: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, site = tmp_path / "config.toml", tmp_path / "site.toml"
    user.write_text(text)
    site.write_text("[store]\nretention_days = 7\n")
    monkeypatch.setenv("CALLWATCH_CONFIG", str(user))
    monkeypatch.setattr("callwatch.config.site_config_path", lambda: site)
    loaded, problem = load_what_works()
    host = AppHost(loaded, problem)
    assert told in host.problem
    assert host.config.store.retention_days == 7
    assert host.settings.loaded.locked == {"store.retention_days"}
    assert host.overlay_settings().theme == "system"
    assert user.read_text() == text
    assert not host.needs_setup


def test_every_card_can_be_switched_off_and_on(loaded: LoadedConfig) -> None:
    host = AppHost(loaded)
    fields = {field.key: field for field in host.settings.fields()}
    assert fields["nudges.card.keep_listening"].label == "Keep listening"
    shown = {key for key in fields if key.startswith("nudges.card.")}
    # Danger to life or limb is always shown: no switch may promise otherwise.
    urgent = {"nudges.card.threat.physical", "nudges.card.threat.self_harm"}
    assert shown == {f"nudges.card.{key}" for key in (*RULES, "breather")} - urgent
    host.settings.save(dict.fromkeys(shown, False))
    assert host.config.nudges.switched_off == {key.removeprefix("nudges.card.") for key in shown}
    host.settings.save(dict.fromkeys(shown - {"nudges.card.keep_listening"}, True))
    assert host.config.nudges.switched_off == {"keep_listening"}
    values = {field.key: field.value for field in host.settings.fields()}
    assert values["nudges.card.keep_listening"] is False
    assert values["nudges.card.threat.manager"] is True


def test_the_slider_says_how_many_cards(loaded: LoadedConfig) -> None:
    settings = AppHost(loaded).settings
    amounts = []
    for amount in (4, 0, 1):
        settings.save({"nudges.amount": amount})
        nudges = settings.loaded.config.nudges
        amounts.append((nudges.enabled, nudges.most_in_ten_minutes))
        assert {f.key: f.value for f in settings.fields()}["nudges.amount"] == amount
    assert amounts == [(True, 4), (False, 4), (True, 1)]
    settings.save({"nudges.most_in_ten_minutes": 9})
    slider = next(f for f in settings.fields() if f.key == "nudges.amount")
    assert (slider.value, slider.choices[-1]) == (9, "9")


def devices_of(agent: str, customer: str, loaded: LoadedConfig) -> dict[str, SettingsField]:
    config = replace(loaded.config, devices=DeviceConfig(agent, customer))
    settings = AppSettings(LoadedConfig(config, loaded.locked, loaded.user_path), lambda: DEVICES)
    return {f.key: f for f in settings.fields() if f.key.startswith("devices.")}


def test_devices_are_lists_that_know_what_the_file_says(loaded: LoadedConfig) -> None:
    fields = devices_of("", "", loaded)
    assert fields["devices.agent"].choices == ("", "id-Webcam", "id-Headset")
    assert fields["devices.customer"].choices[1:] == (
        "id-Monitor of Headset",
        "id-Monitor of Screen",
    )
    fields = devices_of("webcam", "gone", loaded)
    assert fields["devices.agent"].value == "id-Webcam"
    assert (fields["devices.customer"].value, fields["devices.customer"].choices[-1]) == (
        "gone",
    ) * 2
    # One device with two channels.
    assert devices_of("webcam", "", loaded)["devices.customer"].value == "id-Webcam"


def test_only_what_is_installed_can_be_chosen(
    loaded: LoadedConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_fields, "has_library", lambda engine: engine == "vosk")
    fields = {field.key: field for field in AppHost(loaded).settings.fields()}
    assert fields["recognition.engine"].choices == ("auto", "vosk", "none")


def test_a_wrong_value_is_corrected_in_the_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = tmp_path / "config.toml"
    user.write_text('schema = 1\n[overlay]\ntheme = "pink"\nscale = 9\n[analysis.pace]\nx = 1\n')
    monkeypatch.setenv("CALLWATCH_CONFIG", str(user))
    host = AppHost(*load_what_works())
    host.settings.save({"overlay.theme": "dark"})
    assert host.overlay_settings().theme == "dark"
    assert "overlay.scale" in load_what_works()[1]
    host.settings.save({"overlay.scale": 2.0})
    assert load_what_works()[1] == ""


def test_a_recording_is_analysed_for_its_replay(loaded: LoadedConfig, tmp_path: Path) -> None:
    call = Path(str(resources.files("callwatch.demo").joinpath("call.flac")))
    reached: list[float] = []
    events, duration_s = AppHost(loaded).recording(call, lambda at_s, _: reached.append(at_s))
    assert any(isinstance(event, NudgeShown) for event in events)
    assert duration_s == pytest.approx(open_recording(call).duration_s, abs=1)
    assert reached == sorted(reached)
    assert not (tmp_path / "data").exists()


def test_a_replay_can_be_stopped(loaded: LoadedConfig) -> None:
    call = Path(str(resources.files("callwatch.demo").joinpath("call.flac")))

    def stop(at_s: float, _: float | None) -> None:
        raise CallwatchError("stopped")

    with pytest.raises(CallwatchError, match="stopped"):
        AppHost(loaded).recording(call, stop)


def test_warmed_up_a_call_uses_what_was_loaded_and_settings_of_its_own(
    loaded: LoadedConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop, "open_live", demo_source)
    monkeypatch.setattr(desktop, "load_driver", lambda: None)
    host = AppHost(loaded)
    host.warm_up()
    try:
        warm = host.engine.factory_for(host.config)
        host.settings.save({"call.remember_baseline": True})
        assert host.engine.factory_for(host.config) is warm
        assert warm.config.call.remember_baseline
        host.settings.save({"call.language": "sv"})
        assert host.engine.factory_for(host.config) is not warm
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("harm", ["locked", "broken", "newer"])
def test_a_history_that_cannot_take_a_call_is_told_and_the_report_is_there(
    harm: str, loaded: LoadedConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop, "open_live", demo_source)
    host = AppHost(loaded)
    file = tmp_path / "calls.sqlite"
    assert host.last_fault() == ""
    if harm == "broken":
        file.write_text("This is no database.")
    else:
        assert host.history.calls() == []
    with contextlib.closing(sqlite3.connect(tmp_path / "calls.sqlite")) as other:
        if harm == "newer":
            other.execute("UPDATE alembic_version SET version_num = '9999'")
            other.commit()
        elif harm == "locked":
            monkeypatch.setattr("callwatch.store.database.BUSY_TIMEOUT_S", 0.1)
            other.execute("BEGIN EXCLUSIVE")
        over = threading.Event()
        call = host.start(lambda _: None)
        call.on_finished(over.set)
        assert over.wait(60)
        call.stop()
    assert call.outcome is not None
    assert call.outcome.paths.html.exists()
    words = {"locked": "in use by another program", "broken": "damaged", "newer": "newer callwatch"}
    assert words[harm] in host.last_fault()
    assert host.last_fault().endswith(".")
