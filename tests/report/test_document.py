import json
import math
from dataclasses import replace
from typing import Any

import pytest
from tests.report.builders import AGENT, empty_call, long_call, rich_call

from callwatch.core.channels import Channel
from callwatch.core.errors import InputError
from callwatch.core.summary import CallSummary
from callwatch.document import cue_from_document, cue_to_document, from_document, to_document


@pytest.mark.parametrize("summary", [rich_call(), empty_call(), long_call(0.2, 900)])
def test_a_summary_survives_the_round_trip_through_json(summary: CallSummary) -> None:
    text = json.dumps(to_document(summary), allow_nan=False)
    assert from_document(json.loads(text)) == summary


def test_the_document_has_the_promised_fields() -> None:
    document = to_document(rich_call())
    assert document["schema"] == "callwatch.report/1"
    assert set(document["call"]) == {
        *("id", "agent_id", "started_at", "duration_s", "source", "language", "engine", "model"),
        *("audio_kept_until", "is_recording"),
    }
    assert set(document["metrics"]) == {
        *("talk_s", "talk_share", "overlap_s", "silence_s", "longest_silence_s", "non_talk"),
        *("longest_monologue_s", "response_latency_median_s", "turns", "switches_per_min"),
        *("interruptions", "backchannels", "speech_rate_wpm", "loudness_dbfs"),
    }
    assert set(document["input_quality"]["agent"]) == {
        *("speech_level_dbfs", "noise_level_dbfs", "clipped_share", "bleed_db", "drift_ppm"),
        *("dropped_s", "silent_s", "non_speech_sound_s"),
    }
    assert set(document["performance"]) == {
        *("real_time_factor", "audio_s", "cpu_s", "peak_memory_mb", "dropped_s"),
        *("stt_lag_max_s", "stt_skipped_s"),
    }
    for cue in document["cues"]:
        assert {
            *("kind", "channel", "start_s", "end_s", "detected_s", "score"),
            *("evidence", "evidence_code", "evidence_params"),
        } <= set(cue)
        assert "friendly" not in cue
    kinds = {cue["kind"]: cue for cue in document["cues"]}
    assert kinds["interruption"]["yielded"] is True
    assert kinds["raised_voice"]["effort"] == 3.1
    assert kinds["raised_voice"]["level_delta_db"] == 7.5
    assert kinds["threat"]["category"] in ("leave", "manager")
    for nudge in document["nudges"]:
        assert {"time_s", "key", "text", "level", "shown", "because"} <= set(nudge)
    assert document["segments"][0] == {"channel": "agent", "start_s": 0.5, "end_s": 4.0}
    assert set(document["utterances"][0]["words"][0]) == {"text", "start_s", "end_s", "confidence"}


def test_a_friendly_raised_voice_says_so() -> None:
    friendly = next(replace(c, friendly=True) for c in rich_call().cues if c.effort is not None)
    document = cue_to_document(friendly)
    assert document["friendly"] is True
    assert cue_from_document(document) == friendly


def test_what_was_not_measured_is_null_and_containers_keep_their_shape() -> None:
    document = to_document(empty_call())
    metrics = document["metrics"]
    assert metrics["talk_s"] == {"agent": None, "customer": None}
    assert metrics["non_talk"] == {"total_s": None, "instances": []}
    assert metrics["loudness_dbfs"] == {"agent": [], "customer": []}
    assert document["input_quality"]["customer"]["bleed_db"] is None


def test_numbers_are_rounded_to_milliseconds_and_never_nan() -> None:
    summary = rich_call()
    odd = replace(
        summary,
        metrics=replace(
            summary.metrics,
            overlap_s=math.nan,
            silence_s=math.inf,
            talk_s={AGENT: 1.23456789, Channel.CUSTOMER: 2.0},
        ),
    )
    metrics = to_document(odd)["metrics"]
    assert metrics["overlap_s"] is None
    assert metrics["silence_s"] is None
    assert metrics["talk_s"]["agent"] == 1.235


def test_the_non_talk_total_is_the_sum_of_its_instances() -> None:
    non_talk = to_document(long_call(0.3, 300))["metrics"]["non_talk"]
    total = sum(i["end_s"] - i["start_s"] for i in non_talk["instances"])
    assert non_talk["total_s"] == pytest.approx(total, abs=0.001)


@pytest.mark.parametrize(
    "broken",
    [{}, {"schema": "callwatch.report/2"}, {"schema": "callwatch.report/1"}, [], None, "x"],
)
def test_another_document_is_refused_with_a_sentence(broken: Any) -> None:
    with pytest.raises(InputError, match="report"):
        from_document(broken)


def test_a_damaged_document_is_refused_with_a_sentence() -> None:
    document = to_document(rich_call())
    document["cues"][0]["kind"] = "no such kind"
    with pytest.raises(InputError, match="damaged"):
        from_document(document)


def _with(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    document: Any = json.loads(json.dumps(to_document(rich_call())))
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return dict(document)


LONGEST_S = 31 * 24 * 3600.0


@pytest.mark.parametrize(
    ("path", "last", "beyond"),
    [
        (("call", "duration_s"), LONGEST_S, LONGEST_S + 1.0),
        (("call", "duration_s"), 0.0, -0.001),
        (("segments", 0, "end_s"), LONGEST_S, LONGEST_S + 1.0),
        (("turn_spans", 0, "end_s"), LONGEST_S, LONGEST_S + 1.0),
        (("cues", 0, "end_s"), LONGEST_S, LONGEST_S + 1.0),
        (("metrics", "non_talk", "instances", 0, "end_s"), LONGEST_S, LONGEST_S + 1.0),
        (("cues", 0, "start_s"), 0.0, -0.001),
    ],
)
def test_a_stored_time_that_no_call_has_is_refused(
    path: tuple[str | int, ...], last: float, beyond: float
) -> None:
    from_document(_with(path, last))
    with pytest.raises(InputError, match="analyse the call again"):
        from_document(_with(path, beyond))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("call", "duration_s"), "long"),
        (("call", "duration_s"), float("inf")),
        (("call", "duration_s"), True),
        (("utterances", 0, "words", 0, "text"), 7),
        (("metrics", "turns", "agent"), "many"),
        (("effort_curve", "customer"), ["loud"]),
    ],
)
def test_a_stored_value_of_another_kind_is_refused(
    path: tuple[str | int, ...], value: object
) -> None:
    with pytest.raises(InputError, match="analyse the call again"):
        from_document(_with(path, value))
