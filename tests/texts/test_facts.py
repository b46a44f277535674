"""Every fact has a sentence in every language, made of its own params."""

import re
from pathlib import Path
from string import Formatter

import pytest

import callwatch
from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.facts import FACTS, Fact, Param, quoted
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.core.spans import TimeSpan
from callwatch.document import cue_from_document, cue_to_document
from callwatch.report.wording import Wording
from callwatch.texts.catalogue import load_texts
from callwatch.texts.facts import english, reason_of, sentence

NORDIC = (Language.SV, Language.DA, Language.NB)
ENGLISH = load_texts("facts", Language.EN)
NUMBER = re.compile(r"\.\df")
# Values of params that are words; all others are numbers, but for names and quotations.
WORDS: dict[str, Param] = {
    "channel": "customer",
    "other": "agent",
    "side": "both",
    "pace": "slow",
    "event": "threat",
    "stage": "threats",
    "language": "da",
    "before": "heated",
    "after": "calm",
    "said": "it's what's 'said'",
    "rule": "leave.go-1",
    "name": "a b.wav",
    "to": "HDMI 1.5",
    "reason": "no space left",
    "count": 3,
    "total": 7,
    "failures": 2,
    "rate_hz": 6000,
}


def made_up(key: str) -> Fact:
    """A fact of that kind with all its params."""
    code, _, what = key.partition(".")
    names = [name.rstrip("?") for name in FACTS[key].split()]
    params = {name: WORDS.get(name, 3.54) for name in names}
    return Fact(code, {**params, "what": what} if what else params)


