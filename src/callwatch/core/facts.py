"""Facts: what was noticed, as a code and the values that its sentence names.

No sentence is made here: `texts/facts.py` makes it, in the reader's language, from `facts.*.toml`.
To add one: a line in FACTS, the sentence in the four files, and `Fact("code", {...})` in the code.

    Fact("overlap", {"overlap_s": 0.8, "held_s": 4.2})
      en  "0.8 s overlap after the other held the floor for 4.2 s"
      sv  "0,8 s överlapp sedan den andra haft ordet i 4,2 s"
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

Param = str | int | float | tuple[str, ...]

# A code with several sentences says by this param which of them it is.
WHAT: Final = "what"
# A sentence that came without values (an older report, another program): shown as it is.
SENTENCE: Final = "sentence"
DECIMALS: Final = 3

# code, or code.what -> its params; those with "?" may be absent.
FACTS: Final[Mapping[str, str]] = {
    # Evidence of cues.
    "overlap": "overlap_s held_s",
    "inside_turn": "duration_s",
    "inside_turn_said": "duration_s said",
    "raised_voice": "voiced_s pitch_st? level_db? high_db?",
    "louder": "voiced_s pitch_st? level_db? high_db?",
    "phrase.rule": "said rule",
    "phrase.wording": "said probability",
    "phrase.meaning": "said probability",
    "perhaps_phrase.rule": "said rule",
    "perhaps_phrase.wording": "said probability",
    "perhaps_phrase.meaning": "said probability",
    "monologue": "held_s",
    "slow_response": "silent_s",
    "dead_air": "silent_s",
    "fast_speech": "words_per_min own_s",
    "control": "event",
    # Why a nudge was due, and why it was not shown.
    "heated_turn": "duration_s",
    "level_fell": "before after",
    "not_acknowledged": "since_s",
    "hard_call": "",
    "switched_off": "",
    "shown_just_now": "",
    "other_shown": "within_s",
    "same_shown": "within_s",
    "window_full": "count window_min",
    "no_pause": "",
    "withheld": "",
    "kept_for_listening": "window_min",
    "difficult_call": "",
    "solved.understood": "",
    "solved.offered": "",
    "solved.answered": "",
    "solved.taken_over": "",
    "solved.calm": "",
    "solved.tense": "",
    "solved.goodbye": "",
    # The input: events and warnings.
    "no_sound": "channel silent_s",
    "sound_back": "channel",
    "never_heard": "channel",
    "gap": "channel start_s end_s",
    "gaps": "channel total_s count start_s end_s",
    "no_speech": "channel",
    "clipping": "channel",
    "dc_offset": "channel",
    "too_quiet": "channel level_dbfs",
    "hold_music": "channel",
    "hold_music_ended": "channel",
    "music_share": "channel share",
    "bleed.leak": "channel other",
    "bleed.echo": "channel other delay_s",
    "same_audio": "",
    "not_separable.leak": "channel other",
    "not_separable.copy": "channel other",
    "late_side": "channel late_s",
    "voice_behind": "channel heard_s",
    "drift": "channel ppm pace",
    "dropped.once": "channel dropped_s",
    "dropped.in_all": "channel dropped_s",
    "swapped_channels": "",
    "language_mismatch": "channel language",
    "speech_skipped.failed": "skipped_s failures",
    "speech_skipped.slow": "skipped_s",
    "paused": "",
    "resumed": "",
    "cut_short": "",
    "journal_not_written": "reason",
    "journal_damaged": "count",
    "words_locked": "",
    "words_damaged": "",
    "words_encrypted": "",
    "source_failed": "reason",
    "stage_failed": "stage",
    "source.shorter_file": "channel shorter_s",
    "source.overload": "count",
    "source.device_moved": "name side to",
    "source.device_unplugged": "name side",
    "source.device_stopped": "name side",
    "source.new_default": "name side to",
    "source.device_back": "name side away_s",
    "source.slept": "away_s",
    "source.locked": "away_s",
    "source.not_numbers": "name count total",
    "source.over_full_scale": "name count total",
    "source.damaged": "name read_s",
    "source.ends_early": "name read_s announced_s",
    "source.low_rate": "name rate_hz",
    "source.cut_off": "name missing read_s",
    "source.audio_without_words": "",
    "source.audio_not_understood": "",
    "source.audio_not_written": "reason",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A code of FACTS and its params: strings, whole numbers, numbers (ms, rounded), lists of str.

    Raises ValueError for an unknown code and for params that are not those of the code.
    """

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", {k: _plain(v) for k, v in self.params.items()})
        if self.sentence is None and not fits(self.code, self.params):
            raise ValueError(
                f"the fact {self.key!r} with {sorted(self.params)} is not in FACTS (core/facts.py)"
            )

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted(self.params.items(), key=lambda item: item[0]))))

    @property
    def key(self) -> str:
        """Which sentence it is: `code`, or `code.what`."""
        what = self.params.get(WHAT)
        return self.code if what is None else f"{self.code}.{what}"

    @property
    def sentence(self) -> str | None:
        """The finished sentence of a fact without values; None where one is to be made."""
        sentence = self.params.get(SENTENCE)
        return sentence if isinstance(sentence, str) else None


def quoted(sentence: str, code: str = "") -> Fact:
    """A sentence that is shown as it is, in every language."""
    return Fact(code, {SENTENCE: sentence})


def fits(code: str, params: Mapping[str, object]) -> bool:
    """Whether FACTS has this code with these params, and every param is a plain value."""
    what = params.get(WHAT)
    names = FACTS.get(code if what is None else f"{code}.{what}")
    if names is None:
        return False
    if not all(isinstance(value, str | int | float | tuple | list) for value in params.values()):
        return False
    given = params.keys() - {WHAT}
    known = {name.rstrip("?") for name in names.split()}
    needed = {name for name in names.split() if not name.endswith("?")}
    return needed <= given <= known


def _plain(value: Param) -> Param:
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, tuple | list):
        return tuple(str(item) for item in value)
    return round(float(value), DECIMALS)
