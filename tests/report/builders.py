"""Call summaries made by hand: a short call with everything in it, and long or empty ones."""

import random
from collections.abc import Sequence
from dataclasses import replace

from callwatch.core.channels import CHANNELS, Channel
from callwatch.core.cues import Cue, CueKind, ThreatCategory
from callwatch.core.escalation import EscalationChange, EscalationLevel
from callwatch.core.facts import Fact, quoted
from callwatch.core.nudges import Nudge, NudgeLevel
from callwatch.core.spans import TimeSpan, gaps, intersection, total_s, union
from callwatch.core.summary import (
    CallInfo,
    CallSummary,
    ChannelQuality,
    ChannelSpan,
    InputQuality,
    Metrics,
    Performance,
    unmeasured,
)
from callwatch.core.words import Utterance, Word

STARTED_AT = "2026-03-02T09:15:00Z"
AGENT, CUSTOMER = Channel.AGENT, Channel.CUSTOMER
OVERLAP = Fact("overlap", {"overlap_s": 1.4, "held_s": 8.2})

SCRIPT: Sequence[tuple[Channel, float, float, str]] = (
    (AGENT, 0.5, 4.0, "good morning this is the service desk how can I help you"),
    (CUSTOMER, 4.4, 14.0, "I have called three times about this invoice and nobody calls me back"),
    (AGENT, 8.0, 8.4, "mm-hm"),
    (AGENT, 12.6, 17.0, "yes but did you fill in the form on the web page"),
    (CUSTOMER, 17.3, 27.0, "I do not care about your form this is ridiculous I want my money"),
    (CUSTOMER, 27.4, 33.0, "if this is not solved today I will go to another company"),
    (AGENT, 34.0, 40.0, "I understand that this is really annoying and I am sorry about it"),
    (CUSTOMER, 40.3, 46.0, "well I want to talk to your manager"),
    (AGENT, 47.0, 55.0, "let me try once more what exactly is wrong on the invoice"),
    (CUSTOMER, 55.2, 62.0, "you charged me twice for the same month"),
    (AGENT, 62.6, 71.0, "then let us see which options we have I can refund it today"),
    (CUSTOMER, 71.3, 73.0, "okay that sounds good"),
    (AGENT, 73.4, 76.0, "thank you for telling me"),
)


def utterance(number: int, channel: Channel, start_s: float, end_s: float, text: str) -> Utterance:
    """The words of `text` spread evenly over the span."""
    words = text.split()
    step = (end_s - start_s) / max(1, len(words))
    return Utterance(
        f"u{number}",
        channel,
        tuple(
            Word(w, TimeSpan(round(start_s + i * step, 3), round(start_s + (i + 1) * step, 3)), 0.9)
            for i, w in enumerate(words)
        ),
        True,
        round(end_s + 0.6, 3),
    )