def fields(text: str) -> set[tuple[str, str]]:
    return {(name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", Language)
def test_every_fact_has_a_sentence_and_every_sentence_a_fact(language: Language) -> None:
    texts = load_texts("facts", language)
    assert {key for key in texts if key.startswith("fact.")} == {f"fact.{key}" for key in FACTS}
    assert list(texts) == list(ENGLISH)
    assert all(text == text.strip() != "" for text in texts.values())


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", FACTS)
def test_a_sentence_names_params_of_its_fact(key: str, language: Language) -> None:
    found = fields(load_texts("facts", language)[f"fact.{key}"])
    known = {name.rstrip("?") for name in FACTS[key].split()}
    assert {name for name, _ in found} - {"parts"} <= known
    assert found == fields(ENGLISH[f"fact.{key}"]), "the languages tell the same"
    for name, spec in found:
        is_word = any(text.startswith(f"word.{spec}.") for text in ENGLISH) and spec != ""
        assert spec in ("", "clock", "percent") or is_word or NUMBER.fullmatch(spec), (name, spec)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", FACTS)
def test_a_cue_of_every_code_is_told_in_every_language(key: str, language: Language) -> None:
    cue = Cue(CueKind.BLAMING, Channel.AGENT, TimeSpan(1.0, 2.0), 2.0, 1.0, made_up(key))
    read = cue_from_document(cue_to_document(cue))
    assert read == cue
    told = Wording.of(language).fact(read.evidence)
    assert told[0].isupper() or told.startswith(("a b.wav", "3", "4"))
    assert not re.search(r"[{}]|\(\)|  ", told)
    for name, value in read.evidence.params.items():
        if name in ("said", "name", "to", "reason"):
            assert str(value) in told
    if language is not Language.EN:
        assert told != Wording.of(Language.EN).fact(read.evidence)
        assert "3.5" not in told
        left = told.replace("--channels customer,agent", "").replace("`callwatch models", "")
        for word in ("agent's", "customer", "nobody", "semitones", " and ", "heated", "Danish"):
            assert word not in left, told


@pytest.mark.parametrize(
    ("fact", "language", "told"),
    [
        (Fact("no_sound", {"channel": "agent", "silent_s": 30.0}), Language.SV,
         "Inget ljud från agenten på 30 s: kontrollera enheten och kabeln."),
        (Fact("clipping", {"channel": "agent"}), Language.DA,
         "Agentens lyd er klippet: skru optageniveauet ned."),
        (Fact("phrase", {"what": "rule", "said": "I'll sue you", "rule": "legal.sue"}), Language.DA,
         "Sagde »I'll sue you«."),
        (Fact("phrase", {"what": "meaning", "said": "{0}", "probability": 0.614}), Language.EN,
         "Said '{0}', close in meaning to a threat of this kind (0.61)."),
        (Fact("raised_voice", {"pitch_st": 5.2, "level_db": 4.0, "voiced_s": 1.2}), Language.NB,
         "tonehøyde 5 halvtoner og nivå 4 dB over det vanlige for personen selv i 1,2 s"),
        (Fact("louder", {"pitch_st": 5, "level_db": 3, "high_db": 4, "voiced_s": 1}), Language.EN,
         "loudness: pitch 5 semitones, level 3 dB and high frequencies 4 dB above their own usual "
         "for 1.0 s"),
        (Fact("source", {"what": "new_default", "name": "Jabra", "side": "customer", "to": "HDMI"}),
         Language.DA, "Jabra (kunden) forsvandt: systemets standard er nu HDMI."),
        (Fact("source", {"what": "cut_off", "name": "a.wav", "missing": 0.496, "read_s": 2.0}),
         Language.SV, "a.wav: filen är avhuggen: 50 % av det angivna ljudet saknas; de 2,0 s som "
         "finns mättes."),
        (Fact("gap", {"channel": "customer", "start_s": 39.6, "end_s": 3675.0}), Language.EN,
         "No sound came from the customer from 0:40 to 61:15: if the line was not muted, what "
         "was said then is missing."),
        (Fact("too_quiet", {"channel": "agent", "level_dbfs": -0.2}), Language.EN,
         "The agent is very quiet (0 dBFS): turn the recording level up."),
        (Fact("inside_turn_said", {"duration_s": 0.4, "said": ("mm", "mm-hm", "ja")}), Language.NB,
         "0,4 s mens den andre hadde ordet: «mm, mm-hm og ja»"),
        (quoted("A sentence of another program."), Language.SV, "A sentence of another program."),
    ],
)  # fmt: skip
def test_sentences(fact: Fact, language: Language, told: str) -> None:
    assert sentence(fact, language) == told


def test_a_nudge_that_was_not_shown_says_why() -> None:
    evidence = Fact("overlap", {"overlap_s": 0.8, "held_s": 4.2})
    budget = Fact("same_shown", {"within_s": 60.0})
    nudge = Nudge("n", "x", "A\nB", NudgeLevel.ADVICE, 1.0, False, evidence, (), budget)
    assert reason_of(nudge, Language.SV) == (
        "0,8 s överlapp sedan den andra haft ordet i 4,2 s; "
        "visades inte: samma tips visades mindre än 60 s tidigare"
    )


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("no_such_code", {}),
        ("overlap", {"overlap_s": 1.0}),
        ("overlap", {"overlap_s": 1.0, "held_s": 1.0, "words": 3}),
        ("phrase", {"said": "x", "rule": "y"}),
        ("phrase", {"what": "guess", "said": "x", "rule": "y"}),
    ],
)
def test_a_fact_that_no_sentence_knows_is_refused(code: str, params: dict[str, Param]) -> None:
    with pytest.raises(ValueError, match="FACTS"):
        Fact(code, params)


def test_params_are_plain_and_the_sentence_is_that_of_the_stored_value() -> None:
    fact = Fact("dead_air", {"silent_s": 8.49996})
    assert fact.params == {"silent_s": 8.5}
    assert english(fact) == "nobody has spoken for 8 s"
    assert {fact, Fact("dead_air", {"silent_s": 8.5})} == {fact}


def test_no_code_is_left_that_nothing_makes() -> None:
    root = Path(callwatch.__file__).parent
    source = "".join(
        path.read_text("utf-8") for path in root.rglob("*.py") if path.name != "facts.py"
    )
    names = {part.removeprefix("perhaps_") for key in FACTS for part in key.split(".")}
    assert not {name for name in names if f'"{name}"' not in source}
