from callwatch.core.channels import Channel
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import CueClosed, CueOpened, CueWithdrawn
from callwatch.core.facts import quoted
from callwatch.core.spans import TimeSpan
from callwatch.session.attribution import AttributionFilter


def cue(kind: CueKind) -> Cue:
    return Cue(kind, Channel.AGENT, TimeSpan(1.0, 2.0), 2.0, 0.8, quoted("0.8 s overlap"))


def opened(kind: CueKind, name: str = "x") -> CueOpened:
    return CueOpened(2.0, name, cue(kind))


def closed(kind: CueKind, name: str = "x") -> CueClosed:
    return CueClosed(3.0, name, cue(kind))


def test_an_interruption_nobody_can_be_blamed_for_is_held_back_to_its_end() -> None:
    apart = AttributionFilter()
    assert apart.holds_back(opened(CueKind.INTERRUPTION), separable=False)
    # The channels became separable in between: the rest of a cue nobody saw is not told either.
    assert apart.holds_back(closed(CueKind.INTERRUPTION), separable=True)
    assert not apart.holds_back(closed(CueKind.INTERRUPTION), separable=False)


def test_a_cue_that_was_told_is_ended_and_words_stay_true() -> None:
    apart = AttributionFilter()
    assert not apart.holds_back(opened(CueKind.INTERRUPTION), separable=True)
    assert not apart.holds_back(closed(CueKind.INTERRUPTION), separable=False)
    assert not apart.holds_back(opened(CueKind.ACKNOWLEDGEMENT), separable=False)
    assert not apart.holds_back(opened(CueKind.DEAD_AIR), separable=False)


def test_a_listening_word_that_grows_into_an_interruption_is_told_when_it_can_be_believed() -> None:
    apart = AttributionFilter()
    assert apart.holds_back(opened(CueKind.BACKCHANNEL), separable=False)
    assert not apart.holds_back(opened(CueKind.INTERRUPTION), separable=True)
    assert not apart.holds_back(closed(CueKind.INTERRUPTION), separable=True)
    assert apart.holds_back(opened(CueKind.RAISED_VOICE, "y"), separable=False)
    assert apart.holds_back(CueWithdrawn(3.0, "y"), separable=False)
