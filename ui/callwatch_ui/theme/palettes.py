"""The overlay's colours: light, dark and high contrast, with the contrast sums of WCAG 2.2.

No Qt in here. A colour never carries meaning alone: words, icons and counts go with it.
"""

from dataclasses import dataclass
from typing import Final

from callwatch.core.escalation import EscalationLevel
from callwatch.core.nudges import NudgeLevel

# WCAG 2.2 AA: 1.4.3 for text, 1.4.11 for graphics that carry meaning.
TEXT_CONTRAST: Final = 4.5
GRAPHIC_CONTRAST: Final = 3.0


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as #rrggbb. `tint_*` are the grounds of the card's icon, `ground_*` the bar's own
    while a signal is on.
    """

    name: str
    is_dark: bool
    surface: str
    border: str
    hairline: str
    text: str
    muted: str
    track: str
    focus: str
    agent: str
    customer: str
    calm: str
    tense: str
    heated: str
    threat: str
    info: str
    tint_info: str
    tint_advice: str
    tint_important: str
    tint_urgent: str
    ground_overlap: str
    ground_listen: str
    border_px: float = 1.0

    def level(self, level: EscalationLevel) -> str:
        """Colour of an escalation level."""
        return {
            EscalationLevel.CALM: self.calm,
            EscalationLevel.TENSE: self.tense,
            EscalationLevel.HEATED: self.heated,
            EscalationLevel.THREAT: self.threat,
        }[level]

    def nudge(self, level: NudgeLevel) -> tuple[str, str]:
        """Ink and tint of a nudge's icon."""
        return {
            NudgeLevel.INFO: (self.info, self.tint_info),
            NudgeLevel.ADVICE: (self.calm, self.tint_advice),
            NudgeLevel.IMPORTANT: (self.tense, self.tint_important),
            NudgeLevel.URGENT: (self.threat, self.tint_urgent),
        }[level]

    def signal(self, *, is_overlap: bool) -> tuple[str, str]:
        """Ink and ground of the bar while both talk, or while the customer's voice is raised."""
        if is_overlap:
            return self.tense, self.ground_overlap
        return self.calm, self.ground_listen

    def pairs(self) -> list[tuple[str, str, str, float]]:
        """Every pair of colours that meets on screen: name, ink, ground, least contrast."""
        out = [
            ("text", self.text, self.surface, TEXT_CONTRAST),
            ("muted text", self.muted, self.surface, TEXT_CONTRAST),
            ("focus ring", self.focus, self.surface, GRAPHIC_CONTRAST),
            ("agent's share", self.agent, self.surface, GRAPHIC_CONTRAST),
            ("customer's share", self.customer, self.surface, GRAPHIC_CONTRAST),
            ("empty part", self.track, self.surface, GRAPHIC_CONTRAST),
        ]
        out += [
            (f"level {level}", self.level(level), self.surface, TEXT_CONTRAST)
            for level in EscalationLevel
        ]
        for level in NudgeLevel:
            ink, tint = self.nudge(level)
            out.append((f"{level} icon", ink, tint, GRAPHIC_CONTRAST))
            out.append((f"{level} strip", ink, self.surface, GRAPHIC_CONTRAST))
        for name, ground in (("overlap", self.ground_overlap), ("listen", self.ground_listen)):
            out += [
                (f"{what} on {name}", ink, ground, least)
                for what, ink, ground, least in (
                    ("text", self.text, ground, TEXT_CONTRAST),
                    ("muted text", self.muted, ground, TEXT_CONTRAST),
                    ("empty part", self.track, ground, GRAPHIC_CONTRAST),
                    *(
                        (f"level {level}", self.level(level), ground, TEXT_CONTRAST)
                        for level in EscalationLevel
                    ),
                )
            ]
        return out


LIGHT: Final = Theme(
    name="light",
    is_dark=False,
    surface="#fcfcfd",
    border="#c9d0d9",
    hairline="#e3e7ec",
    text="#1a212b",
    muted="#566273",
    track="#808c9b",
    focus="#1f5fbf",
    agent="#2b6cb0",
    customer="#8a6d3b",
    calm="#0c7468",
    tense="#8a5a00",
    heated="#b3450b",
    threat="#b0183c",
    info="#1f5fbf",
    tint_info="#e6effb",
    tint_advice="#e0f3f0",
    tint_important="#fbf0d9",
    tint_urgent="#fbe4e9",
    ground_overlap="#fdf1d8",
    ground_listen="#e4f5f2",
)
DARK: Final = Theme(
    name="dark",
    is_dark=True,
    surface="#1b2028",
    border="#3b4553",
    hairline="#2c343f",
    text="#eef1f5",
    muted="#aab5c3",
    track="#76828f",
    focus="#8fbcff",
    agent="#7fb2f0",
    customer="#d8b878",
    calm="#53c8b4",
    tense="#f0bb55",
    heated="#ff9c6e",
    threat="#ff8aa0",
    info="#8fbcff",
    tint_info="#22344e",
    tint_advice="#1c3b3a",
    tint_important="#40341c",
    tint_urgent="#4a2530",
    ground_overlap="#3a3120",
    ground_listen="#1d3836",
)
CONTRAST: Final = Theme(
    name="contrast",
    is_dark=True,
    surface="#000000",
    border="#ffffff",
    hairline="#8c8c8c",
    text="#ffffff",
    muted="#ffffff",
    track="#a6a6a6",
    focus="#ffff00",
    agent="#7cd3ff",
    customer="#ffd27c",
    calm="#5cffd6",
    tense="#ffe45c",
    heated="#ffb37a",
    threat="#ff9db0",
    info="#9fd0ff",
    tint_info="#000000",
    tint_advice="#000000",
    tint_important="#000000",
    tint_urgent="#000000",
    ground_overlap="#000000",
    ground_listen="#000000",
    border_px=2.0,
)
THEMES: Final = {theme.name: theme for theme in (LIGHT, DARK, CONTRAST)}


def contrast_ratio(ink: str, ground: str) -> float:
    """Contrast of two #rrggbb colours, 1..21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0..1 (WCAG 2.2, "relative luminance")."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
