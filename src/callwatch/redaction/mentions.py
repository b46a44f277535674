"""Where an utterance names a secret ("your card number, please?") or an ordinary number."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from callwatch.redaction.tokens import Token
from callwatch.redaction.vocabulary import Topic, match_end

# Where phrases of the same length begin at the same word, the first of these wins.
_ORDER: Final = {topic: place for place, topic in enumerate(Topic)}


class Mention(NamedTuple):
    """A phrase over the words [start, end); `whole` without a gap, so that its words are no secret."""

    topic: Topic
    start: int
    end: int
    whole: bool
    is_hint: bool = False


def find_mentions(tokens: Sequence[Token]) -> list[Mention]:
    """The phrases in order, the longest where several begin; none inside another without a gap."""
    starts = [i for i, token in enumerate(tokens) if token.phrases]
    if not starts:
        return []
    cores = [token.core for token in tokens]
    out: list[Mention] = []
    reached = 0  # the end of the mentions without a gap
    for start in starts:
        if start < reached:
            continue
        best = _best(tokens, cores, start)
        if best is not None and best.is_hint and _is_named_within(tokens, cores, best):
            continue  # "your card" of "your card number"
        if best is not None and best.is_hint and out and _goes_on(out[-1], best):
            continue  # "the booking reference | number is"
        if best is not None and best.end > reached:
            out.append(best)
            if best.whole:
                reached = best.end
    return out


def _best(tokens: Sequence[Token], cores: Sequence[str], start: int) -> Mention | None:
    """The longest phrase that begins here."""
    best: Mention | None = None
    for phrase in tokens[start].phrases:
        end = match_end(phrase, cores, start)
        if end is None:
            continue
        whole = "..." not in phrase.patterns
        found = Mention(phrase.topic, start, end, whole, phrase.is_hint)
        if best is None or (-found.end, _ORDER[found.topic]) < (-best.end, _ORDER[best.topic]):
            best = found
    return best


def _is_named_within(tokens: Sequence[Token], cores: Sequence[str], hint: Mention) -> bool:
    """Whether the name itself begins within a hint at it, and goes on after it."""
    within = (_best(tokens, cores, at) for at in range(hint.start + 1, hint.end))
    return any(
        name is not None and not name.is_hint and name.topic is hint.topic and name.end > hint.end
        for name in within
    )


def _goes_on(before: Mention, hint: Mention) -> bool:
    return before.topic is Topic.ORDINARY and before.end == hint.start
