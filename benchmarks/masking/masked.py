"""The two ways in which a dialogue is masked: as a whole, and while the call runs."""

from collections.abc import Sequence

from benchmarks.masking.tokens import Dialogue
from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.redaction.redactor import UtteranceMasker


def _utterances(dialogue):
    out = []
    for i, line in enumerate(dialogue.lines):
        n = len(line.tokens); d = (line.end_s - line.start_s) / n
        words = tuple(Word(t.text, TimeSpan(line.start_s + d * k, line.start_s + d * (k + 1))) for k, t in enumerate(line.tokens))
        out.append(Utterance(f"u{i}", Channel(line.channel), words, True, line.end_s))
    return out

def as_a_whole(dialogue):
    m = UtteranceMasker(Language(dialogue.language))
    return [m.mask(u).text for u in _utterances(dialogue)]

as_it_is_put_out = as_a_whole
