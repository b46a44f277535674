"""The sealed words of a call that was cut short: opened with the key, where it can be had."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

from callwatch.app.unfinished import UnfinishedCall
from callwatch.config import StoreConfig
from callwatch.core.errors import CallwatchError, InputError, MissingPartError, StoreError
from callwatch.core.events import CallStarted, Event
from callwatch.core.summary import CallSummary
from callwatch.report.journal import Unseal, read_journal
from callwatch.report.journal_words import SALT_BYTES, SealedWordsReader, holds_sealed
from callwatch.session.summary_builder import summarize

_OF_WORDS: Final = ("words_locked", "words_damaged", "words_encrypted")


@dataclass(frozen=True, slots=True)
class SealedCall:
    """`unseal` opens the words; None when there are none, or no transcript is to be kept.

    `fault`: why the key cannot be had now.
    """

    journal: Path
    unseal: Unseal | None = None
    fault: CallwatchError | None = None

    @classmethod
    def of(cls, call: UnfinishedCall, store: StoreConfig) -> Self:
        """That of a call. Raises OutputError when its journal cannot be read now."""
        journal = Path(call.journal)
        if not store.keep_transcript or not holds_sealed(journal):
            return cls(journal)
        # Loaded here: most calls are not encrypted.
        from callwatch.store.sealing import words_cipher

        call_id = call.call_id or _call_id(journal)
        try:
            words_cipher(call_id, bytes(SALT_BYTES))
        except (StoreError, MissingPartError) as exc:
            # Encrypted no more: nobody will bring the key.
            return cls(journal, _opens_nothing, exc if store.encrypt else None)
        return cls(journal, SealedWordsReader(partial(words_cipher, call_id)))

    def added_to(self, summary: CallSummary) -> CallSummary:
        """The summary of a report, which has no sealed words, with those of the journal."""
        if self.unseal is None:
            return summary
        try:
            heard = summarize(read_journal(self.journal, self.unseal))
        except (InputError, ValueError):
            return summary
        quality = summary.input_quality
        # An earlier start without the key may have written the report, and `callwatch report` too.
        told = tuple(warning for warning in quality.warnings if warning.code not in _OF_WORDS)
        told += tuple(one for one in heard.input_quality.warnings if one.code in _OF_WORDS)
        quality = replace(quality, warnings=told)
        return replace(summary, utterances=heard.utterances, input_quality=quality)

    def check(self) -> None:
        """Raises why the words cannot be had now: another start may have them."""
        if self.fault is not None:
            raise self.fault


def _call_id(journal: Path) -> str:
    with contextlib.suppress(InputError, StopIteration):
        first = next(read_journal(journal))
        if isinstance(first, CallStarted):
            return first.call.id
    return ""


def _opens_nothing(_: Mapping[str, Any]) -> Event | None:
    return None
