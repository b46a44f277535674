"""Every sentence that the program can note is told in every language of the report."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import callwatch
from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind
from callwatch.core.spans import TimeSpan
from callwatch.report.retelling import evidence_of, retold
from callwatch.report.wording import Wording
from callwatch.texts.catalogue import load_texts

SOURCE = Path(callwatch.__file__).parent
NORDIC = (Language.SV, Language.DA, Language.NB)
# Where evidence, warnings and reasons are made.
MAKERS = (
    *(
        "voice/quality/monitor.py",
        "voice/quality/swapped_channels.py",
        "speech/mismatch.py",
        "session/summary_builder.py",
    ),
    *("session/audio_keeper.py", "session/transcription_gaps.py", "texts/input_notes.py"),
    *(
        "session/nudges.py",
        "session/pipeline.py",
        "session/runner.py",
        "audio/files.py",
        "audio/soundfiles.py",
    ),
    *("audio/live.py", "audio/device_stream.py", "detectors/control.py", "detectors/method.py"),
    *("detectors/pace.py", "detectors/raised_voice.py", "detectors/threats.py"),
    *("detectors/turn_taking.py", "phrases/matcher.py", "phrases/steps.py"),
)
# Prose in these files that never comes into a report: events of the overlay alone.
ELSEWHERE = {"the cue was withdrawn", "dismissed by the agent", "the call ended",
             "another nudge took its place", "its cue closed"}  # fmt: skip
# `SoundFile` puts its name before each of its notes.
PREFIXED = "audio/soundfiles.py"


# Sentences with a part that may be absent, and both forms of them.
OPTIONAL = {
    "{}{} above their own usual for {} s":
        ("{} above their own usual for {} s", "loudness: {} above their own usual for {} s"),
    "{} s inside the other's turn{}":
        ("{} s inside the other's turn", "{} s inside the other's turn: '{}'"),
}  # fmt: skip


class Sentences(ast.NodeVisitor):
    """Collects the prose of a module as patterns: fields become {}; errors and docs are left out."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_Raise(self, node: ast.Raise) -> None:
        """Errors are told by the command line."""

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._add("".join(
            part.value if isinstance(part, ast.Constant) and isinstance(part.value, str)
            else "{}%" if _is_percent(part) else "{}"
            for part in node.values
        ))  # fmt: skip

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._add(plain(node.value))

    def _add(self, pattern: str) -> None:
        if len(re.findall(r"[a-z]{2,}", pattern)) >= 3 and " " in pattern and "<" not in pattern:
            self.found.add(pattern)


def _is_percent(part: ast.expr) -> bool:
    spec = part.format_spec if isinstance(part, ast.FormattedValue) else None
    return spec is not None and "%" in ast.unparse(spec)


def plain(template: str) -> str:
    """A str.format template with nameless fields."""
    return "".join(
        literal + ("" if name is None else "{}%" if spec and "%" in spec else "{}")
        for literal, name, spec, _ in Formatter().parse(template)
    )


def made_in(module: str) -> Iterator[str]:
    finder = Sentences()
    finder.visit(ast.parse((SOURCE / module).read_text("utf-8")))
    for pattern in finder.found - ELSEWHERE - set(OPTIONAL):
        yield f"{{}}: {pattern}." if module == PREFIXED else pattern


KNOWN = {
    plain(text)
    for key, text in load_texts("report", Language.EN).items()
    if key.startswith(("said.", "said_word."))
}


@pytest.mark.parametrize("module", MAKERS)
def test_every_sentence_of_the_program_has_a_pattern(module: str) -> None:
    made = set(made_in(module))
    assert not {p for p in made if p not in KNOWN}


def test_no_maker_is_forgotten() -> None:
    rooms = ("audio", "voice", "speech", "phrases", "detectors", "session")
    makers = {
        path.relative_to(SOURCE).as_posix()
        for room in rooms
        for path in (SOURCE / room).glob("*.py")
        if re.search(r"\b(InputWarning|Cue|NudgeSuppressed)\(|evidence = ", path.read_text("utf-8"))
    }
    assert makers <= set(MAKERS)


