"""Secrets in what is said are hidden; harmless numbers stay."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn

from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Alternative, Utterance, Word
from callwatch.redaction.number_words import lexicon
from callwatch.redaction.redactor import UtteranceMasker, mask_text, mask_utterance

EN, SV, DA, NB = Language.EN, Language.SV, Language.DA, Language.NB


def say(
    text: str,
    start_s: float = 0.0,
    channel: Channel = Channel.CUSTOMER,
    final: bool = True,
) -> Utterance:
    words = tuple(
        Word(word, TimeSpan(start_s + 0.3 * i, start_s + 0.3 * i + 0.25), 0.9)
        for i, word in enumerate(text.split())
    )
    return Utterance("u1", channel, words, final, start_s + 0.3 * len(words))


HIDDEN = [
    (EN, "my card is 4111 1111 1111 1111, thanks", "my card is [card], thanks"),
    (EN, "it's 4111-1111-1111-1111.", "it's [card]."),
    (EN, "amex 3782 822463 10005 ok", "amex [card] ok"),
    (
        EN,
        "four 1 double one uh one one one then one one one one one one one one 1 bye",
        "[card] bye",
    ),
    (EN, "the cvv is 123", "the cvv is [code]"),
    (EN, "the three digits on the back are 7 3 7", "the three digits on the back are [code]"),
    (EN, "the long number ends in 4 2 4 2 right", "the long number ends in [card] right"),
    (EN, "GB29 NWBK 6016 1331 9268 19.", "[iban]."),
    (EN, "call me on (020) 7946 0958", "call me on ([phone]"),
    (EN, "oh seven seven double oh nine hundred one two three", "[number]"),
    (EN, "anna dot berg at example dot com please", "[email] please"),
    (EN, "reach me at anna.berg@example.com.", "reach me at [email]."),
    (EN, "it is j o e at gmail.com", "it is [email]"),
    (SV, "personnumret är 850517-1234", "personnumret är [id]"),
    (SV, "åttiofem noll fem sjutton tolv trettiofyra då", "[id] då"),
    (SV, "ring noll sju noll ett två tre fyra fem sex sju", "ring [phone]"),
    (SV, "anna punkt berg snabel-a example punkt se tack", "[email] tack"),
    (SV, "säkerhetskoden är fem hundra tolv", "säkerhetskoden är [code]"),
    (SV, "SE45 5000 0000 0583 9825 7466 va", "[iban] va"),
    (DA, "mit nummer er femogtyve halvtreds tolv treogtredive", "mit nummer er [phone]"),
    (DA, "cpr er 170585 1234", "cpr er [id]"),
    (DA, "det er anna snabel a firma punktum dk ikke", "det er [email] ikke"),
    (DA, "de sidste fire er dobbelt otte nul en", "de sidste fire er [id]"),
    (DA, "d k fem nul nul nul fire nul nul fire fire nul en en seks to fire tre", "[iban]"),
    (DA, "kontrolcifrene er 4 5 6", "kontrolcifrene er [code]"),
    (NB, "ring meg på +47 912 34 567", "ring meg på [phone]"),
    (NB, "fødselsnummeret er 010190 23458 ja", "fødselsnummeret er [id] ja"),
    (NB, "eposten er kari krøllalfa firma punktum no", "eposten er [email]"),
    (NB, "ni en to tre fire fem seks sju", "[phone]"),
    (NB, "og pinkoden var 4321", "og pinkoden var [code]"),
    (EN, "send it to John.Smith@ outlook.com please", "send it to [email] please"),
    (EN, "it is anna @example.com, thanks", "it is [email], thanks"),
    (
        EN,
        "national insurance number Q Q one two three four five six C",
        "national insurance number [id]",
    ),
    (SV, "de tre sista siffrorna är tre ett nio", "de tre sista siffrorna är [code]"),
    (
        SV,
        "mitt personnummer är sjuttonde femte åttiofem tolv trettiofyra",
        "mitt personnummer är [id]",
    ),
    (DA, "syttende nul femte femogfirs bindestreg tolv fireogtredive", "[id]"),
    (NB, "eposten er kari nordmann krøllalfa firma punktum no", "eposten er [email]"),
    (NB, "mailen er kari krøllalfa firma punktum no", "mailen er [email]"),
]


@pytest.mark.parametrize(("language", "said", "masked"), HIDDEN)
def test_secrets_are_hidden(language: Language, said: str, masked: str) -> None:
    assert mask_text(said, language) == masked
    assert mask_utterance(say(said), language).text == masked


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (EN, "it costs 500 dollars since 2019 and 2020"),
        (EN, "in 2019, 2020, 2021"),
        (EN, "I ordered 3 of them on 2024-05-17 at 14:30."),
        (EN, "that is 1,234,567.50 pounds"),
        (EN, "look at example.com for it"),
        (EN, "between nine thirty and eleven fifteen on Tuesday"),
        (EN, "I have had it from two thousand nineteen to two thousand twenty one"),
        (EN, "I was born in nineteen eighty five"),
        (EN, "the router shows 192.168.1.1"),
        (EN, "the code of conduct, my pinned note, twenty five percent"),
        (EN, "an iPhone 15 and order AB48213"),
        (EN, "order 12345678"),
        (SV, "fem hundra tolv kronor och två veckor"),
        (SV, "jag sa att det kom klockan 14 den 3 maj 2024"),
        (DA, "det koster 500 kroner om måneden, to tusinde fem hundrede i alt"),
        (DA, "jeg synes at det er fem dage for sent"),
        (DA, "17.05.2024"),
        (NB, "tusen takk, det var 48213 i ordrenummer"),
        (NB, "fra 2019-2020 betalte jeg 12.345,67 kroner"),
        (NB, "mellom 1500 og 2000 kroner, ikke 15000 kroner"),
    ],
)
def test_harmless_numbers_stay(language: Language, said: str) -> None:
    assert mask_text(said, language) == said
    masker = UtteranceMasker(language)
    first = masker.mask(say(said))
    assert [*masker.finish(), first][0].text == said  # what may go on is shown when it has not


def test_a_number_in_tens_with_an_and_in_it_is_no_range_of_times() -> None:
    said = "it is forty five thirty nine and fourteen eighty eight"
    assert mask_text(said, EN) == "it is [phone]"


def test_white_space_around_a_mask_is_kept() -> None:
    assert mask_text("a\n 4111  1111 1111\t1111  b\n", EN) == "a\n [card]  b\n"
    assert mask_text("", EN) == ""
    assert mask_text(" \n", EN) == " \n"


def test_a_masked_word_spans_all_that_it_hides() -> None:
    spoken = say("card 4111 1111 1111 1111 thanks")
    masked = mask_utterance(spoken, EN)
    assert [word.text for word in masked.words] == ["card", "[card]", "thanks"]
    assert masked.words[1].span == TimeSpan(
        spoken.words[1].span.start_s, spoken.words[4].span.end_s
    )
    assert masked.words[2] == spoken.words[5]
    assert masked.span == spoken.span


digits_of_cards = (
    st.sampled_from("3456")
    .flatmap(lambda first: st.text("0123456789", min_size=11, max_size=17).map(lambda s: first + s))
    .map(lambda body: body + luhn.calc_check_digit(body))
)


@settings(deadline=None)  # a loaded machine is no error
@given(card=digits_of_cards, data=st.data(), language=st.sampled_from(list(Language)))
def test_a_card_is_hidden_however_it_is_said(
    card: str, data: st.DataObject, language: Language
) -> None:
    names = {str(p.value): w for w, p in lexicon(language).items() if p.kind.value == "unit"}
    words: list[str] = []
    at = 0
    while at < len(card):
        size = data.draw(st.integers(1, 5))
        group = card[at : at + size]
        spoken = data.draw(st.booleans())
        words += [names[d] for d in group] if spoken else [group]
        at += size
        if at < len(card) and data.draw(st.booleans()):
            words.append(data.draw(st.sampled_from(["eh", "øh", "-", "uh"])))
    masked = mask_text("ja " + " ".join(words) + " ja", language)
    # Which kind it is called depends on the grouping; nothing of it may stay.
    assert masked in {f"ja [{kind}] ja" for kind in ("card", "number", "phone")}


@settings(deadline=None)  # a loaded machine is no error
@given(
    digits=st.text("0123456789", min_size=7, max_size=40),
    separator=st.sampled_from(["", " ", "-", ", ", "  ", " - "]),
)
def test_no_long_run_of_digits_survives(digits: str, separator: str) -> None:
    masked = mask_text("x " + separator.join(digits) + " y", EN)
    assert not re.search(r"\d", masked)


WORDS = st.sampled_from(
    [
        "hello",
        "4111",
        "1111",
        "5",
        "five",
        "double",
        "twenty",
        "hundred",
        "kroner",
        "cvv",
        "at",
        "dot",
        "com",
        "snabel-a",
        "[card]",
        "dk",
        "anna@x.dk",
        "2019,",
        "+45",
        "og",
        "and",
        "uh",
        "12.05.2024",
        "ééé",
        "🙂",
        "שלום",
        "٣٤٥",
        "personnummer",
        "DK50",
        ".",
        "-",
        "(",
    ]
)


@settings(deadline=None)  # a loaded machine is no error
@given(words=st.lists(WORDS, max_size=40), language=st.sampled_from(list(Language)))
def test_text_and_words_are_masked_alike_and_times_stay_in_order(
    words: list[str], language: Language
) -> None:
    spoken = say(" ".join(words))
    masked = mask_utterance(spoken, language)
    assert masked.text == mask_text(" ".join(words), language)
    assert masked.span == spoken.span
    starts = [word.span.start_s for word in masked.words]
    assert starts == sorted(starts)
    for before, after in zip(masked.words, masked.words[1:], strict=False):
        assert before.span.end_s <= after.span.start_s
    kept = [word for word in masked.words if word in spoken.words]
    assert all("[" in word.text for word in masked.words if word not in kept)


def test_a_number_that_goes_on_in_the_next_utterance_is_hidden() -> None:
    masker = UtteranceMasker(DA)
    assert masker.mask(say("det er fire en en en", 0.0)).text == "det er [number]"
    assert masker.mask(say("ja", 2.0, Channel.AGENT)).text == "ja"
    assert masker.mask(say("1111", 3.0)).text == "[phone]"
    assert masker.mask(say("øh", 5.0)).text == "øh"
    assert masker.mask(say("elleve elleve og så", 6.0)).text == "[phone] og så"
    assert masker.mask(say("en en en en tak", 9.0)).text in {"[card] tak", "[phone] tak"}
    assert masker.mask(say("3 stykker til 450 kroner", 12.0)).text == "3 stykker til 450 kroner"


def test_the_next_number_long_after_is_another_number() -> None:
    masker = UtteranceMasker(EN)
    masker.mask(say("it is 4 1 1", 0.0))
    assert masker.mask(say("4512 is the order", 60.0)).text == "4512 is the order"


def test_an_answer_to_a_question_for_a_secret_is_hidden() -> None:
    masker = UtteranceMasker(NB)
    masker.mask(say("hva er sikkerhetskoden på kortet?", 0.0, Channel.AGENT))
    assert masker.mask(say("vent litt", 3.0)).text == "vent litt"
    assert masker.mask(say("det er 737", 5.0)).text == "det er [code]"
    assert masker.mask(say("og det kostet 450 kroner", 9.0)).text == "og det kostet 450 kroner"
    late = masker.mask(say("pakke 912 kom", 90.0))
    assert "pakke 912 kom" in {one.text for one in (late, *masker.finish())}


@pytest.mark.parametrize(
    ("language", "asked", "name", "rest"),
    [
        (EN, "and your email please", "it's kari dot nordmann", "it's [email]"),
        (SV, "och mejlen", "anna punkt berg", "[email]"),
        (DA, "hvad er din mail", "det er lars bindestreg hansen", "det er [email]"),
        (NB, "e-posten er", "kari punktum anne understrek nordmann", "[email]"),
    ],
)
def test_an_address_that_breaks_off_before_its_at_is_hidden(
    language: Language, asked: str, name: str, rest: str
) -> None:
    masker = UtteranceMasker(language)
    masker.mask(say(asked, 3.0, Channel.AGENT))
    assert masker.mask(say(name, 5.0, final=False)).text == rest
    assert masker.mask(say(name, 5.0)).text == rest


def test_a_birth_date_at_the_end_may_begin_an_identity_number() -> None:
    masker = UtteranceMasker(SV)
    assert masker.mask(say("ja 850517")).text == "ja [number]"
    assert masker.mask(say("1234", 3.0)).text == "[id]"


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        (EN, "my number is four one one one double one one one one one one one one one one"),
        (SV, "mitt kort är 4 1 1 1 ett ett ett ett 1 1 1 1 1 1 1 1"),
        (DA, "det er 41 11 11 11 elleve elleve elleve elleve"),
        (NB, "det er fire en en en en en en en en en en en en en en en"),
    ],
)
def test_a_long_number_is_hidden_while_it_is_spoken(language: Language, spoken: str) -> None:
    masker = UtteranceMasker(language)
    words = spoken.split()
    lead = next(i for i, w in enumerate(words) if w in ("is", "är", "er")) + 1
    for count in range(1, len(words) + 1):
        shown = masker.mask(say(" ".join(words[:count]), final=False)).text.split()[lead:]
        assert len([w for w in shown if not w.startswith("[")]) <= 3, shown


def test_a_partial_result_leaves_no_memory() -> None:
    masker = UtteranceMasker(EN)
    assert masker.mask(say("four one one one one", final=False)).text == "[number]"
    assert masker.mask(say("4512 is the order", 2.0)).text == "4512 is the order"


def test_a_very_long_utterance_is_masked_quickly() -> None:
    text = " ".join(["five", "x@y.dk", "hello", "4", "1"] * 2000 + ["nine"] * 5000)
    assert mask_text(text, EN).endswith(" [number]") or mask_text(text, EN).endswith("[card]")


def test_other_readings_are_masked_and_go_when_words_are_hidden() -> None:
    other = (Alternative("it is 4111 1111 1111 1111", 0.3),)
    plain = Utterance("u", Channel.CUSTOMER, say("it is for one").words, True, 2.0, other)
    assert UtteranceMasker(EN).mask(plain).alternatives == (Alternative("it is [card]", 0.3),)
    secret = Utterance(
        "u", Channel.CUSTOMER, say("it is 4111 1111 1111 1111").words, True, 2.0, other
    )
    assert UtteranceMasker(EN).mask(secret).alternatives == ()


@pytest.mark.parametrize("final", [True, False])
@pytest.mark.parametrize(
    ("language", "question", "answer", "understood"),
    [
        (EN, "can i take your email please", "i will sue you", "i will sue you"),
        (EN, "can i take your email please", "anna dot berg at gmail dot com", "[email]"),
        (EN, "can i take your email please", "it is 4 5 7 1 2 3", "it is [number]"),
        (SV, "vad har du för e-post", "jag ska döda dig", "jag ska döda dig"),
    ],
)
def test_a_threat_after_a_question_for_an_address_is_understood(
    language: Language, question: str, answer: str, understood: str, final: bool
) -> None:
    masker = UtteranceMasker(language)
    masker.mask(say(question, channel=Channel.AGENT))
    said = say(answer, 5.0, final=final)
    heard = masker.understood(said, masker.mask(said))
    assert heard.text == understood
    assert heard.alternatives == ()
