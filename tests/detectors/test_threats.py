from dataclasses import replace

import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, ThreatCategory
from callwatch.core.events import CueClosed, CueOpened, CueWithdrawn, Event
from callwatch.core.facts import Fact
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Alternative, Utterance, Word
from callwatch.detectors.threats import ThreatConfig, ThreatDetector
from callwatch.phrases.matcher import PhraseMatch, PhraseMatcher

MATCHER = PhraseMatcher.for_language(Language.EN)


def heard(
    text: str,
    start_s: float = 10.0,
    *,
    uid: str = "u1",
    final: bool = True,
    channel: Channel = Channel.CUSTOMER,
    confidence: float = 1.0,
) -> Utterance:
    words = tuple(
        Word(word, TimeSpan(start_s + 0.3 * i, start_s + 0.3 * i + 0.25), confidence)
        for i, word in enumerate(text.split())
    )
    return Utterance(uid, channel, words, final, start_s + 0.3 * len(words) + 0.2)


class Finds:
    """A matcher that knows one phrase; `longest`: in more words than this it drowns."""

    def __init__(self, phrase: str, *, by_rule: bool = True, longest: int = 99) -> None:
        self.phrase, self.by_rule, self.longest = phrase, by_rule, longest

    def match(self, text: str, *, thorough: bool = True) -> list[PhraseMatch]:
        at = text.find(self.phrase)
        if at < 0 or len(text.split()) > self.longest:
            return []
        end = at + len(self.phrase)
        evidence = Fact("phrase", {"what": "rule", "said": self.phrase, "rule": "made.up"})
        return [
            PhraseMatch(ThreatCategory.PUBLICITY, self.phrase, at, end, 0.9, evidence, self.by_rule)
        ]


def cues(events: list[Event]) -> list[Cue]:
    return [event.cue for event in events if isinstance(event, CueClosed)]


def test_a_finished_threat_opens_and_closes_with_the_times_of_its_words() -> None:
    utterance = heard("well okay then i will see you in court")
    opened, closed = ThreatDetector(MATCHER).hear(utterance)
    assert isinstance(opened, CueOpened)
    assert isinstance(closed, CueClosed)
    assert opened.id == closed.id
    assert closed.cue.category == "legal"
    assert closed.cue.channel is Channel.CUSTOMER
    assert utterance.span.start_s < closed.cue.span.start_s < closed.cue.span.end_s
    assert closed.cue.span.end_s == utterance.span.end_s
    assert closed.cue.detected_s == utterance.consumed_s


def test_the_agents_words_are_never_judged() -> None:
    assert (
        ThreatDetector(MATCHER).hear(heard("i will see you in court", channel=Channel.AGENT)) == []
    )


def test_a_partial_alone_opens_nothing() -> None:
    detector = ThreatDetector(MATCHER)
    assert detector.hear(heard("i will see you in court", final=False)) == []
    assert detector.hear(heard("i will see you in court shoes")) != []


def test_repeated_partials_open_and_the_final_closes_the_same_cue() -> None:
    detector = ThreatDetector(MATCHER, ThreatConfig(partial_repeats=2))
    assert detector.hear(heard("see you in court", final=False)) == []
    (opened,) = detector.hear(heard("see you in court then", final=False))
    assert isinstance(opened, CueOpened)
    assert detector.hear(heard("see you in court then mate", final=False)) == []
    (closed,) = detector.hear(heard("see you in court then mate bye"))
    assert isinstance(closed, CueClosed)
    assert closed.id == opened.id
    assert closed.cue.detected_s == opened.cue.detected_s


def test_two_partials_are_enough_for_words_that_others_have_followed() -> None:
    detector = ThreatDetector(MATCHER)
    assert detector.hear(heard("i will see you in court and then what", final=False)) == []
    (opened,) = detector.hear(heard("i will see you in court and then what say", final=False))
    assert isinstance(opened, CueOpened)
    detector = ThreatDetector(MATCHER)
    assert detector.hear(heard("so i will see you in court", final=False)) == []
    assert detector.hear(heard("so i will see you in court so", final=False)) == []


def test_an_urgent_partial_opens_at_once_and_is_withdrawn_when_it_was_wrong() -> None:
    detector = ThreatDetector(MATCHER)
    (opened,) = detector.hear(heard("i am going to kill myself", final=False))
    assert isinstance(opened, CueOpened)
    assert opened.cue.category == "self_harm"
    (gone,) = detector.hear(heard("i am going to kill two birds with one stone"))
    assert isinstance(gone, CueWithdrawn)
    assert gone.id == opened.id


