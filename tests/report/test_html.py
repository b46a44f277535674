import re
from dataclasses import replace
from datetime import UTC, date
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.report.builders import AGENT, CUSTOMER, OVERLAP, cue, empty_call, long_call, rich_call
from tests.report.html_reader import Page

from callwatch.core.channels import Language
from callwatch.core.cues import CueKind, ThreatCategory
from callwatch.core.facts import Fact, quoted
from callwatch.core.figures import OwnHistory, figures_of
from callwatch.core.summary import CallSummary
from callwatch.report.comparison import compare
from callwatch.report.html import render_html
from callwatch.report.moments import moments_of, worth_a_look
from callwatch.report.quotes import quotes_of
from callwatch.report.timeline import ROW_LENGTHS_S, row_length_s
from callwatch.report.transcript import entries_of
from callwatch.report.wording import Wording
from callwatch.texts.facts import english

EN = Wording.of(Language.EN, UTC)
CALLS = {
    "rich": rich_call(),
    "empty": empty_call(),
    "silent": empty_call(duration_s=120.0),
    "long": long_call(2.0, 18_000),
}
CSS = Path("src/callwatch/report/templates/style.css").read_text("utf-8")


def page_of(summary: CallSummary, language: Language = Language.EN) -> Page:
    return Page.of(render_html(summary, language, zone=UTC))


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", list(CALLS))
def test_the_page_is_whole_and_stands_alone(name: str, language: Language) -> None:
    source = render_html(CALLS[name], language)
    page = Page.of(source)
    assert page.unclosed == []
    assert page.all("html")[0]["lang"] == language.value
    assert page.all("script") == []
    for tag, attributes in page.tags:
        assert not [a for a in attributes if a.startswith("on")], tag
        for attribute in ("src", "href", "xlink:href", "action"):
            value = attributes.get(attribute)
            assert value is None or value.startswith(("#", "data:,")), (tag, value)
    assert "url(" not in source
    assert "@import" not in source
    ids = page.ids
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        target = str(link["href"])[1:]
        assert target in ids, f"a link leads nowhere: {target}"


def test_what_was_said_is_never_markup() -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>😀{{ 7*7 }}\"'"
    call = rich_call(source=evil)
    word = replace(call.utterances[0].words[0], text=evil)
    call = replace(
        call,
        call=replace(call.call, id=evil, engine=evil, model=evil, language=evil),
        utterances=(call.utterances[0].with_words((word,)), *call.utterances[1:]),
        cues=tuple(replace(c, evidence=quoted(evil)) for c in call.cues),
        nudges=tuple(replace(n, text=evil, because=quoted(evil)) for n in call.nudges),
        input_quality=replace(call.input_quality, warnings=(quoted(evil),)),
    )
    own = OwnHistory(note=evil, follow_up_on=date(2026, 4, 1))
    page = Page.of(render_html(call, Language.EN, own))
    assert page.all("script") == []
    assert page.all("img") == []
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on")]
    assert "49" not in page.text.replace("0:49", "")
    assert page.text.count("<script>alert(1)</script>") > 10


def test_the_page_can_be_walked_by_landmarks_and_headings() -> None:
    page = page_of(rich_call())
    names = [tag for tag, _ in page.tags]
    for landmark in ("header", "main", "footer", "h1"):
        assert names.count(landmark) == 1
    for section in page.all("section"):
        assert section["aria-labelledby"] in page.ids
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for image in page.all("svg"):
        assert image.get("aria-hidden") == "true" or image.get("aria-label"), image
    for header in page.all("th"):
        assert header["scope"] in ("col", "row")
    assert page.all("a")[0]["href"] == "#transcript", "the first link skips to the transcript"


def test_every_chart_has_a_table_behind_it() -> None:
    text = page_of(rich_call()).text
    for c in rich_call().cues:
        assert english(c.evidence)[1:] in text
        rule = c.evidence.params.get("rule")
        assert rule is None or str(rule) not in text, "a rule's name is no agent's business"
    assert page_of(rich_call()).all("details")


def test_every_moment_carries_its_advice_once_in_full() -> None:
    text = page_of(rich_call()).text
    for m in moments_of(rich_call(), EN):
        if m.cue.kind is not CueKind.BACKCHANNEL:
            assert m.advice is not None
            assert m.advice in text


def test_the_note_and_the_follow_up_are_shown() -> None:
    own = OwnHistory(note="Refund\n<b>twice</b>", follow_up_on=date(2026, 4, 1), is_hard=True)
    text = Page.of(render_html(rich_call(), Language.NB, own)).text
    assert "Refund <b>twice</b>" in text
    assert "Følg opp 1. april 2026." in text
    assert "Den teller ikke i noe gjennomsnitt." in text


