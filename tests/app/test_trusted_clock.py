"""A clock that is set wrong deletes nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callwatch.app import trusted_clock
from callwatch.app.trusted_clock import ClockConfig, ClockEvidence, believed_now, look

DAY = 86_400.0
CONFIG = ClockConfig()


def seen(days: float, *, up: float | None = None, boot: str = "a") -> ClockEvidence:
    return ClockEvidence(days * DAY, (days if up is None else up) * DAY, boot)


def is_believed(*looks: ClockEvidence) -> bool:
    evidence: ClockEvidence | None = None
    for one in looks:
        evidence = look(evidence, one, CONFIG)
    assert evidence is not None
    return evidence.doubted_since_s is None


def test_the_first_look_is_believed() -> None:
    assert is_believed(seen(100))


@pytest.mark.parametrize(
    ("gap_days", "believed"), [(0.1, True), (3.9, True), (4.1, False), (60.0, False)]
)
def test_after_another_start_of_the_machine_a_long_gap_is_doubted(
    gap_days: float, believed: bool
) -> None:
    assert is_believed(seen(100), seen(100 + gap_days, up=0.0, boot="b")) is believed
    assert is_believed(seen(100, boot=""), seen(100 + gap_days, boot="")) is believed


@pytest.mark.parametrize(("jump_min", "believed"), [(55.0, True), (65.0, False)])
def test_while_the_machine_runs_its_uptime_knows(jump_min: float, believed: bool) -> None:
    later = seen(101 + jump_min / 1440, up=101)
    assert is_believed(seen(100), later) is believed


def test_a_machine_that_ran_through_a_holiday_is_believed() -> None:
    assert is_believed(seen(100), seen(135))


def test_a_jump_is_believed_once_the_clock_has_gone_on_for_a_day() -> None:
    jump = seen(160, up=0, boot="b")
    assert not is_believed(seen(100), jump, seen(160.9, up=0.9, boot="b"))
    assert is_believed(
        seen(100), jump, seen(160.9, up=0.9, boot="b"), seen(161.1, up=1.1, boot="b")
    )


def test_a_clock_that_is_set_right_again_is_believed_at_once() -> None:
    jump = seen(160, up=100.1)
    assert is_believed(seen(100), jump, seen(100.2, up=100.2))
    assert not is_believed(seen(100), jump, seen(100.2, up=100.2), seen(160.3, up=100.3))


def test_a_second_jump_begins_again() -> None:
    looks = [seen(100), seen(160, up=0, boot="b"), seen(220, up=0, boot="c")]
    assert not is_believed(*looks, seen(220.9, up=0.9, boot="c"))
    assert is_believed(*looks, seen(220.9, up=0.9, boot="c"), seen(221.1, up=1.1, boot="c"))


def test_the_evidence_is_kept_and_may_be_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trusted_clock, "boot_id", lambda: "")
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert believed_now(tmp_path, now) == now
    assert believed_now(tmp_path, now + timedelta(days=60)) is None
    numbers = ('"x"', "null", "1" + "0" * 400, "1e999", "NaN", "true")
    wrong = [f'{{"wall_s": {value}, "uptime_s": 1, "boot": ""}}' for value in numbers]
    wrong += [f'{{"wall_s": 1, "uptime_s": {value}, "boot": ""}}' for value in numbers]
    for broken in ("", "[]", "{}", *wrong, "[" * 5000):
        (tmp_path / "clock.json").write_text(broken)
        assert believed_now(tmp_path, now) == now
    (tmp_path / "file").write_text("")
    assert believed_now(tmp_path / "file", now) == now  # it cannot be kept there