def test_an_urgent_partial_without_a_final_is_withdrawn() -> None:
    detector = ThreatDetector(MATCHER)
    (opened,) = detector.hear(heard("i am going to kill myself", final=False))
    events = detector.hear(heard("thank you", 30.0, uid="u2"))
    assert [type(event) for event in events] == [CueWithdrawn]
    assert isinstance(opened, CueOpened)
    detector.hear(heard("i am going to kill myself", 40.0, uid="u3", final=False))
    assert [type(event) for event in detector.end(50.0)] == [CueWithdrawn]
    assert detector.end(51.0) == []


def test_words_that_were_hardly_heard_count_less() -> None:
    sure = cues(ThreatDetector(MATCHER).hear(heard("see you in court")))
    unsure = cues(ThreatDetector(MATCHER).hear(heard("see you in court", confidence=0.6)))
    assert unsure[0].score < sure[0].score
    assert ThreatDetector(MATCHER).hear(heard("see you in court", confidence=0.0)) == []
    partial = heard("i am going to kill myself", final=False, confidence=0.3)
    assert ThreatDetector(MATCHER).hear(partial) == []


def test_a_threat_split_over_two_utterances_is_caught_once() -> None:
    detector = ThreatDetector(Finds("putting all of it"))
    first = heard("if this is not fixed today i will be putting", 10.0, uid="a")
    assert detector.hear(first) == []
    found = cues(detector.hear(heard("all of it on facebook", first.span.end_s + 1.0, uid="b")))
    assert [cue.category for cue in found] == ["publicity"]
    assert found[0].span.start_s < first.span.end_s
    assert found[0].span.end_s > first.span.end_s


@pytest.mark.parametrize(
    ("language", "before", "after", "category"),
    [
        (
            Language.EN,
            "right so tomorrow morning you will be",
            "hearing from my solicitor",
            "legal",
        ),
        (Language.EN, "let me tell you i will break", "your legs", "physical"),
        (Language.SV, "då så nu vill jag prata", "med din chef", "manager"),
        (Language.DA, "nu er det nok jeg vil tale", "med din chef", "manager"),
        (Language.NB, "nå er det nok vi ses", "i retten", "legal"),
    ],
)
def test_split_threats_in_four_languages(
    language: Language, before: str, after: str, category: str
) -> None:
    detector = ThreatDetector(PhraseMatcher.for_language(language))
    first = heard(before, 10.0, uid="a")
    assert detector.hear(first) == []
    found = cues(detector.hear(heard(after, first.span.end_s + 1.0, uid="b")))
    assert [cue.category for cue in found] == [category]


def test_a_split_is_not_joined_over_a_long_pause() -> None:
    detector = ThreatDetector(Finds("putting all of it"))
    first = heard("if this is not fixed today i will be putting", 10.0, uid="a")
    detector.hear(first)
    assert not cues(detector.hear(heard("all of it on facebook", first.span.end_s + 9.0, uid="b")))


def test_no_doubles_when_the_next_utterance_follows() -> None:
    detector = ThreatDetector(MATCHER)
    first = heard("i will see you in court", 10.0, uid="a")
    assert len(cues(detector.hear(first))) == 1
    assert cues(detector.hear(heard("do you hear me", first.span.end_s + 0.3, uid="b"))) == []


def test_a_negation_before_the_cut_is_remembered() -> None:
    detector = ThreatDetector(MATCHER)
    first = heard("look i am not going to", 10.0, uid="a")
    detector.hear(first)
    assert cues(detector.hear(heard("sue you over this", first.span.end_s + 0.2, uid="b"))) == []


def test_a_second_threat_later_is_a_second_cue() -> None:
    detector = ThreatDetector(MATCHER)
    one = cues(detector.hear(heard("see you in court", 10.0, uid="a")))
    two = cues(detector.hear(heard("see you in court", 60.0, uid="b")))
    assert len(one) == len(two) == 1


def test_an_utterance_without_words_is_survived() -> None:
    assert ThreatDetector(MATCHER).hear(Utterance("u", Channel.CUSTOMER, (), True, 3.0)) == []


def test_likeness_alone_must_be_surer_than_a_rule() -> None:
    class Judges(Finds):
        def __init__(self, score: float, by_rule: bool) -> None:
            super().__init__("nothing works")
            self.score, self.by_rule = score, by_rule

        def match(self, text: str, *, thorough: bool = True) -> list[PhraseMatch]:
            return [
                replace(found, score=self.score, by_rule=self.by_rule)
                for found in super().match(text)
            ]

    said = heard("you know nothing works here")
    assert cues(ThreatDetector(Judges(0.58, True)).hear(said))
    assert not cues(ThreatDetector(Judges(0.58, False)).hear(said))
    assert cues(ThreatDetector(Judges(0.75, False)).hear(said))


