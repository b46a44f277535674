from dataclasses import replace

import pytest
from tests.report.builders import AGENT, CUSTOMER, cue, empty_call, rich_call

from callwatch.core.channels import Language
from callwatch.core.cues import Cue, CueKind, ThreatCategory
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.facts import quoted
from callwatch.core.summary import CallSummary
from callwatch.report.sentences import next_step, what_mattered
from callwatch.report.wording import Wording

EN = Wording.of(Language.EN)


def with_cues(*cues: Cue, interruptions: int | None = 0, words: bool = True) -> CallSummary:
    call = rich_call()
    return replace(
        call,
        call=replace(call.call, engine="whisper" if words else "none"),
        cues=cues,
        escalation=(),
        utterances=call.utterances if words else (),
        metrics=replace(call.metrics, interruptions={AGENT: interruptions, CUSTOMER: 0}),
    )


RAISED = cue(CueKind.RAISED_VOICE, CUSTOMER, 10.0, 14.0, quoted("louder"))
STEPS = [
    cue(kind, AGENT, 20.0, 22.0, quoted("step"))
    for kind in (CueKind.CONTROL, CueKind.ACKNOWLEDGEMENT, CueKind.REFOCUS, CueKind.SOLUTION)
]


def threat(category: ThreatCategory) -> Cue:
    return cue(CueKind.THREAT, CUSTOMER, 15.0, 17.0, quoted("said so"), category=category)


def test_the_rich_call_in_three_sentences() -> None:
    assert what_mattered(rich_call(), EN) == (
        "The customer raised their voice once, made one threat (to go elsewhere) and asked for a "
        "manager; by the end the call was calm again.",
        "You spoke 46% of the talk time and began once while the customer was still speaking.",
        "Next time: let them talk, and when they have finished, let them talk some more.",
    )


def test_a_call_that_stayed_calm() -> None:
    customer, listening, step = what_mattered(with_cues(), EN)
    assert customer == "The call stayed calm: no raised voice and no threat."
    assert listening.endswith("let the customer finish every time.")
    assert step == "Nothing needs to change: this is a way of talking to keep."


def test_without_words_nothing_is_claimed_about_threats() -> None:
    assert "threats cannot be found" in what_mattered(with_cues(words=False), EN)[0]


def test_a_call_that_ended_heated_says_so() -> None:
    level = EscalationLevel
    call = replace(
        with_cues(RAISED), escalation=(EscalationChange(11.0, level.HEATED, level.CALM),)
    )
    assert "had not calmed down" in what_mattered(call, EN)[0]


def test_interruptions_that_could_not_be_measured_are_not_called_none() -> None:
    assert "could not be measured" in what_mattered(with_cues(interruptions=None), EN)[1]


def test_a_call_in_which_nobody_was_heard() -> None:
    assert what_mattered(empty_call(), EN) == (
        EN.t("mattered.nobody"),
        EN.t("mattered.no_agent"),
        EN.t("next.check_input"),
    )


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (with_cues(RAISED, threat(ThreatCategory.SELF_HARM), threat(ThreatCategory.PHYSICAL)), "self_harm"),
        (with_cues(RAISED, threat(ThreatCategory.PHYSICAL), interruptions=4), "physical"),
        (with_cues(RAISED, interruptions=1), "let_talk"),
        (with_cues(RAISED, cue(CueKind.BLAMING, AGENT, 20.0, 21.0, quoted("yes but"))), "blaming"),
        (with_cues(RAISED), "acknowledge"),
        (with_cues(RAISED, *STEPS[:2]), "refocus"),
        (with_cues(RAISED, *STEPS[:3]), "solve"),
        (with_cues(RAISED, *STEPS), "kept"),
        (with_cues(RAISED, words=False), "let_talk"),
        (with_cues(interruptions=2), "pause"),
        (with_cues(interruptions=1), "nothing"),
        (with_cues(cue(CueKind.MONOLOGUE, AGENT, 1.0, 50.0, quoted("49 s"))), "ask"),
        (with_cues(cue(CueKind.DEAD_AIR, None, 1.0, 10.0, quoted("9 s"))), "say_busy"),
        (with_cues(cue(CueKind.FAST_SPEECH, AGENT, 1.0, 16.0, quoted("200 wpm"))), "slower"),
    ],
)  # fmt: skip
def test_the_gravest_matter_is_the_next_step(call: CallSummary, expected: str) -> None:
    assert next_step(call) == expected


@pytest.mark.parametrize("language", list(Language))
def test_every_sentence_exists_in_every_language(language: Language) -> None:
    wording = Wording.of(language)
    for call in (rich_call(), with_cues(), with_cues(RAISED), empty_call()):
        assert all(sentence.endswith(".") for sentence in what_mattered(call, wording))


def test_a_friendly_loud_voice_is_lively_and_nothing_more() -> None:
    summary = with_cues(replace(RAISED, friendly=True))
    customer, _, step = what_mattered(summary, EN)
    assert customer == "The call was lively, in a friendly way."
    assert step == "Nothing needs to change: this is a way of talking to keep."


def test_a_friendly_voice_beside_a_threat_is_not_counted() -> None:
    summary = with_cues(replace(RAISED, friendly=True), threat(ThreatCategory.LEAVE))
    customer = what_mattered(summary, EN)[0]
    assert "raised" not in customer
    assert "threat" in customer


@pytest.mark.parametrize("language", Language)
def test_a_lively_voice_has_a_name_and_no_advice(language: Language) -> None:
    words, lively = Wording.of(language), replace(RAISED, friendly=True)
    assert words.cue_title(lively) not in (words.cue_title(RAISED), "cue.lively_voice")
    assert words.advice(lively) is None
    assert words.advice(RAISED)