def metrics_of(
    segments: Sequence[ChannelSpan],
    turns: Sequence[ChannelSpan],
    duration_s: float,
    cues: Sequence[Cue],
) -> Metrics:
    """Talk figures by their definitions, from the segments."""
    speech = {c: union([s for side, s in segments if side is c], 0.3) for c in CHANNELS}
    talk = {c: round(total_s(speech[c]), 3) for c in CHANNELS}
    both = sum(talk.values())
    silences = gaps([*speech[AGENT], *speech[CUSTOMER]], TimeSpan(0.0, duration_s))
    silences = [TimeSpan(round(s.start_s, 3), round(s.end_s, 3)) for s in silences]

    def count(kind: CueKind, channel: Channel) -> int:
        return sum(cue.kind is kind and cue.channel is channel for cue in cues)

    return Metrics(
        talk_s=dict(talk),
        talk_share={c: round(talk[c] / both, 3) if both else None for c in CHANNELS},
        overlap_s=round(total_s(intersection(speech[AGENT], speech[CUSTOMER])), 3),
        silence_s=round(total_s(silences), 3),
        longest_silence_s=round(max((s.duration_s for s in silences), default=0.0), 3),
        non_talk=tuple(s for s in silences if s.duration_s > 3.0),
        longest_monologue_s={
            c: max((round(s.duration_s, 3) for side, s in turns if side is c), default=None)
            for c in CHANNELS
        },
        response_latency_median_s={AGENT: 0.6, CUSTOMER: 0.3},
        turns={c: sum(side is c for side, _ in turns) for c in CHANNELS},
        switches_per_min=round(60 * max(0, len(turns) - 1) / duration_s, 3) if duration_s else None,
        interruptions={c: count(CueKind.INTERRUPTION, c) for c in CHANNELS},
        backchannels={c: count(CueKind.BACKCHANNEL, c) for c in CHANNELS},
        speech_rate_wpm={AGENT: 164.0, CUSTOMER: 188.0},
        loudness_dbfs={
            c: tuple(
                round(-32.0 + 9 * ((i * (7 if c is AGENT else 5)) % 11) / 11, 3)
                if any(s.overlap_s(TimeSpan(float(i), i + 1.0)) > 0.2 for s in speech[c])
                else None
                for i in range(int(duration_s))
            )
            for c in CHANNELS
        },
    )


def rich_call(
    call_id: str = "call-1",
    *,
    started_at: str = STARTED_AT,
    agent_id: str | None = "agent-a",
    language: str = "en",
    source: str = "rich_call.wav",
) -> CallSummary:
    """76 s with an interruption, listening words, a raised voice, two threats and the steps."""
    duration_s = 80.0
    segments = tuple((channel, TimeSpan(start, end)) for channel, start, end, _ in SCRIPT)
    turns = tuple(part for part in segments if part[1].duration_s > 1.0)
    utterances = tuple(utterance(n, *line) for n, line in enumerate(SCRIPT))
    cues = (
        cue(
            CueKind.BACKCHANNEL,
            AGENT,
            8.0,
            8.4,
            Fact("inside_turn_said", {"duration_s": 0.4, "said": "mm-hm"}),
        ),
        cue(
            *(CueKind.INTERRUPTION, AGENT, 12.6, 17.0),
            OVERLAP,
            yielded=True,
        ),
        cue(
            CueKind.BLAMING,
            AGENT,
            12.6,
            14.2,
            by_rule("yes but did you fill in", "blaming.did-you"),
            utterance_id="u3",
        ),
        cue(
            *(CueKind.RAISED_VOICE, CUSTOMER, 19.0, 27.0),
            Fact("raised_voice", {"pitch_st": 5.0, "level_db": 8.0, "voiced_s": 1.2}),
            effort=3.1,
            level_delta_db=7.5,
        ),
        cue(
            *(CueKind.THREAT, CUSTOMER, 30.3, 33.0),
            by_rule("go to another company", "leave.go"),
            category=ThreatCategory.LEAVE,
            utterance_id="u5",
        ),
        cue(
            CueKind.CONTROL,
            AGENT,
            34.0,
            40.0,
            Fact("control", {"event": "threat"}),
        ),
        cue(
            CueKind.ACKNOWLEDGEMENT,
            AGENT,
            34.0,
            37.2,
            by_rule("I understand", "acknowledgement.see"),
            utterance_id="u6",
        ),
        cue(
            *(CueKind.THREAT, CUSTOMER, 42.0, 46.0),
            by_rule("talk to your manager", "manager.talk"),
            category=ThreatCategory.MANAGER,
            utterance_id="u7",
        ),
        cue(
            CueKind.SOLUTION,
            AGENT,
            62.6,
            67.0,
            by_rule("which options we have", "solution.options"),
            utterance_id="u10",
        ),
    )
    nudges = (
        nudge(
            "n1",
            "let_them_finish",
            17.1,
            because=OVERLAP,
        ),
        nudge(
            "n2",
            "keep_listening",
            21.0,
            because=Fact("raised_voice", {"pitch_st": 5.0, "voiced_s": 1.2}),
            not_shown=Fact("other_shown", {"within_s": 60.0}),
        ),
    )
    level = EscalationLevel
    escalation = (
        EscalationChange(19.5, level.TENSE, level.CALM),
        EscalationChange(24.0, level.HEATED, level.TENSE),
        EscalationChange(31.0, level.THREAT, level.HEATED),
        EscalationChange(58.0, level.TENSE, level.THREAT),
        EscalationChange(70.0, level.CALM, level.TENSE),
    )
    return CallSummary(
        call=CallInfo(
            call_id, agent_id, started_at, duration_s, source, language, "whisper", "tiny.en"
        ),
        metrics=metrics_of(segments, turns, duration_s, cues),
        segments=segments,
        turn_spans=turns,
        cues=cues,
        nudges=nudges,
        escalation=escalation,
        utterances=utterances,
        input_quality=InputQuality(
            {
                AGENT: ChannelQuality(-26.0, -61.0, 0.0, None, 3.5, 0.0, 2.0, 0.0),
                CUSTOMER: ChannelQuality(-24.5, -52.0, 0.001, None, 3.5, 0.2, 1.0, 4.0),
            },
            (Fact("dropped", {"what": "in_all", "channel": "customer", "dropped_s": 0.2}),),
        ),
        performance=Performance(42.0, duration_s, 1.9, 210.0, 0.2, None, 0.0),
        effort_curve={c: tuple(None if i % 3 else 0.5 for i in range(80)) for c in CHANNELS},
    )