def test_likeness_is_judged_sentence_by_sentence() -> None:
    said = heard(
        "The lamp blinks twice. Everyone will read this soon, I promise. I paid on Monday."
    )
    [cue] = cues(ThreatDetector(Finds("will read", by_rule=False, longest=8)).hear(said))
    assert cue.span == TimeSpan(said.words[5].span.start_s, said.words[6].span.end_s)


def test_words_of_two_sentences_make_no_likeness() -> None:
    said = heard("I left the paper on the table. Going home now is what I would like to do.")
    assert cues(ThreatDetector(Finds("table. Going", by_rule=False)).hear(said)) == []


def test_a_rule_reads_across_sentences() -> None:
    said = heard("I left the paper on the table. Going home now is what I would like to do.")
    assert len(cues(ThreatDetector(Finds("table. Going")).hear(said))) == 1


def test_a_sentence_that_was_cut_in_two_is_read_as_one() -> None:
    detector = ThreatDetector(Finds("the paper. Will", by_rule=False, longest=12))
    detector.hear(heard("I paid on Monday. Tomorrow everybody with the paper.", 10.0, uid="u1"))
    assert len(cues(detector.hear(heard("Will read about you people.", 13.0, uid="u2")))) == 1


def misheard(share: float) -> Utterance:
    others = (Alternative("well i will see you in court", share), Alternative("well i see", 0.3))
    return replace(heard("well i will sing you in port"), alternatives=others)


def test_a_threat_in_another_reading_is_told_as_a_perhaps() -> None:
    [cue] = cues(ThreatDetector(MATCHER).hear(misheard(0.2)))
    assert cue.category == "legal"
    assert cue.evidence.code == "perhaps_phrase"
    assert cue.span.end_s == misheard(0.2).span.end_s


def test_an_unlikely_reading_is_not_told() -> None:
    assert ThreatDetector(MATCHER).hear(misheard(0.1)) == []


def test_a_partial_that_another_reading_confirms_is_not_taken_back() -> None:
    detector = ThreatDetector(MATCHER)
    for _ in range(3):
        detector.hear(heard("well i will see you in court", final=False))
    [closed] = detector.hear(misheard(0.2))
    assert isinstance(closed, CueClosed)


class Means(Finds):
    """Finds its phrase only when it reads thoroughly."""

    def match(self, text: str, *, thorough: bool = True) -> list[PhraseMatch]:
        return super().match(text) if thorough else []


def test_a_settled_sentence_of_two_partials_is_read_for_its_meaning() -> None:
    detector = ThreatDetector(Means("all will know", by_rule=False))
    first = "Soon all will know. I paid"
    assert detector.hear(heard(first, final=False)) == []
    (opened,) = detector.hear(heard(f"{first} on Monday and", final=False))
    assert isinstance(opened, CueOpened)
    (closed,) = detector.hear(heard(f"{first} on Monday and I wait."))
    assert isinstance(closed, CueClosed)
    assert closed.id == opened.id


def test_a_sentence_that_changes_from_partial_to_partial_is_not_settled() -> None:
    detector = ThreatDetector(Means("all will know", by_rule=False))
    assert detector.hear(heard("Tunes all will go. I paid on", final=False)) == []
    assert detector.hear(heard("Soon all will know. I paid on Monday", final=False)) == []


def test_another_reading_is_believed_only_when_its_meaning_agrees() -> None:
    class Hasty(Finds):
        def match(self, text: str, *, thorough: bool = True) -> list[PhraseMatch]:
            return [] if thorough else super().match(text)

    said = replace(heard("soon a wheel no"), alternatives=(Alternative("soon all will know", 0.4),))
    assert ThreatDetector(Hasty("all will know", by_rule=False)).hear(said) == []
    assert cues(ThreatDetector(Finds("all will know", by_rule=False)).hear(said))


# Each bound just inside and just outside.


class Sure:
    """Finds "so" with a chosen score; a text with "never" is harmless."""

    def __init__(
        self,
        score: float = 0.9,
        category: ThreatCategory = ThreatCategory.PUBLICITY,
        *,
        by_rule: bool = True,
    ) -> None:
        self.score, self.category, self.by_rule = score, category, by_rule

    def match(self, text: str, *, thorough: bool = True) -> list[PhraseMatch]:
        at = text.find("so")
        if at < 0 or "never" in text:
            return []
        evidence = Fact("phrase", {"what": "rule", "said": "so", "rule": "made.up"})
        return [PhraseMatch(self.category, "so", at, at + 2, self.score, evidence, self.by_rule)]


