"""Raised voices that laughter or words show to be friendly."""

import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.events import CueClosed, CueOpened, CueWithdrawn, Event, VoiceSettled
from callwatch.core.facts import quoted
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.detectors.friendly_voice import FriendlyVoice
from callwatch.voice.effort.laughter import Laugh

AGENT, CUSTOMER = Channel.AGENT, Channel.CUSTOMER
NEAR_S = 3.0


def cue(start_s: float, end_s: float, channel: Channel = CUSTOMER) -> Cue:
    return Cue(CueKind.RAISED_VOICE, channel, TimeSpan(start_s, end_s), end_s, 0.9, quoted("made"))


def opened(channel: Channel = CUSTOMER) -> CueOpened:
    return CueOpened(11.0, "r-1", cue(10.0, 11.0, channel))


def closed(channel: Channel = CUSTOMER) -> CueClosed:
    return CueClosed(14.0, "r-1", cue(10.0, 13.0, channel))


def words(text: str, start_s: float, channel: Channel = CUSTOMER) -> Utterance:
    spans = [TimeSpan(start_s + i / 4, start_s + i / 4 + 0.2) for i in range(len(text.split()))]
    said = tuple(Word(w, span) for w, span in zip(text.split(), spans, strict=True))
    return Utterance("u", channel, said, is_final=True, consumed_s=start_s + 5)


def laugh(end_s: float, channel: Channel = CUSTOMER) -> Laugh:
    return Laugh(channel, TimeSpan(end_s - 0.8, end_s), end_s + 0.3)


def flags(events: list[Event]) -> list[tuple[str, bool | None]]:
    return [
        (type(e).__name__, e.cue.friendly if isinstance(e, (CueOpened, CueClosed)) else None)
        for e in events
    ]


def test_without_a_sign_nothing_changes() -> None:
    voice = FriendlyVoice(Language.EN)
    settled = VoiceSettled(16.0, CUSTOMER)
    assert voice.process([opened(), closed(), settled]) == [opened(), closed(), settled]


@pytest.mark.parametrize("who", [AGENT, CUSTOMER])
def test_laughter_before_it_makes_it_friendly_at_once(who: Channel) -> None:
    out = FriendlyVoice(Language.EN).process([opened(), closed()], [laugh(9.5, who)])
    assert flags(out) == [("CueOpened", True), ("CueClosed", True)]
    assert len({e.id for e in out if isinstance(e, (CueOpened, CueClosed))}) == 1


def test_words_that_come_later_take_the_cue_back() -> None:
    voice = FriendlyVoice(Language.EN)
    voice.process([opened(), closed()])
    out = voice.hear(words("oh thank you so much", 12.0), 17.0, threatens=False)
    assert flags(out) == [("CueWithdrawn", None), ("CueOpened", True), ("CueClosed", True)]
    withdrawn, again, last = out
    assert isinstance(withdrawn, CueWithdrawn)
    assert isinstance(again, CueOpened)
    assert isinstance(last, CueClosed)
    assert withdrawn.id == "r-1"
    assert again.id == last.id != "r-1"
    assert last.cue.span == TimeSpan(10.0, 13.0)


def test_a_cue_that_goes_on_is_closed_under_its_new_name() -> None:
    voice = FriendlyVoice(Language.EN)
    voice.process([opened()])
    (_, again) = voice.process([], [laugh(11.5)])
    (last,) = voice.process([closed()])
    assert isinstance(again, CueOpened)
    assert isinstance(last, CueClosed)
    assert last.id == again.id
    assert last.cue.friendly


def test_it_is_taken_back_once() -> None:
    voice = FriendlyVoice(Language.EN)
    voice.process([opened(), closed()])
    assert voice.hear(words("thank you", 12.0), 17.0, threatens=False)
    assert voice.hear(words("thank you", 12.0), 17.5, threatens=False) == []


@pytest.mark.parametrize(
    ("said", "threatens"),
    [
        (words("so I told them thank you", 30.0), False),
        (words("oh thank you so much", 12.0, AGENT), False),
        (words("oh thank you so much", 12.0), True),
        (words("hello there", 12.0), False),
        (words("thanks for nothing", 12.0), False),
    ],
)
def test_what_says_nothing_of_the_customers_voice(said: Utterance, threatens: bool) -> None:
    voice = FriendlyVoice(Language.EN)
    voice.process([opened(), closed()])
    assert voice.hear(said, 40.0, threatens=threatens) == []


@pytest.mark.parametrize("text", ["good morning", "have a nice day goodbye", "thank you"])
def test_the_agents_greeting_is_no_loudness(text: str) -> None:
    voice = FriendlyVoice(Language.EN)
    voice.process([opened(AGENT), closed(AGENT)])
    out = voice.hear(words(text, 10.2, AGENT), 17.0, threatens=False)
    assert flags(out)[-1] == ("CueClosed", True)


@pytest.mark.parametrize(("apart_s", "is_friendly"), [(-0.1, True), (0.1, False)])
def test_bound_of_the_same_seconds(apart_s: float, is_friendly: bool) -> None:
    out = FriendlyVoice(Language.EN).process([opened()], [laugh(10.0 - NEAR_S - apart_s)])
    assert flags(out) == [("CueOpened", True if is_friendly else None)]


@pytest.mark.parametrize("size", [1, 3])
def test_how_the_events_come_does_not_matter(size: int) -> None:
    """Laughter that is known between opening and closing, in one call or in several."""
    items: list[tuple[list[Event], list[Laugh]]] = [
        ([opened()], []),
        ([], [laugh(12.0)]),
        ([closed()], []),
    ]
    voice, out = FriendlyVoice(Language.EN), list[Event]()
    for at in range(0, 3, size):
        part = items[at : at + size]
        out += voice.process([e for es, _ in part for e in es], [x for _, xs in part for x in xs])
    assert [type(e) for e in out] == [CueOpened, CueWithdrawn, CueOpened, CueClosed]
