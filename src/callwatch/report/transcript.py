"""The transcript with its moments and nudges, in the order of time."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import METHOD_STEPS, CueKind
from callwatch.core.summary import CallSummary
from callwatch.core.words import Utterance
from callwatch.report.moments import Moment, NudgeMark
from callwatch.report.wording import Wording, clock

# A cue this long after its utterance still belongs to it; later it stands by itself.
NEAR_S = 2.0
# These kinds are found in words, so their words are marked in the text.
_IN_WORDS = {CueKind.THREAT, CueKind.BLAMING, *METHOD_STEPS} - {CueKind.CONTROL}


@dataclass(slots=True)
class Entry:
    """One line: an utterance (`parts`: text, is marked), or moments that stand alone."""

    start_s: float
    at: str
    who: str
    channel: str
    parts: list[tuple[str, bool]] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    nudges: list[NudgeMark] = field(default_factory=list)
    listening: list[Moment] = field(default_factory=list)


def entries_of(
    summary: CallSummary, moments: Sequence[Moment], nudges: Sequence[NudgeMark], wording: Wording
) -> list[Entry]:
    """Utterances with what was noticed in them; what fits none has a line of its own."""
    spoken = sorted(
        (u for u in summary.utterances if u.words), key=lambda u: (u.span.start_s, u.channel)
    )
    finder = _Finder(spoken)
    entries: list[Entry] = []
    by_utterance: dict[int, Entry] = {}
    marks: dict[int, list[Moment]] = {}
    alone: list[Entry] = []
    for number, utterance in enumerate(spoken):
        start_s = utterance.span.start_s
        entry = Entry(start_s, clock(start_s), wording.who(utterance.channel), utterance.channel)
        by_utterance[number] = entry
        entries.append(entry)
    for moment in moments:
        found = finder.of(moment)
        if found is None:
            channel = moment.cue.channel
            name = "" if channel is None else channel.value
            alone.append(
                Entry(moment.cue.span.start_s, moment.at, moment.who, name, moments=[moment])
            )
        elif moment.is_backchannel:
            by_utterance[found].listening.append(moment)
        else:
            by_utterance[found].moments.append(moment)
            if moment.cue.kind in _IN_WORDS:
                marks.setdefault(found, []).append(moment)
    for number, utterance in enumerate(spoken):
        by_utterance[number].parts = _parts(utterance, marks.get(number, []))
    entries = sorted(entries + alone, key=lambda entry: entry.start_s)
    _place_nudges(entries, nudges)
    return entries


def _place_nudges(entries: list[Entry], nudges: Sequence[NudgeMark]) -> None:
    starts = [entry.start_s for entry in entries]
    extra = []
    for mark in nudges:
        index = bisect_right(starts, mark.nudge.time_s) - 1
        if index >= 0:
            entries[index].nudges.append(mark)
        else:
            extra.append(Entry(mark.nudge.time_s, mark.at, "", "", nudges=[mark]))
    entries[:0] = extra


class _Finder:
    """Finds the utterance in which a moment lies; each look-up is a search by halves."""

    def __init__(self, spoken: Sequence[Utterance]) -> None:
        self._by_id = {utterance.id: number for number, utterance in enumerate(spoken)}
        self._numbers = {
            channel: [n for n, u in enumerate(spoken) if u.channel is channel]
            for channel in CHANNELS
        }
        self._starts = {
            channel: [spoken[n].span.start_s for n in numbers]
            for channel, numbers in self._numbers.items()
        }
        self._spoken = spoken

    def of(self, moment: Moment) -> int | None:
        cue = moment.cue
        if cue.utterance_id is not None and cue.utterance_id in self._by_id:
            return self._by_id[cue.utterance_id]
        if cue.channel is None:
            return None
        # A listening word is shown where it was heard: at the other side's utterance.
        side = cue.channel.other if moment.is_backchannel else cue.channel
        return self._at(side, cue.span.start_s, cue.span.end_s)

    def _at(self, channel: Channel, start_s: float, end_s: float) -> int | None:
        numbers = self._numbers[channel]
        index = bisect_right(self._starts[channel], end_s) - 1
        best: tuple[float, int] | None = None
        for number in numbers[max(0, index - 2) : index + 1]:
            span = self._spoken[number].span
            shared = min(span.end_s, end_s) - max(span.start_s, start_s)
            if shared > -NEAR_S and (best is None or shared > best[0]):
                best = (shared, number)
        return None if best is None else best[1]


def _parts(utterance: Utterance, marks: Sequence[Moment]) -> list[tuple[str, bool]]:
    """The text cut where a marked span begins and ends; joined again it is the whole text."""
    if not marks:
        return [(utterance.text, False)]
    spans = [moment.cue.span for moment in marks]
    parts: list[tuple[str, bool]] = []
    for word in utterance.words:
        middle_s = (word.span.start_s + word.span.end_s) / 2
        marked = any(span.start_s - 0.01 <= middle_s <= span.end_s + 0.01 for span in spans)
        if parts and parts[-1][1] == marked:
            parts[-1] = (f"{parts[-1][0]} {word.text}", marked)
        else:
            parts.append((word.text, marked))
    return parts