@pytest.mark.parametrize(
    ("score", "by_rule", "found"),
    [(0.49, True, False), (0.51, True, True), (0.59, False, False), (0.61, False, True)],
)
def test_how_sure_a_match_must_be(score: float, by_rule: bool, found: bool) -> None:
    detector = ThreatDetector(Sure(score, by_rule=by_rule))
    assert bool(cues(detector.hear(heard("so then")))) is found


@pytest.mark.parametrize(("score", "found"), [(0.82, False), (0.85, True)])
def test_how_much_an_unsure_word_weighs(score: float, found: bool) -> None:
    # A word of confidence 0.2 counts 0.5 + 0.5 * 0.2.
    said = heard("so then", confidence=0.2)
    assert bool(cues(ThreatDetector(Sure(score)).hear(said))) is found


@pytest.mark.parametrize(
    ("score", "category", "opens"),
    [
        (0.74, ThreatCategory.PHYSICAL, False),
        (0.76, ThreatCategory.PHYSICAL, True),
        (0.99, ThreatCategory.PUBLICITY, False),
    ],
)
def test_an_urgent_partial_result_must_be_sure(
    score: float, category: ThreatCategory, opens: bool
) -> None:
    detector = ThreatDetector(Sure(score, category))
    assert bool(detector.hear(heard("so", final=False))) is opens


def partial(at_s: float, tail_s: float = 0.0) -> Utterance:
    """What is heard at `at_s`: "so", and speech that goes on for `tail_s` after it."""
    words = (Word("so", TimeSpan(10.0, 10.25)), Word("er", TimeSpan(10.25, 10.25 + tail_s)))
    said = words[: 2 if tail_s else 1]
    return Utterance("u1", Channel.CUSTOMER, said, False, at_s)


@pytest.mark.parametrize(
    ("partials", "opens"),
    [
        ([partial(11.0)] * 2, False),
        ([partial(11.0)] * 3, True),
        ([partial(11.0), partial(12.15)], False),
        ([partial(11.0), partial(12.25)], True),
        ([partial(11.0, 0.75)] * 2, False),
        ([partial(11.0, 0.85)] * 2, True),
        ([partial(11.0, 0.85)], False),
    ],
    ids=["twice", "thrice", "1.15 s", "1.25 s", "settled 0.75 s", "settled 0.85 s", "once"],
)
def test_how_many_partial_results_must_agree(partials: list[Utterance], opens: bool) -> None:
    detector = ThreatDetector(Sure())
    events = [event for one in partials for event in detector.hear(one)]
    assert bool(events) is opens


@pytest.mark.parametrize(
    ("share", "score", "found"),
    [(0.14, 0.9, False), (0.16, 0.9, True), (0.5, 0.69, False), (0.5, 0.71, True)],
)
def test_how_much_belief_another_reading_needs(share: float, score: float, found: bool) -> None:
    said = replace(heard("go then"), alternatives=(Alternative("so then", share),))
    assert bool(cues(ThreatDetector(Sure(score)).hear(said))) is found


def followed(detector: ThreatDetector, first: str, gap_s: float, second: str) -> list[Cue]:
    before = heard(first, 10.0, uid="a")
    detector.hear(before)
    return cues(detector.hear(heard(second, before.span.end_s + gap_s, uid="b")))


@pytest.mark.parametrize(("gap_s", "joined"), [(2.45, True), (2.55, False)])
def test_how_long_a_pause_inside_a_threat_may_be(gap_s: float, joined: bool) -> None:
    detector = ThreatDetector(Finds("putting all of it"))
    assert bool(followed(detector, "i will be putting", gap_s, "all of it online")) is joined


@pytest.mark.parametrize(("gap_s", "harmless"), [(0.55, True), (0.65, False)])
def test_how_short_a_pause_makes_one_sentence(gap_s: float, harmless: bool) -> None:
    assert bool(followed(ThreatDetector(Sure()), "i would never", gap_s, "so then")) is not harmless


@pytest.mark.parametrize(("between", "found"), [(13, True), (14, False)])
def test_how_many_words_before_are_read_along(between: int, found: bool) -> None:
    said = " ".join(["putting", *["it"] * between])
    detector = ThreatDetector(Finds(f"{said} online"))
    assert bool(followed(detector, f"i will be {said}", 1.0, "online")) is found