def test_the_search_for_sentences_finds_them() -> None:
    found = {pattern for module in MAKERS for pattern in made_in(module)}
    assert len(found) > 40
    assert all(form in KNOWN for forms in OPTIONAL.values() for form in forms)
    assert "Sound from the {} is back." in found
    assert "{}: it is damaged after {} s and was measured up to there." in found


@pytest.mark.parametrize("language", NORDIC)
def test_every_pattern_is_read_back_with_its_fields(language: Language) -> None:
    w, english = Wording.of(language), load_texts("report", Language.EN)
    sample = dict.fromkeys(("seconds", "held", "n", "share", "total", "minutes", "sure"), "3.5")
    sample |= dict.fromkeys(("who", "again", "side"), "customer") | {"other": "agent"}
    sample |= {"pace": "fast", "event": "the threat", "language": "Danish", "level": "heated",
               "after": "calm", "parts": "pitch 5 semitones, level 3 dB and high frequencies 4 dB",
               "said": "it's what's 'said'", "rule": "leave.go-1", "name": "a b.wav",
               "start": "0:40", "end": "1:10",
                   "sentence": "nobody has spoken for 9 s", "reason": "it stopped delivering"}  # fmt: skip
    for key, template in english.items():
        if not key.startswith("said."):
            continue
        sentence = template.format(**sample)
        told = retold(sentence, w)
        assert told != sentence, key
        assert "3.5" not in told
        assert told[0].isupper() == sentence[0].isupper(), told
        for word in (" agent's", "customer", "nobody", "semitones", " and ", "heated", "stopped"):
            assert word not in told.replace("--channels customer,agent", ""), (key, told)
        for kept in ("said", "name", "rule"):
            assert f"{{{kept}}}" not in template or sample[kept] in told


@pytest.mark.parametrize(
    ("language", "sentence", "told"),
    [
        (Language.SV, "No sound from the agent for 30 s: check the device and the cable.",
         "Inget ljud från agenten på 30 s: kontrollera enheten och kabeln."),
        (Language.DA, "Said 'I'll sue you' (rule legal.sue).",
         "Sagde »I'll sue you« (regel legal.sue)."),
        (Language.NB, "pitch 5 semitones and level 4 dB above their own usual for 1.2 s",
         "tonehøyde 5 halvtoner og nivå 4 dB over det vanlige for personen selv i 1,2 s"),
        (Language.SV, "0.8 s overlap after the other held the floor for 4.2 s; "
         "not shown: the same nudge was shown less than 60 s before",
         "0,8 s överlapp sedan den andra haft ordet i 4,2 s; "
         "visades inte: samma tips visades mindre än 60 s tidigare"),
        (Language.DA, "Jabra (customer) was lost: the system's default is now HDMI.",
         "Jabra (kunden) forsvandt: systemets standard er nu HDMI."),
        (Language.SV, "A sentence of another program.", "A sentence of another program."),
        (Language.EN, "nobody has spoken for 9 s", "nobody has spoken for 9 s"),
    ],
)  # fmt: skip
def test_sentences_are_told(language: Language, sentence: str, told: str) -> None:
    assert retold(sentence, Wording.of(language)) == told


@pytest.mark.parametrize(
    ("kind", "channel", "value", "told"),
    [
        (CueKind.MONOLOGUE, Channel.AGENT, 71.24, "Du har haft ordet i 71 s"),
        (CueKind.DEAD_AIR, None, 12.6, "Ingen har talat på 13 s"),
        (CueKind.SLOW_RESPONSE, Channel.AGENT, 5.25,
         "Inget svar 5,2 s efter att kunden slutat tala"),
    ],
)  # fmt: skip
def test_a_length_is_told_as_it_became(
    kind: CueKind, channel: Channel | None, value: float, told: str
) -> None:
    cue = Cue(kind, channel, TimeSpan(1, 2), 2, 1.0, "as it began", value=value, threshold=3.0)
    assert evidence_of(cue, Wording.of(Language.SV)) == told
    assert "71" in evidence_of(
        Cue(CueKind.MONOLOGUE, Channel.AGENT, TimeSpan(0, 71), 41, 1.0, "40 s", value=71.0),
        Wording.of(Language.EN),
    )