def test_the_start_is_told_in_the_readers_zone() -> None:
    summer = rich_call(started_at="2026-07-01T22:30:00Z")
    stockholm = ZoneInfo("Europe/Stockholm")
    assert "2 juli 2026 kl. 00.30" in render_html(summer, Language.SV, zone=stockholm)
    assert "not a time" in render_html(rich_call(started_at="not a time"), Language.EN)


def test_what_was_not_measured_is_never_shown_as_a_number() -> None:
    page = page_of(empty_call())
    assert "not measured" in page.text
    assert "The recording holds no audio: check the file." in page.text
    text = page.text.replace("Length 0.0 s", "")
    assert not re.search(r"\b0(\.0)? ?(s|%)", text.partition("How it is measured")[0])
    cells = re.findall(r'<td class="n"[^>]*>([^<]*)</td>', render_html(empty_call(), Language.EN))
    assert set(cells) <= {"not measured", "–"}


def test_a_call_without_the_customer_says_so_and_still_shows_the_agent() -> None:
    call = rich_call()
    alone = replace(
        call,
        segments=tuple(part for part in call.segments if part[0] is AGENT),
        turn_spans=tuple(part for part in call.turn_spans if part[0] is AGENT),
        utterances=tuple(u for u in call.utterances if u.channel is AGENT),
        cues=tuple(c for c in call.cues if c.channel is AGENT),
        metrics=replace(
            call.metrics,
            talk_s={AGENT: 33.3, CUSTOMER: 0.0},
            talk_share={AGENT: 1.0, CUSTOMER: 0.0},
        ),
    )
    page = page_of(alone)
    assert page.unclosed == []
    assert "The customer was not heard" in page.text
    assert "Look at the input quality below" in page.text


def test_a_call_of_50_000_words_is_one_page_of_bearable_size() -> None:
    source = render_html(long_call(2.0, 50_000), Language.EN)
    assert len(source.encode()) <= 1_500_000


def test_the_comparison_waits_for_enough_calls_and_leaves_hard_ones_out() -> None:
    base = figures_of(rich_call())
    calls = [replace(base, talk_share_agent=0.40 + 0.01 * n) for n in range(9)]
    few = compare(rich_call(), OwnHistory(tuple(calls[:4])), EN)
    assert (few.calls, few.rows) == (4, ())
    hard = [replace(base, talk_share_agent=0.99, is_hard=True)] * 10
    full = compare(rich_call(), OwnHistory((*hard, *calls)), EN)
    assert full.calls == 9
    share = full.rows[0]
    assert (share.value, share.usual, share.middle_half) == ("46%", "44%", "42% – 46%")
    assert all(0 <= x <= 160 for row in full.rows for x in (*row.dots, row.here))


def test_the_short_list_is_not_all_of_one_kind() -> None:
    many = [cue(CueKind.INTERRUPTION, AGENT, float(n), n + 1.0, quoted("again")) for n in range(20)]
    once = cue(CueKind.RAISED_VOICE, CUSTOMER, 30.0, 34.0, quoted("louder"))
    call = replace(rich_call(), cues=(*many, once))
    chosen = worth_a_look(moments_of(call, EN), 6)
    assert len(chosen) == 6
    assert once in [m.cue for m in chosen]


def test_what_can_be_learnt_most_from_comes_first() -> None:
    short = cue(CueKind.INTERRUPTION, AGENT, 10.0, 11.4, OVERLAP)
    long = cue(CueKind.INTERRUPTION, AGENT, 50.0, 65.0, OVERLAP)
    wish = cue(
        CueKind.THREAT, CUSTOMER, 5.0, 6.0, quoted("said so"), category=ThreatCategory.MANAGER
    )
    call = replace(rich_call(), cues=(wish, short, long))
    assert [m.cue for m in worth_a_look(moments_of(call, EN), 6)] == [long, short, wish]


def test_plain_words_come_before_figures() -> None:
    params = {"pitch_st": 8.0, "level_db": 3.0, "voiced_s": 1.2}
    raised = cue(CueKind.RAISED_VOICE, CUSTOMER, 17.3, 24.0, Fact("raised_voice", params))
    over = cue(CueKind.INTERRUPTION, AGENT, 12.6, 14.0, OVERLAP)
    one, two = moments_of(replace(rich_call(), cues=(over, raised)), EN)
    assert one.plain == "You spoke while they were speaking, for 1.4 s."
    assert two.plain == "Their voice was louder and much higher than usual."
    assert "8 semitones" in two.evidence


