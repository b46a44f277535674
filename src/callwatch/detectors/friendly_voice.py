"""Raised voices that are friendly: laughter, thanks, praise or delight in the same seconds.

    raised voice   |======|                  CueOpened, CueClosed
    words              "oh thank you so much"      known a little later
                                             -> CueWithdrawn, and the same cue again, friendly

A friendly cue stays in the report and moves neither gauge nor card. For the agent a greeting and a
goodbye count as well. Words in which a threat was found are never friendly. No threads.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from callwatch.core.channels import CHANNELS, Channel, Language
from callwatch.core.cues import Cue
from callwatch.core.events import CueClosed, CueOpened, CueWithdrawn, Event
from callwatch.core.spans import TimeSpan
from callwatch.core.words import Utterance
from callwatch.detectors.friendly_words import friendly_lexicon
from callwatch.voice.effort.laughter import Laugh


@dataclass(frozen=True, slots=True)
class FriendlyConfig:
    """What belongs to the same seconds."""

    # Laughter and thanks come just before, within or just after what is said with a lively voice.
    near_s: float = 3.0
    # Signs and cues that are remembered; a recogniser is seconds late, not minutes.
    remembered: int = 16


@dataclass(slots=True)
class _Raised:
    """A raised voice as it was given on."""

    id: str
    cue: Cue
    is_open: bool = True


class FriendlyVoice:
    """Raised-voice events and signs of friendliness in, the events with `friendly` out."""

    def __init__(self, language: Language, config: FriendlyConfig = FriendlyConfig()) -> None:
        self._config = config
        self._lexicon = friendly_lexicon(language)
        most = config.remembered
        self._signs: dict[Channel, deque[TimeSpan]] = {c: deque(maxlen=most) for c in CHANNELS}
        self._raised: dict[str, _Raised] = {}

    def process(self, events: Iterable[Event], laughs: Iterable[Laugh] = ()) -> list[Event]:
        """The newest events of RaisedVoice, and the laughter heard; shared, it counts for both."""
        out: list[Event] = []
        waiting = deque(sorted(laughs, key=lambda laugh: laugh.known_s))
        for event in events:
            while waiting and waiting[0].known_s <= event.time_s:
                out += self._laugh(waiting.popleft())
            match event:
                case CueOpened(time_s=time_s, id=cue_id, cue=cue):
                    raised = self._raised[cue_id] = _Raised(cue_id, self._judged(cue))
                    out.append(CueOpened(time_s, cue_id, raised.cue))
                case CueClosed(time_s=time_s, id=cue_id, cue=cue):
                    raised = self._raised[cue_id]
                    raised.cue, raised.is_open = replace(cue, friendly=raised.cue.friendly), False
                    out.append(CueClosed(time_s, raised.id, raised.cue))
                    out += self._revise(time_s)
                case _:
                    out.append(event)
        for laugh in waiting:
            out += self._laugh(laugh)
        self._forget()
        return out

    def _laugh(self, laugh: Laugh) -> list[Event]:
        for channel in CHANNELS:
            self._signs[channel].append(laugh.span)
        return self._revise(laugh.known_s)

    def hear(self, utterance: Utterance, now_s: float, *, threatens: bool) -> list[Event]:
        """What was said, as soon as it is known, revises the raised voices of the same seconds."""
        if threatens:
            return []
        spans = self._lexicon.warm_spans(utterance.words)
        if utterance.channel is Channel.AGENT:
            spans += self._lexicon.greeting_spans(utterance.words)
        known = self._signs[utterance.channel]
        known.extend(span for span in spans if span not in known)
        return self._revise(now_s)

    def _judged(self, cue: Cue) -> Cue:
        near_s = self._config.near_s
        about = TimeSpan(max(0.0, cue.span.start_s - near_s), cue.span.end_s + near_s)
        signs: Sequence[TimeSpan] = self._signs[cue.channel] if cue.channel else ()
        is_friendly = any(s.start_s < about.end_s and s.end_s > about.start_s for s in signs)
        return replace(cue, friendly=True) if is_friendly else cue

    def _revise(self, now_s: float) -> list[Event]:
        """Cues that have turned out friendly since they were given on."""
        out: list[Event] = []
        for raised in self._raised.values():
            judged = raised.cue if raised.cue.friendly else self._judged(raised.cue)
            if judged is raised.cue:
                continue
            out.append(CueWithdrawn(now_s, raised.id))
            raised.id, raised.cue = f"{raised.id}-friendly", judged
            out.append(CueOpened(now_s, raised.id, judged))
            if not raised.is_open:
                out.append(CueClosed(now_s, raised.id, judged))
        return out

    def _forget(self) -> None:
        closed = [cue_id for cue_id, raised in self._raised.items() if not raised.is_open]
        for cue_id in closed[: -self._config.remembered]:
            del self._raised[cue_id]