def cue(
    kind: CueKind,
    channel: Channel | None,
    start_s: float,
    end_s: float,
    evidence: Fact,
    *,
    yielded: bool | None = None,
    effort: float | None = None,
    level_delta_db: float | None = None,
    category: ThreatCategory | None = None,
    utterance_id: str | None = None,
) -> Cue:
    """A cue noticed half a second after its end."""
    return Cue(
        kind=kind,
        channel=channel,
        span=TimeSpan(start_s, end_s),
        detected_s=round(end_s + 0.5, 3),
        score=0.8,
        evidence=evidence,
        yielded=yielded,
        effort=effort,
        level_delta_db=level_delta_db,
        category=category,
        utterance_id=utterance_id,
    )


def empty_call(call_id: str = "empty", duration_s: float = 0.0) -> CallSummary:
    """Nobody speaks, nothing is measured."""
    nothing = unmeasured()
    return CallSummary(
        call=CallInfo(call_id, None, STARTED_AT, duration_s, "x.wav", "en", "none", None),
        metrics=Metrics(
            talk_s=dict(nothing), talk_share=dict(nothing),
            overlap_s=None, silence_s=None, longest_silence_s=None, non_talk=None,
            longest_monologue_s=dict(nothing), response_latency_median_s=dict(nothing),
            turns=dict(nothing), switches_per_min=None, interruptions=dict(nothing),
            backchannels=dict(nothing), speech_rate_wpm=dict(nothing),
            loudness_dbfs=dict.fromkeys(CHANNELS, ()),
        ),
        segments=(), turn_spans=(), cues=(), nudges=(), escalation=(), utterances=(),
        input_quality=InputQuality(
            {c: ChannelQuality() for c in CHANNELS},
            (quoted("The recording holds no audio: check the file."),),
        ),
        effort_curve=dict.fromkeys(CHANNELS, ()),
    )  # fmt: skip


VOCABULARY = """
    invoice refund order delivery number week customer please could would when because again
    system password monday router cable contract month price address office letter account
""".split()  # noqa: SIM905