def test_a_moment_quotes_both_voices() -> None:
    call = rich_call()
    over = next(m for m in moments_of(call, EN) if m.cue.kind is CueKind.INTERRUPTION)
    theirs, yours = quotes_of(over, call, EN)
    assert (theirs.who, yours.who) == ("Customer", "You")
    assert theirs.text == "“this invoice and nobody calls me back”"
    assert yours.text.startswith("“yes but did you")
    assert quotes_of(over, replace(call, utterances=()), EN) == []
    page = render_html(call, Language.EN)
    assert "“this invoice and nobody calls me back”" in page


def test_a_wish_for_a_manager_is_no_threat() -> None:
    call = rich_call()
    wish = next(m for m in moments_of(call, EN) if m.cue.is_wish)
    assert wish.title == "Wish: to speak to a manager"
    assert wish.style == "wish"
    assert figures_of(call).threats == 1


def test_what_was_not_shown_is_folded_away() -> None:
    page = render_html(rich_call(), Language.EN)
    shown, _, held = page.partition("<summary>The 1 that were due and not shown, and why</summary>")
    reason = "another nudge was shown less than 60 s before"
    assert reason in held.partition("</details>")[0]
    nudges = shown.rpartition('id="nudges"')[2]
    assert "1.4 s overlap" in nudges
    assert reason not in nudges


def test_the_legend_has_the_colours_of_the_marks() -> None:
    page = render_html(rich_call(), Language.EN)
    assert '<li class="interruption own">' in page
    theirs = cue(CueKind.INTERRUPTION, CUSTOMER, 48.0, 50.0, OVERLAP)
    both = replace(rich_call(), cues=(*rich_call().cues, theirs))
    page = render_html(both, Language.EN)
    assert "Interruption (You)" in page
    assert "Interruption (Customer)" in page


def test_every_moment_is_in_the_transcript_once() -> None:
    for call in (rich_call(), long_call(0.5, 4000), replace(rich_call(), utterances=())):
        moments = moments_of(call, EN)
        entries = entries_of(call, moments, [], EN)
        shown = [m for e in entries for m in (*e.moments, *e.listening)]
        assert sorted(m.anchor for m in shown) == sorted(m.anchor for m in moments)
        assert [e.start_s for e in entries] == sorted(e.start_s for e in entries)
        text = "".join("".join(part for part, _ in e.parts) for e in entries).replace(" ", "")
        assert text == "".join(u.text for u in call.utterances).replace(" ", "")


def test_the_words_of_a_threat_are_marked() -> None:
    call = rich_call()
    entries = entries_of(call, moments_of(call, EN), [], EN)
    marked = [text for e in entries for text, is_marked in e.parts if is_marked]
    assert "I will go to another company" in marked


@pytest.mark.parametrize("duration_s", [0.5, 80, 151, 400, 1500, 3600, 7200, 40_000])
def test_a_call_is_drawn_on_few_rows(duration_s: float) -> None:
    length = row_length_s(duration_s)
    assert duration_s / length <= 5
    assert duration_s <= 150 or length in ROW_LENGTHS_S or length % 3600 == 0
    call = empty_call(duration_s=duration_s)
    assert 1 <= render_html(call, Language.EN).count('class="row"') <= 5


def test_the_pictures_stay_inside_their_frames() -> None:
    source = render_html(long_call(1.9, 9000), Language.EN)
    for path in re.findall(r'<path class="(?:agent|customer|ov)" d="([^"]*)"', source):
        for x, width in re.findall(r"M([\d.]+) -?\d+h([\d.]+)", path):
            assert float(x) + float(width) <= 1001.0
    for left in re.findall(r'style="left:([\d.]+)%', source):
        assert 0 <= float(left) <= 100


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", block))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1, 2], ids=["light", "dark", "print"])
def test_contrast_is_enough_to_read(theme: int) -> None:
    """WCAG 2.1 AA: 4.5 for text, 3 for symbols and bars."""
    blocks = re.findall(r":root\{([^}]*)\}", CSS)
    palette = {**colours(blocks[0]), **colours(blocks[theme])}
    for ink in ("ink", "soft", "agent-ink", "customer-ink", "step"):
        for ground in ("paper", "card", "faint"):
            assert contrast(palette[ink], palette[ground]) >= 4.5, (ink, ground)
    for symbol in ("agent", "customer", "threat", "raised", "nudge", "pace"):
        for ground in ("card", "faint"):
            assert contrast(palette[symbol], palette[ground]) >= 3.0, (symbol, ground)
