"""The two sides of a call, and the languages that callwatch speaks."""

from enum import StrEnum


class Channel(StrEnum):
    """One side of a call. `index` is its row in two-channel arrays."""

    AGENT = "agent"
    CUSTOMER = "customer"

    @property
    def other(self) -> "Channel":
        """The other side."""
        return Channel.CUSTOMER if self is Channel.AGENT else Channel.AGENT

    @property
    def index(self) -> int:  # type: ignore[override]  # a row, not str.index
        """Row in two-channel arrays: 0 agent, 1 customer."""
        return 0 if self is Channel.AGENT else 1


CHANNELS = (Channel.AGENT, Channel.CUSTOMER)


class Language(StrEnum):
    """Languages with phrase packs, texts and nudges (ISO 639-1)."""

    EN = "en"
    SV = "sv"
    DA = "da"
    NB = "nb"

    @classmethod
    def or_english(cls, name: str) -> "Language":
        """The language of that name; English for one that has no texts."""
        return cls(name) if name in frozenset(cls) else cls.EN
