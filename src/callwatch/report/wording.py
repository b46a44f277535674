"""Texts, numbers, times and dates as one language writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from callwatch.core.channels import Channel, Language
from callwatch.core.cues import Cue, CueKind, ThreatCategory
from callwatch.core.facts import Fact
from callwatch.core.nudges import Nudge
from callwatch.texts.catalogue import load_texts
from callwatch.texts.facts import reason_of, with_capital


def clock(time_s: float) -> str:
    """A moment of the call: `m:ss`, or `h:mm:ss` from one hour on."""
    whole = max(0, int(time_s))
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@dataclass(frozen=True, slots=True)
class Wording:
    """The report texts of one language. `zone` is the reader's; None means this machine's."""

    language: Language
    texts: Mapping[str, str]
    zone: tzinfo | None = None

    @classmethod
    def of(cls, language: Language, zone: tzinfo | None = None) -> "Wording":
        """The wording of that language."""
        return cls(language, load_texts("report", language), zone)

    def t(self, key: str, **values: object) -> str:
        """One text with its fields filled in; a missing key is a bug and raises KeyError."""
        text = self.texts[key]
        return text.format(**values) if values else text

    def fact(self, fact: Fact) -> str:
        """What was noticed, as a sentence by itself."""
        return with_capital(fact, self.language)

    def because(self, nudge: Nudge) -> str:
        """Why a nudge was shown, or why it was not."""
        because = reason_of(nudge, self.language)
        return because[:1].upper() + because[1:]

    def number(self, value: float, decimals: int = 1) -> str:
        """A number with this language's decimal sign; -0 is 0."""
        text = f"{value:.{decimals}f}"
        if float(text) == 0:
            text = text.lstrip("-")
        return text.replace(".", self.texts["page.decimal"])

    def percent(self, share: float | None, decimals: int = 0) -> str:
        """A share 0..1 as per cent; the unknown by name."""
        if share is None:
            return self.t("page.unknown")
        return self.t("page.percent", n=self.number(100 * share, decimals))

    def seconds(self, value: float | None) -> str:
        """A length: "3.2 s" under a minute, "2:05 min" from there on; the unknown by name."""
        if value is None:
            return self.t("page.unknown")
        if value < 59.95:
            return self.t("page.seconds", n=self.number(value))
        return self.t("page.minutes", n=clock(round(value)))

    def count(self, value: int | None) -> str:
        """A count; the unknown by name."""
        return self.t("page.unknown") if value is None else str(value)

    def rate(self, value: float | None) -> str:
        """Words a minute, whole."""
        return self.t("page.unknown") if value is None else self.number(value, 0)

    def listing(self, parts: list[str]) -> str:
        """ "a, b and c"."""
        if len(parts) < 2:
            return "".join(parts)
        head = self.t("list.comma").join(parts[:-1])
        return self.t("list.two", a=head, b=parts[-1])

    def who(self, channel: Channel | None) -> str:
        """You, the customer, or nobody."""
        if channel is None:
            return "–"
        return self.t("page.you" if channel is Channel.AGENT else "page.customer")

    def moment(self, started_at: str) -> str:
        """When a call began, in the reader's zone; the text itself when it is not a time."""
        local = self._local(started_at)
        if local is None:
            return started_at
        return self.t(
            "page.date",
            **self._day(local.date()),
            hour=f"{local.hour:02}",
            minute=f"{local.minute:02}",
        )

    def stamp(self, started_at: str) -> str:
        """The same, short and of one length for a list: 2026-01-31 09:15."""
        local = self._local(started_at)
        return started_at if local is None else local.strftime("%Y-%m-%d %H:%M")

    def _local(self, started_at: str) -> datetime | None:
        try:
            start = datetime.fromisoformat(started_at)
        except ValueError:
            return None
        if start.tzinfo is None:
            start = start.replace(tzinfo=UTC)
        return start.astimezone(self.zone)

    def day(self, when: date) -> str:
        """A day without a time."""
        return self.t("page.day", **self._day(when))

    def cue_title(self, cue: Cue) -> str:
        """The name of a cue; a threat with what it is about."""
        if cue.kind is CueKind.THREAT and cue.category is not None:
            name = self.t("cue.wish" if cue.is_wish else "cue.threat")
            return f"{name}: {self.t(f'category.{cue.category.value}')}"
        if cue.kind is CueKind.RAISED_VOICE and cue.channel is Channel.AGENT:
            return self.t("cue.loudness")
        if cue.is_lively_voice:
            return self.t("cue.lively_voice")
        return self.t(f"cue.{cue.kind.value}")

    def advice(self, cue: Cue) -> str | None:
        """What the method says to a cue; None where there is nothing to say."""
        if cue.is_lively_voice:
            return None
        if cue.kind is CueKind.THREAT and cue.category is not None:
            return self.t(f"advice_threat.{cue.category.value}")
        if cue.kind is CueKind.INTERRUPTION and cue.channel is Channel.CUSTOMER:
            return self.t("advice.interruption_customer")
        if cue.kind is CueKind.RAISED_VOICE and cue.channel is Channel.AGENT:
            return self.t("advice.raised_voice_agent")
        return self.texts.get(f"advice.{cue.kind.value}")

    def category(self, category: ThreatCategory) -> str:
        """What a threat is about."""
        return self.t(f"category.{category.value}")

    def _day(self, when: date) -> dict[str, object]:
        month = self.t("page.months").split()[when.month - 1]
        return {"day": when.day, "month": month, "year": when.year}