def long_call(
    hours: float = 2.0, words: int = 18_000, seed: int = 1, call_id: str = "long"
) -> CallSummary:
    """A call of that length: alternating turns, listening words and cues all along."""
    rng = random.Random(seed)
    duration_s = hours * 3600.0
    turns: list[ChannelSpan] = []
    utterances: list[Utterance] = []
    cues: list[Cue] = []
    at, channel, left = 1.0, AGENT, words
    while at < duration_s - 15 and left > 0:
        length = min(rng.uniform(2.0, 12.0), duration_s - at - 1)
        count = min(left, max(1, round(length * words / duration_s * 1.06)))
        end = round(at + length, 3)
        turns.append((channel, TimeSpan(at, end)))
        text = " ".join(rng.choices(VOCABULARY, k=count))
        utterances.append(utterance(len(utterances), channel, at, end, text))
        left -= count
        if rng.random() < 0.25:
            start = round(at + length / 2, 3)
            cues.append(
                cue(
                    CueKind.BACKCHANNEL,
                    channel.other,
                    start,
                    round(start + 0.4, 3),
                    quoted("'mm-hm'"),
                )
            )
        if rng.random() < 0.12:
            cues.append(some_cue(rng, at, end, utterances[-1].id))
        channel, at = channel.other, round(end + rng.uniform(-0.2, 0.7), 3)
    extra = tuple((c.channel, c.span) for c in cues if c.kind is CueKind.BACKCHANNEL and c.channel)
    segments = tuple(sorted([*turns, *extra], key=lambda part: part[1]))
    base = rich_call(call_id)
    loud: dict[Channel, tuple[float | None, ...]] = {
        c: tuple(-20.0 - (i * 7 % 13) for i in range(int(duration_s))) for c in CHANNELS
    }
    metrics = replace(
        metrics_of(segments, turns, 0.0, cues),
        loudness_dbfs=loud, silence_s=300.0, switches_per_min=7.5,
    )  # fmt: skip
    return CallSummary(
        call=CallInfo(call_id, "agent-a", STARTED_AT, duration_s, "long.wav", "en", "vosk", None),
        metrics=metrics,
        segments=segments,
        turn_spans=tuple(turns),
        cues=tuple(sorted(cues, key=lambda c: c.span)),
        nudges=tuple(
            nudge(f"n{i}", "let_them_finish", 60.0 * i)
            for i in range(1, int(duration_s // 300))
        ),
        escalation=base.escalation,
        utterances=tuple(utterances),
        input_quality=base.input_quality,
        performance=base.performance,
        effort_curve={c: tuple(0.1 for _ in range(int(duration_s))) for c in CHANNELS},
    )  # fmt: skip


def by_rule(said: str, rule: str) -> Fact:
    """The evidence of words that a rule knows."""
    return Fact("phrase", {"what": "rule", "said": said, "rule": rule})


def nudge(
    nudge_id: str,
    key: str,
    time_s: float,
    *,
    because: Fact = OVERLAP,
    not_shown: Fact | None = None,
) -> Nudge:
    """A nudge with the text of that key."""
    text = "Let them finish\nYou can answer everything in a moment."
    shown = not_shown is None
    return Nudge(nudge_id, key, text, NudgeLevel.ADVICE, time_s, shown, because, ("c2",), not_shown)


def some_cue(rng: random.Random, start_s: float, end_s: float, utterance_id: str) -> Cue:
    """One of the cues that a long call may hold."""
    kind = rng.choice(
        [CueKind.INTERRUPTION, CueKind.RAISED_VOICE, CueKind.THREAT, CueKind.SOLUTION]
    )
    if kind is CueKind.THREAT:
        category = rng.choice(list(ThreatCategory))
        return cue(
            *(kind, CUSTOMER, start_s, end_s, by_rule("so to say", "made.up")),
            category=category,
            utterance_id=utterance_id,
        )
    side = AGENT if kind is CueKind.SOLUTION else rng.choice(CHANNELS)
    return cue(kind, side, start_s, end_s, quoted("plain evidence"))
