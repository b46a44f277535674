"""What of a call's sound may be kept: words that were understood, without numbers, without pauses."""

import numpy as np
import pytest

from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.redaction.audio_redaction import AudioRedactionConfig, AudioRedactor
from callwatch.redaction.redactor import UtteranceMasker

A, C = Channel.AGENT, Channel.CUSTOMER
EXACT = AudioRedactionConfig(word_pad_s=0.0, secret_pad_s=0.0)


def said(
    text: str, start_s: float, word_s: float = 0.5, channel: Channel = C, gap_s: float = 0.0
) -> Utterance:
    words = []
    for text_ in text.split():
        words.append(Word(text_, TimeSpan(start_s, start_s + word_s)))
        start_s += word_s + gap_s
    return Utterance(f"{channel}-{start_s}", channel, tuple(words), True, start_s)


def kept(
    *utterances: Utterance, language: Language = Language.EN, side: Channel = C
) -> list[TimeSpan]:
    """The spans after masking, as in a call."""
    masker, keepable = UtteranceMasker(language), AudioRedactor(language, EXACT)
    for utterance in utterances:
        for heard in (masker.mask(utterance), *masker.revisions()):
            keepable.hear(heard)
    for heard in masker.finish():
        keepable.hear(heard)
    return keepable.spans(side)


def covers(spans: list[TimeSpan], time_s: float) -> bool:
    return any(span.contains(time_s) for span in spans)


def test_only_words_are_kept() -> None:
    assert kept(said("my printer is broken", 10.0)) == [TimeSpan(10.0, 12.0)]
    assert kept() == []


def test_a_card_number_is_silent_on_both_sides_from_its_first_digit_to_its_last() -> None:
    number = "four one one one " * 4
    customer = said(f"my card is {number}thank you", 10.0)
    agent = said("mm yes I am writing that down for you now", 12.0, channel=A)
    spans = kept(customer, agent)
    assert covers(spans, 10.2)
    assert not any(covers(spans, t) for t in np.arange(11.5, 19.5, 0.1))
    assert covers(spans, 19.7)
    theirs = kept(customer, agent, side=A)
    assert not any(covers(theirs, t) for t in np.arange(12.0, 16.5, 0.1))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (Language.SV, "mitt personnummer är åttio noll ett noll ett tolv trettiofyra"),
        (Language.DA, "mit nummer er tyve tredive fyrre halvtreds"),
        (Language.NB, "kortet er 4111 1111 1111 1111"),
        (
            Language.EN,
            "I think it would be best for all of us to write to anna at example dot com please",
        ),
    ],
)
def test_whatever_is_masked_is_silent(language: Language, text: str) -> None:
    utterance = said(text, 0.0)
    masked = UtteranceMasker(language).mask(utterance)
    hidden = next(word for word in masked.words if word.text.startswith("["))
    spans = kept(utterance, language=language)
    assert not any(covers(spans, t) for t in np.arange(*_edges(hidden.span), 0.05))
    assert covers(spans, 0.2)


def _edges(span: TimeSpan) -> tuple[float, float]:
    return span.start_s, span.end_s


def test_digits_that_were_misheard_between_others_are_silent_although_no_mask_fits() -> None:
    # "four one one one" heard as "for want one one": no run is long enough for a mask.
    spans = kept(said("it is four one then want nine for two one wonder seven okay", 0.0))
    assert not any(covers(spans, t) for t in np.arange(1.0, 5.9, 0.1))
    assert covers(spans, 0.3)


def test_a_count_may_stay_and_a_number_of_three_digits_not() -> None:
    assert covers(kept(said("we are two at home and one at work", 0.0)), 1.2)
    assert not covers(kept(said("it says 123 there", 0.0)), 1.2)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        (Language.EN, "and the security code please"),
        (Language.EN, "what is your e-mail address"),
        (Language.SV, "kan jag få ditt telefonnummer"),
        (Language.SV, "vad är personnumret"),
        (Language.DA, "hvad er dit kortnummer"),
        (Language.NB, "hva er e-postadressen din"),
    ],
)
def test_an_answer_is_silent_also_when_it_was_misheard(language: Language, question: str) -> None:
    asked = said(question, 0.0, channel=A)
    answer = said("want to tree for car", 4.0)
    later = said("anything else", 18.0)
    spans = kept(asked, answer, later, language=language)
    assert not any(covers(spans, t) for t in np.arange(4.0, 6.4, 0.1))
    assert covers(spans, 18.4)
    assert covers(kept(asked, answer, language=language, side=A), 0.2), "the question may stay"


def test_a_misheard_address_is_silent_with_the_name_before_it() -> None:
    spans = kept(said("yes it is keeper and bear at sampul.com thanks a lot", 0.0))
    assert not any(covers(spans, t) for t in np.arange(0.2, 3.9, 0.1))
    assert covers(spans, 4.2)


def test_a_number_read_in_slow_groups_is_silent_to_its_end_after_its_start_is_forgotten() -> None:
    keepable, masker = AudioRedactor(Language.EN, EXACT), UtteranceMasker(Language.EN)
    for i, digit in enumerate(["four", "one", "three", "two", "nine", "six", "seven"]):
        keepable.hear(masker.mask(said(f"{digit}", 100.0 + 3.5 * i)))
    keepable.forget_before(118.0)
    assert not covers(keepable.spans(C), 100.0 + 3.5 * 6 + 0.2)


