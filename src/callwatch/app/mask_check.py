"""Is the masking of this installation whole? Made-up dialogues in four languages, each with what must be hidden.

Half of them must be masked, half must stay. It takes a tenth of a second, so that the evidence page and the doctor
ask each time; how good the masking is on thousands of dialogues, docs/benchmarks.md says.
"""

from dataclasses import dataclass
from typing import Final

from callwatch import __version__
from callwatch.app.audit_trail import MaskCheck, note_mask_check, now
from callwatch.core.channels import Channel, Language
from callwatch.redaction.redactor import SpokenLine, mask_dialogue

A, C = Channel.AGENT, Channel.CUSTOMER
_LINE_S: Final = 4.0
# Test numbers of the card schemes and of tax offices: nobody's.
_CARDS: Final = ("4111 1111 1111 1111", "5555 5555 5555 4444", "3782 822463 10005")


@dataclass(frozen=True, slots=True)
class _Case:
    language: Language
    lines: tuple[tuple[Channel, str], ...]
    hidden: tuple[str, ...] = ()  # what must not be left
    stays: str = ""  # what must be left


def _cases() -> list[_Case]:
    en, sv, da, nb = Language.EN, Language.SV, Language.DA, Language.NB
    cases = [
        _Case(language, ((A, asks), (C, card)), tuple(card.split()))
        for card in _CARDS
        for language, asks in (
            (en, "your card number please"), (sv, "vad är kortnumret"),
            (da, "hvad er kortnummeret"), (nb, "hva er kortnummeret"),
        )
    ]  # fmt: skip
    return [
        *cases,
        _Case(en, ((C, "it's 4111 so 1111"), (A, "yes"), (C, "and 1111 1111")), ("4111", "1111")),
        _Case(sv, ((C, "4571 ja 1234"), (A, "mm"), (C, "ja 5678 ja 9011")), ("4571", "5678")),
        _Case(en, ((A, "and the code on the back"), (C, "one two three")), ("two",)),
        _Case(sv, ((A, "ditt personnummer"), (C, "811228 9874")), ("811228", "9874")),
        _Case(da, ((A, "dit cpr-nummer"), (C, "070761 4285")), ("070761", "4285")),
        _Case(nb, ((A, "fødselsnummeret ditt"), (C, "151086 95088")), ("151086", "95088")),
        _Case(en, ((C, "write to anna dot berg at example dot com"),), ("anna", "berg")),
        _Case(sv, ((C, "anna punkt berg snabel-a example punkt se"),), ("anna", "berg")),
        _Case(en, ((C, "my mobile is oh seven seven double oh nine hundred one two three"),), ("seven",)),
        _Case(en, ((A, "that comes to 4,500 pounds by 12 May 2026"),), stays="4,500 pounds by 12 May 2026"),
        _Case(sv, ((A, "ditt ordernummer är 48213"),), stays="48213"),
        _Case(da, ((A, "det koster 2 500 000 kroner"),), stays="2 500 000"),
        _Case(nb, ((A, "toget går klokken 14 30"),), stays="14 30"),
        _Case(en, ((C, "I am 47 and have the iPhone 15"),), stays="47 and have the iPhone 15"),
    ]  # fmt: skip


def check_masking() -> MaskCheck:
    """Mask every dialogue, and record how many came out right."""
    cases = _cases()
    check = MaskCheck(now(), sum(_is_right(case) for case in cases), len(cases), __version__)
    note_mask_check(check)
    return check


def _is_right(case: _Case) -> bool:
    spoken = [
        SpokenLine(channel, text, i * _LINE_S, (i + 0.9) * _LINE_S)
        for i, (channel, text) in enumerate(case.lines)
    ]
    out = " ".join(mask_dialogue(spoken, case.language))
    words = out.split()
    return not any(secret in words for secret in case.hidden) and case.stays in out
