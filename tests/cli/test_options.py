"""The options that commands share: settings, what they hold in vain, and thresholds to try."""

from importlib import import_module
from pathlib import Path

import pytest
from tests.integration.commands import DEMO, callwatch, failed_kindly

from callwatch.app.calls import CallFactory
from callwatch.app.doctor import diagnose
from callwatch.cli.options import configured
from callwatch.cli.tree import COMMANDS
from callwatch.config import Config, load_what_works
from callwatch.core.errors import ConfigError
from callwatch.session.pipeline_config import PipelineConfig


@pytest.fixture
def old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    path.write_text("[analysis.pace]\ndead_air_s = 9.0\n[overlay]\nscale = 2\n")
    monkeypatch.setenv("CALLWATCH_CONFIG", str(path))
    return path


def test_what_a_file_holds_in_vain_is_said_once_on_stderr(
    old_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert configured().overlay.scale == 2.0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("analysis.pace.dead_air_s") == 1
    assert err.startswith(f"note: The settings file {old_file} ")


def test_the_doctor_names_it_too(old_file: Path) -> None:
    (found,) = (finding for finding in diagnose() if finding.name == "settings")
    assert found.ok
    assert "analysis.pace.dead_air_s" in found.message


def test_a_name_that_leads_to_no_settings_is_refused_by_commands_and_not_by_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = tmp_path / "missing.toml"
    monkeypatch.setenv("CALLWATCH_CONFIG", str(missing))
    with pytest.raises(
        ConfigError, match=r"CALLWATCH_CONFIG names .*missing\.toml, which does not"
    ):
        configured()
    loaded, problem = load_what_works()  # its first run writes the file
    assert (loaded.config, problem) == (Config(), "")
    missing.write_text("", "utf-8")
    assert configured() == Config()


def test_thresholds_reach_the_analysis_over_what_the_settings_say() -> None:
    tried = ["pace.dead_air_s=12", "nudges.min_gap_s=5"]
    desk = CallFactory(configured("sv", "none", None, tried))
    config = desk.analysis_config()
    assert (config.pace.dead_air_s, config.nudges.min_gap_s) == (12.0, 5.0)
    assert config.language == "sv"
    assert CallFactory(configured("en", "none")).analysis_config() == PipelineConfig()


@pytest.mark.parametrize("name", ["analyze", "replay", "live", "demo"])
def test_every_command_that_analyses_takes_thresholds(name: str) -> None:
    command = COMMANDS[name]
    function = getattr(import_module(command.module), command.attribute)
    assert "experimental" in function.__annotations__


def test_a_threshold_that_there_is_not_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"near are pace\.dead_air_s"):
        configured(experimental=["pace.dead_air=12"])
    done = callwatch(
        "analyze", DEMO, "--out", tmp_path / "out", "--experimental", "pace.dead_air_s=nan"
    )
    assert "The threshold pace.dead_air_s is nan: it must be a number from 0 to 800." in (
        failed_kindly(done)
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "command",
    [["trends"], ["calls", "show", "x"], ["team", "--out", "x"], ["phrases", "match"], ["redact"]],
)
def test_a_language_that_there_is_not_is_the_same_sentence_in_every_command(
    command: list[str],
) -> None:
    done = callwatch(*command, "--language", "xx")
    assert "'xx' is not known: use en, sv, da or nb" in failed_kindly(done)
