"""Thresholds by name: checked by their own names and defaults, whatever they are."""

from dataclasses import replace

import pytest

from callwatch.core.errors import ConfigError
from callwatch.session.experimental import overridden, parse_overrides, thresholds
from callwatch.session.pipeline_config import PipelineConfig

KNOWN = thresholds(PipelineConfig())


def with_values(*assignments: str) -> PipelineConfig:
    return overridden(PipelineConfig(), parse_overrides(assignments))


def test_a_threshold_is_set_and_the_others_stay() -> None:
    config = with_values("pace.dead_air_s=12", "nudges.switched_off=['keep_listening']")
    assert config.pace == replace(PipelineConfig().pace, dead_air_s=12.0)
    assert config.nudges.switched_off == {"keep_listening"}
    assert config.escalation == PipelineConfig().escalation


def test_the_language_is_no_threshold() -> None:
    assert "language" not in KNOWN
    with pytest.raises(
        ConfigError, match="There is no threshold language: the stages are control,"
    ):
        with_values("language='sv'")


@pytest.mark.parametrize("name", KNOWN)
def test_every_default_is_allowed_and_nonsense_is_not(name: str) -> None:
    value = KNOWN[name]
    if isinstance(value, int | float):
        text = str(value).lower()
        assert with_values(f"{name}={text}") == PipelineConfig()
        for nonsense in ("'x'", "nan", "inf", "-inf", "1e9", "-1e9", "[1]"):
            with pytest.raises(ConfigError, match=rf"^The threshold {name} is .*: it must be "):
                with_values(f"{name}={nonsense}")


@pytest.mark.parametrize(
    ("assignment", "sentence"),
    [
        ("pace.dead_air=8", r"There is no threshold pace.dead_air: near are pace.dead_air_s"),
        ("dead_air_s=8", r"There is no threshold dead_air_s: near are pace.dead_air_s"),
        (
            "pace=8",
            r"There is no threshold pace: near are .*pace.monologue_s, pace.fast_speech_wpm",
        ),
        ("stage.x=8", r"There is no threshold stage.x: the stages are control, "),
        ("pace.zzz=8", r"There is no threshold pace.zzz: near are pace\."),
        ("pace.dead_air_s", r"--experimental pace.dead_air_s cannot be read: write STAGE"),
        ("pace.dead_air_s=", r"cannot be read: write STAGE.NAME=VALUE"),
        ("pace.dead_air_s=a b", r"cannot be read: write STAGE.NAME=VALUE"),
        ("pace.dead_air_s=1\nx=2", r"cannot be read: write STAGE.NAME=VALUE"),
        ("pace.dead_air_s=-1", r"must be a number from 0 to 800"),
        ("pace.dead_air_s=801", r"must be a number from 0 to 800"),
        ("nudges.withheld_share=1.1", r"must be a number from 0 to 1"),
        ("nudges.switched_off=['x']", r"x is not the name of a nudge"),
        ("feed.pause_s=0.1", r"\[feed\] cannot be used: short_pause_s must not be longer"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(assignment: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        with_values(assignment)


def test_each_mistake_has_a_sentence_of_its_own() -> None:
    with pytest.raises(ConfigError) as refused:
        parse_overrides(["pace.dead_air=8", "pace"])
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize(("value", "allowed"), [("-199", True), ("199", True), ("201", False)])
def test_decibels_may_be_negative(value: str, allowed: bool) -> None:
    # Some threshold in decibels that the config of its stage does not limit itself.
    name = next(name for name in KNOWN if name.startswith("quality.") and name.endswith("_db"))
    if allowed:
        assert with_values(f"{name}={value}") != PipelineConfig()
    else:
        with pytest.raises(ConfigError, match="must be a number from -200 to 200"):
            with_values(f"{name}={value}")


def test_a_share_is_one_at_most() -> None:
    shares = [name for name in KNOWN if name.endswith("_share")]
    assert shares
    for name in shares:
        with pytest.raises(ConfigError, match=r"must be a number from 0 to 1\."):
            with_values(f"{name}=1.01")
