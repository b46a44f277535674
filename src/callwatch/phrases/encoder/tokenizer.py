"""Text as pieces of a vocabulary: the likeliest split under a unigram model (Kudo 2018).

The score of a split is the sum of its pieces' log probabilities; dynamic programming (Viterbi)
finds the best one. A piece is looked up by a 64-bit hash of its letters among sorted hashes, so
the 250,000 pieces take 4 MB where a table of strings would take 30.
"""

import re
from typing import Final

import numpy as np
import numpy.typing as npt

from callwatch.phrases.encoder.packed_model import Vocabulary

_SPACE: Final = "\u2581"
_SPACES: Final = re.compile(" {2,}")
# A letter that no piece has costs this much more than the rarest piece (as SentencePiece does).
_UNKNOWN_PENALTY: Final = 10.0
# Odd, so that no bit is lost; their values are those of the splitmix64 generator.
_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)
_BASE: Final = 0x9E3779B97F4A7C15
_HALF: Final = np.uint64(32)
_MASK: Final = (1 << 64) - 1

Hashes = npt.NDArray[np.uint64]


class UnigramTokenizer:
    """Splits text into the numbers of its pieces."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._unknown = vocabulary.unknown
        self._spelling = vocabulary.spelling
        self._scores = vocabulary.scores
        self._unknown_score = float(vocabulary.scores.min()) - _UNKNOWN_PENALTY
        lengths = np.diff(vocabulary.starts)
        # Marks (begin, end, unknown, mask) have no probability: they are never text.
        pieces = np.flatnonzero((vocabulary.scores < 0.0) & (lengths > 0))
        self._longest = int(lengths[pieces].max())
        self._powers = [np.uint64(pow(_BASE, k, 1 << 64)) for k in range(self._longest)]
        hashes = self._piece_hashes(
            _mixed(vocabulary.text), vocabulary.starts[pieces], lengths[pieces]
        )
        order = np.argsort(hashes)
        self._hashes, self._pieces = hashes[order], pieces[order].astype(np.int32)

    def pieces(self, text: str) -> list[int]:
        """The numbers of the text's pieces, in order."""
        spelled = _SPACES.sub(" ", text.translate(self._spelling)).replace(" ", _SPACE)
        if not spelled.startswith(_SPACE):
            spelled = _SPACE + spelled
        letters = np.array([ord(letter) for letter in spelled], dtype=np.uint64)
        return self._best_split(len(letters), self._candidates(_mixed(letters)))

    def _piece_hashes(
        self, mixed: Hashes, starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
    ) -> Hashes:
        hashes = np.zeros(len(starts), dtype=np.uint64)
        for place, power in enumerate(self._powers):
            held = np.flatnonzero(lengths > place)
            hashes[held] += mixed[starts[held] + place] * power
        return hashes

    def _candidates(self, mixed: Hashes) -> list[tuple[int, int, int]]:
        """(first, last, piece) of every run of letters that is a piece, by their first letter."""
        count = len(mixed)
        padded = np.concatenate([mixed, np.zeros(self._longest, dtype=np.uint64)])
        runs = np.stack([padded[k : k + count] * p for k, p in enumerate(self._powers)], axis=1)
        hashes = np.cumsum(runs, axis=1, dtype=np.uint64)
        found = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        first, place = np.nonzero(self._hashes[found] == hashes)
        last = first + place + 1
        inside = last <= count
        numbers = self._pieces[found[first, place]]
        columns = (column[inside].tolist() for column in (first, last, numbers))
        return list(zip(*columns, strict=True))

    def _best_split(self, count: int, candidates: list[tuple[int, int, int]]) -> list[int]:
        best = [0.0] + [-np.inf] * count
        came_by = [(0, self._unknown)] * (count + 1)
        scores = self._scores[[number for _, _, number in candidates]].tolist()
        at = 0
        for here in range(count):
            while at < len(candidates) and candidates[at][0] == here:
                _, last, number = candidates[at]
                score = best[here] + scores[at]
                if score > best[last]:
                    best[last], came_by[last] = score, (here, number)
                at += 1
            if best[here] + self._unknown_score > best[here + 1]:
                best[here + 1] = best[here] + self._unknown_score
                came_by[here + 1] = (here, self._unknown)
        out = []
        while count > 0:
            count, number = came_by[count]
            out.append(number)
        return out[::-1]


def _mixed(letters: npt.NDArray[np.unsignedinteger]) -> Hashes:
    """A spread-out number for each code point."""
    spread = (letters.astype(np.uint64) + np.uint64(1)) * _MIX
    return (spread ^ (spread >> _HALF)) * _MIX
