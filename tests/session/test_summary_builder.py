from dataclasses import replace

import pytest
from tests.report.builders import rich_call

from callwatch.core.cues import CueKind
from callwatch.core.events import CallStarted, CueClosed, CueOpened, CueWithdrawn, Event
from callwatch.core.facts import Fact
from callwatch.session.summary_builder import summarize

CALL = rich_call()
CUE = next(cue for cue in CALL.cues if cue.kind is CueKind.RAISED_VOICE)


@pytest.mark.parametrize(
    "events",
    [
        [CueOpened(20.0, "c", CUE), CueWithdrawn(21.0, "c")],
        [CueOpened(20.0, "c", CUE), CueClosed(21.0, "c", CUE), CueWithdrawn(22.0, "c")],
        [CueOpened(20.0, "c", CUE), CueWithdrawn(21.0, "c"), CueClosed(22.0, "c", CUE)],
    ],
)
def test_a_cue_that_was_withdrawn_leaves_no_trace(events: list[Event]) -> None:
    start = CallStarted(0.0, CALL.call)
    assert summarize([start, *events]).cues == ()
    kept = CueOpened(20.0, "d", replace(CUE, friendly=True))
    assert summarize([start, kept, *events]).cues == (kept.cue,)


def test_a_call_that_was_cut_short_says_so() -> None:
    assert summarize([CallStarted(0.0, CALL.call)]).input_quality.warnings == (Fact("cut_short"),)
