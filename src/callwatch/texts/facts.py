"""The sentence of a fact, in the reader's language.

A text in `facts.*.toml` names the params of its fact. After the colon stands how one is written:

    {seconds:.1f}    a number with the language's decimal mark
    {share:percent}  a share 0..1 in per cent, without the sign
    {start_s:clock}  a moment of the call, m:ss
    {channel:side}   a word of the table [word.side]
    {parts}          the texts of [part] whose param the fact has, as a list: "a, b and c"
"""

from collections.abc import Mapping
from string import Formatter
from typing import Final

from callwatch.core.channels import Language
from callwatch.core.facts import Fact, Param
from callwatch.core.nudges import Nudge
from callwatch.texts.catalogue import load_texts

_PARTS: Final = "parts"


def sentence(fact: Fact, language: Language) -> str:
    """The fact as one sentence; as it was written where it came without values."""
    if fact.sentence is not None:
        return fact.sentence
    texts = load_texts("facts", language)
    fields = _Fields(texts)
    template = texts[f"fact.{fact.key}"]
    values: dict[str, object] = dict(fact.params)
    if f"{{{_PARTS}}}" in template:
        values[_PARTS] = fields.listing(
            [
                fields.format(texts[f"part.{name}"], **fact.params)
                for name in fact.params
                if f"part.{name}" in texts
            ]
        )
    made = fields.format(template, **values)
    return _capital(made) if fields.begins_with_word(template) else made


def with_capital(fact: Fact, language: Language) -> str:
    """The sentence to stand by itself; a name of a file or device at its beginning stays as it is."""
    made = sentence(fact, language)
    name = fact.params.get("name")
    if fact.sentence is not None or (isinstance(name, str) and made.startswith(name)):
        return made
    return _capital(made)


def english(fact: Fact) -> str:
    """The sentence that files hold beside the code."""
    return sentence(fact, Language.EN)


def reason_of(nudge: Nudge, language: Language) -> str:
    """Why a nudge was due and, when it was not shown, why not."""
    because = sentence(nudge.because, language)
    if nudge.not_shown is None:
        return because
    reason = sentence(nudge.not_shown, language)
    return load_texts("facts", language)["nudge.not_shown"].format(because=because, reason=reason)


class _Fields(Formatter):
    """`str.format` with the numbers, clock times and words of one language."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def format_field(self, value: Param, format_spec: str) -> str:
        """One param as its text wants it."""
        if isinstance(value, str):
            return self._texts.get(f"word.{format_spec}.{value}", value)
        if isinstance(value, tuple):
            return self.listing(list(value))
        if format_spec == "clock":
            return _clock(value)
        if format_spec == "percent":
            return self._number(100.0 * value, ".0f")
        return self._number(value, format_spec)

    def listing(self, parts: list[str]) -> str:
        """ "a, b and c"."""
        if len(parts) < 2:
            return "".join(parts)
        return self._texts["list.two"].format(a=", ".join(parts[:-1]), b=parts[-1])

    def begins_with_word(self, template: str) -> bool:
        """Whether the sentence begins with a word of a table, which is written small there."""
        literal, _, spec, _ = next(iter(self.parse(template)), ("", None, None, None))
        return not literal and any(key.startswith(f"word.{spec}.") for key in self._texts)

    def _number(self, value: float, spec: str) -> str:
        text = format(value, spec)
        if float(text) == 0.0:
            text = text.lstrip("-")
        return text.replace(".", self._texts["list.decimal"])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    return f"{minutes}:{rest:02d}"
