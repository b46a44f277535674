"""What mattered in a call, in three sentences made by plain rules.

The first says what the customer did, the second how the agent listened, the third names the one
thing to take along. No language model, no judgement of anybody's mood.
"""

from callwatch.core.channels import Channel
from callwatch.core.cues import METHOD_STEPS, Cue, CueKind, ThreatCategory
from callwatch.core.escalation import EscalationLevel
from callwatch.core.summary import CallSummary
from callwatch.report.wording import Wording

# From two interruptions on they are a habit of the call, one can be chance.
HABIT_COUNT = 2


def what_mattered(summary: CallSummary, wording: Wording) -> tuple[str, str, str]:
    """The three sentences: the customer, the listening, the next step."""
    return (
        _customer_sentence(summary, wording),
        _listening_sentence(summary, wording),
        wording.t(f"next.{next_step(summary)}"),
    )


def was_heated(summary: CallSummary) -> bool:
    """Whether the customer raised their voice, threatened, or the call reached heated."""
    return (
        any(cue.is_raised_voice or cue.is_threat for cue in customer_cues(summary))
        or max((change.level.rank for change in summary.escalation), default=0)
        >= EscalationLevel.HEATED.rank
    )


def customer_cues(summary: CallSummary) -> list[Cue]:
    """The cues on the customer's side."""
    return [cue for cue in summary.cues if cue.channel is Channel.CUSTOMER]


def is_heard(summary: CallSummary, channel: Channel) -> bool:
    """Whether that side spoke at all, as far as could be measured."""
    return bool(summary.metrics.talk_s.get(channel))


def is_mixed(summary: CallSummary) -> bool:
    """Whether voices were heard, but not whose: the channels could not be told apart."""
    talk_s, channels = summary.metrics.talk_s, summary.input_quality.channels.values()
    is_unknown = all(talk_s.get(side) is None for side in Channel)
    return is_unknown and any(heard.speech_level_dbfs is not None for heard in channels)


def next_step(summary: CallSummary) -> str:
    """The key of the one thing to take along; the gravest first."""
    kinds = {cue.kind for cue in summary.cues if cue.channel is not Channel.CUSTOMER}
    categories = {cue.category for cue in customer_cues(summary)}
    for category in (ThreatCategory.SELF_HARM, ThreatCategory.PHYSICAL):
        if category in categories:
            return category.value
    if not (is_heard(summary, Channel.AGENT) and is_heard(summary, Channel.CUSTOMER)):
        return "check_input"
    interruptions = summary.metrics.interruptions.get(Channel.AGENT) or 0
    if was_heated(summary):
        return _step_in_heat(kinds, interruptions, has_words=summary.call.has_words)
    if interruptions >= HABIT_COUNT:
        return "pause"
    for kind, key in (
        (CueKind.MONOLOGUE, "ask"),
        (CueKind.DEAD_AIR, "say_busy"),
        (CueKind.SLOW_RESPONSE, "say_busy"),
        (CueKind.FAST_SPEECH, "slower"),
    ):
        if kind in kinds:
            return key
    return "nothing"


def _step_in_heat(kinds: set[CueKind], interruptions: int, *, has_words: bool) -> str:
    if interruptions:
        return "let_talk"
    if CueKind.BLAMING in kinds:
        return "blaming"
    # The steps after the first are found in words: without words nobody can miss them.
    if not has_words:
        return "let_talk"
    for step, key in (
        (CueKind.ACKNOWLEDGEMENT, "acknowledge"),
        (CueKind.REFOCUS, "refocus"),
        (CueKind.SOLUTION, "solve"),
    ):
        if step not in kinds:
            return key
    return "kept" if kinds.issuperset(METHOD_STEPS) else "let_talk"


def _customer_sentence(summary: CallSummary, wording: Wording) -> str:
    heard = {side: is_heard(summary, side) for side in Channel}
    if is_mixed(summary):
        return wording.t("mattered.mixed")
    if not any(heard.values()):
        return wording.t("mattered.nobody")
    if not heard[Channel.CUSTOMER]:
        return wording.t("mattered.no_customer")
    deeds = _deeds(summary, wording)
    if not deeds and any(cue.is_lively_voice for cue in customer_cues(summary)):
        return wording.t("mattered.lively")
    if not deeds:
        return wording.t("mattered.calm" if summary.call.has_words else "mattered.calm_no_words")
    last = summary.escalation[-1].level if summary.escalation else EscalationLevel.CALM
    ending = "end_calm" if last is EscalationLevel.CALM else "end_heated"
    return wording.t(
        "mattered.customer",
        deeds=wording.listing(deeds),
        ending=wording.t(f"mattered.{ending}"),
    )


def _deeds(summary: CallSummary, wording: Wording) -> list[str]:
    cues = customer_cues(summary)
    deeds = []
    raised = sum(cue.is_raised_voice for cue in cues)
    if raised:
        deeds.append(wording.t(f"mattered.raised_{'one' if raised == 1 else 'many'}", n=raised))
    threats = [cue.category for cue in cues if cue.category is not None and cue.is_threat]
    if threats:
        what = wording.listing([wording.category(category) for category in dict.fromkeys(threats)])
        form = "one" if len(threats) == 1 else "many"
        deeds.append(wording.t(f"mattered.threat_{form}", n=len(threats), what=what))
    wishes = sum(cue.is_wish for cue in cues)
    if wishes:
        deeds.append(wording.t(f"mattered.wish_{'one' if wishes == 1 else 'many'}", n=wishes))
    return deeds


def _listening_sentence(summary: CallSummary, wording: Wording) -> str:
    share = summary.metrics.talk_share.get(Channel.AGENT)
    if is_mixed(summary) or (share is None and is_heard(summary, Channel.AGENT)):
        return wording.t("mattered.unshared")
    if share is None or not is_heard(summary, Channel.AGENT):
        return wording.t("mattered.no_agent")
    count = summary.metrics.interruptions.get(Channel.AGENT)
    if count is None:
        key = "share_only"
    elif count == 0:
        key = "listened"
    else:
        key = "interrupted_one" if count == 1 else "interrupted_many"
    return wording.t(f"mattered.{key}", share=wording.percent(share), n=count)
