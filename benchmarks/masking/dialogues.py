"""Whole dialogues: small talk, ordinary numbers, and now and then a secret."""

import random
from typing import Final

from benchmarks.masking import numbers
from benchmarks.masking.addresses import address_section
from benchmarks.masking.ordinary import sentence
from benchmarks.masking.sections import (
    AGENT,
    CUSTOMER,
    Stage,
    code_section,
    expiry_section,
    insurance_section,
    number_section,
)
from benchmarks.masking.tokens import Dialogue
from benchmarks.masking.wording import Wording

KINDS: Final = ("card", "card", "card", "phone", "identity", "email", "none")


def made(language: str, half: str, seed: int, strange: float = 0.0) -> Dialogue:
    """One dialogue; the same seed gives the same."""
    rng = random.Random(f"{seed}/{language}/{half}")
    stage = Stage(Dialogue(language), Wording(language, half, strange), rng, rng.uniform(0.0, 20.0))
    _chat(stage, rng.randint(1, 3))
    for kind in rng.sample(KINDS, 2) if rng.random() < 0.15 else [rng.choice(KINDS)]:
        _section(stage, kind)
        if stage.chance(0.6):
            stage.now_s += rng.choice((0.0, 0.0, 5.0, 20.0))
        _chat(stage, rng.randint(1, 3))
    return stage.dialogue


def _section(stage: Stage, kind: str) -> None:
    match kind:
        case "card":
            number_section(stage, "card", numbers.card(stage.rng), numbers.CARD_GROUPS)
            if stage.chance(0.3):
                expiry_section(stage)
            if stage.chance(0.35):
                code_section(stage)
        case "phone":
            digits = numbers.phone(stage.language, stage.rng)
            number_section(stage, "phone", digits, numbers.PHONE_GROUPS)
        case "identity" if stage.language == "en" and stage.chance(0.5):
            insurance_section(stage)
        case "identity":
            digits = numbers.identity(stage.language, stage.rng)
            number_section(stage, "identity", digits, numbers.IDENTITY_GROUPS)
        case "email":
            address_section(stage)


def _chat(stage: Stage, lines: int) -> None:
    """Small talk and sentences with ordinary numbers."""
    for _ in range(lines):
        channel = stage.rng.choice((AGENT, CUSTOMER))
        if stage.chance(0.6):
            number = len(stage.dialogue.lines)
            stage.say(channel, sentence(stage.language, stage.words, stage.rng, number))
        else:
            stage.say(channel, stage.pick("talk", "small"))