def test_a_recogniser_that_gives_words_no_times_of_their_own_costs_the_whole_utterance() -> None:
    span = TimeSpan(5.0, 9.0)
    words = tuple(Word(text, span) for text in ["the", "card", "is", "[card]", "thanks"])
    keepable = AudioRedactor(Language.EN, EXACT)
    keepable.hear(Utterance("c-1", C, words, True, 9.0))
    assert keepable.spans(C) == []
    plain = tuple(Word(text, span) for text in ["it", "is", "broken", "again"])
    keepable = AudioRedactor(Language.EN, EXACT)
    keepable.hear(Utterance("c-1", C, plain, True, 9.0))
    assert keepable.spans(C) == [span]


def test_without_any_time_nothing_is_kept() -> None:
    words = tuple(Word(text, TimeSpan(9.0, 9.0)) for text in ["it", "is", "broken"])
    keepable = AudioRedactor(Language.EN, EXACT)
    keepable.hear(Utterance("c-1", C, words, True, 9.0))
    assert keepable.spans(C) == []


def test_a_pause_is_silent_also_while_it_lasts() -> None:
    keepable = AudioRedactor(Language.EN, EXACT)
    keepable.hear(said("one moment please while I look", 0.0, 1.0))
    keepable.pause(2.0)
    assert keepable.spans(C) == [TimeSpan(0.0, 2.0)]
    keepable.resume(TimeSpan(2.0, 4.0))
    assert keepable.spans(C) == [TimeSpan(0.0, 2.0), TimeSpan(4.0, 6.0)]


def test_gains_do_not_depend_on_the_size_of_the_blocks() -> None:
    keepable = AudioRedactor(Language.EN)
    keepable.hear(said("hello there my order is late", 1.0, 0.4))
    keepable.hear(said("please look", 5.0, 0.4))
    whole = keepable.gains(C, 0.0, 8 * 16_000)
    pieces = [keepable.gains(C, at / 16_000, 1_777) for at in range(0, 8 * 16_000, 1_777)]
    np.testing.assert_allclose(np.concatenate(pieces)[: len(whole)], whole, atol=1e-4)
    assert whole[round(2.0 * 16_000)] == 1.0
    assert whole[round(4.4 * 16_000)] == 0.0
    assert np.abs(np.diff(whole)).max() < 0.01, "sound begins and ends without a click"


def spans_by_default(*heard: Utterance, word_pad_s: float = 0.0) -> list[TimeSpan]:
    """With the bounds as they are, the room around words apart."""
    keepable = AudioRedactor(Language.EN, AudioRedactionConfig(word_pad_s=word_pad_s))
    for utterance in heard:
        keepable.hear(utterance)
    return keepable.spans(C)


def test_a_quarter_of_a_second_is_kept_around_words() -> None:
    keepable = AudioRedactor(Language.EN)
    keepable.hear(said("my printer is broken", 10.0))
    assert keepable.spans(C) == [TimeSpan(9.75, 12.25)]


@pytest.mark.parametrize(("gap_s", "parts"), [(0.95, 1), (1.05, 2)])
def test_a_breath_of_a_second_is_kept(gap_s: float, parts: int) -> None:
    assert len(spans_by_default(said("printer broken", 10.0, gap_s=gap_s))) == parts


def test_half_a_second_is_silent_around_digits() -> None:
    text = "the old printer is broken four one one and it smells of smoke"
    spans = spans_by_default(said(text, 10.0))
    assert spans == [TimeSpan(10.0, 12.0), TimeSpan(14.5, 16.5)]


@pytest.mark.parametrize(("pause_s", "is_kept"), [(3.9, False), (4.1, True)])
def test_digits_within_four_seconds_gather(pause_s: float, is_kept: bool) -> None:
    spans = spans_by_default(said("we want seven eight", 10.0), said("nine", 12.0 + pause_s))
    assert covers(spans, 11.2) is is_kept


@pytest.mark.parametrize(
    ("digits", "is_kept"), [("seven eight", True), ("seven eight nine", False)]
)
def test_two_digits_are_a_count_and_three_are_none(digits: str, is_kept: bool) -> None:
    assert covers(spans_by_default(said(f"we want {digits}", 10.0)), 11.2) is is_kept


@pytest.mark.parametrize(("after_s", "is_kept"), [(11.4, False), (12.1, True)])
def test_twelve_seconds_are_silent_after_a_secret_was_named(after_s: float, is_kept: bool) -> None:
    question = said("your card number please", 10.0, channel=A)  # named until 11.5
    assert (
        covers(spans_by_default(question, said("well", 11.5 + after_s)), 11.7 + after_s) is is_kept
    )


@pytest.mark.parametrize(("before_s", "is_kept"), [(3.9, False), (5.1, True)])
def test_four_seconds_before_a_domain_are_silent(before_s: float, is_kept: bool) -> None:
    domain = said("example.com", 20.0)
    early = said("well", 20.0 - before_s - 0.2, word_s=0.2)
    assert covers(spans_by_default(early, domain), 20.0 - before_s - 0.1) is is_kept


@pytest.mark.parametrize(("now_s", "is_kept"), [(39.9, False), (40.1, True)])
def test_a_pause_is_remembered_for_half_a_minute(now_s: float, is_kept: bool) -> None:
    keepable = AudioRedactor(Language.EN)
    keepable.hear(said("my printer is broken", 6.0))
    keepable.resume(TimeSpan(5.0, 10.0))
    keepable.forget_before(now_s)
    assert covers(keepable.spans(C), 7.0) is is_kept


def test_sound_begins_and_ends_over_ten_milliseconds() -> None:
    keepable = AudioRedactor(Language.EN)
    keepable.hear(said("my printer is broken", 10.0))  # kept from 9.75
    gains = keepable.gains(C, 9.75, 320)
    assert gains[[0, 80, 160, 240]] == pytest.approx([0.0, 0.5, 1.0, 1.0], abs=0.02)
