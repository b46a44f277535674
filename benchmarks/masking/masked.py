"""The two ways in which a dialogue is masked: as a whole, and while the call runs."""

from collections.abc import Sequence

from benchmarks.masking.tokens import Dialogue
from callwatch.core.channels import Channel, Language
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance, Word
from callwatch.redaction.redactor import SpokenLine, UtteranceMasker, mask_dialogue


def as_a_whole(dialogue: Dialogue) -> list[list[str]]:
    """The lines as `callwatch redact` writes them."""
    spoken = [
        SpokenLine(Channel(line.channel), line.text, line.start_s, line.end_s)
        for line in dialogue.lines
    ]
    return [[text] for text in mask_dialogue(spoken, Language(dialogue.language))]


def as_it_is_put_out(dialogue: Dialogue) -> list[list[str]]:
    """For each line everything that a call puts out of it: at once, and as it is revised."""
    masker = UtteranceMasker(Language(dialogue.language))
    out: list[list[str]] = [[] for _ in dialogue.lines]

    def revise(utterances: Sequence[Utterance]) -> None:
        for one in utterances:
            out[int(one.id)].append(one.text)

    for i, line in enumerate(dialogue.lines):
        each_s = (line.end_s - line.start_s) / len(line.tokens)
        words = tuple(
            Word(
                token.text,
                TimeSpan(line.start_s + k * each_s, line.start_s + (k + 1) * each_s),
            )
            for k, token in enumerate(line.tokens)
        )
        said = Utterance(str(i), Channel(line.channel), words, True, line.end_s)
        out[i].append(masker.mask(said).text)
        revise(masker.revisions())
    revise(masker.finish())
    return out
