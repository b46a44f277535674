"""The page over many calls, and its table."""

import base64
import csv
import hashlib
import os
import re
from dataclasses import replace

import pytest
from tests.report.builders import empty_call, rich_call

from callwatch.core.channels import Language
from callwatch.report.archive import call_line, lines_to_csv, render_index, worth_hearing

CALM = replace(empty_call(), call=replace(empty_call().call, id="calm", source="calm.wav"))
LOUD = replace(rich_call(), call=replace(rich_call().call, source="<b>loud.wav"))
LINES = [call_line(CALM, b"calm", Language.EN), call_line(LOUD, os.fsencode("løud "), Language.EN)]


def test_the_calls_in_which_most_happened_come_first() -> None:
    assert [line.name for line in worth_hearing(LINES, 10)] == ["<b>loud.wav"]
    assert worth_hearing(LINES, 0) == []


def test_the_table_has_a_row_a_call_and_leads_to_its_report() -> None:
    rows = list(csv.DictReader(lines_to_csv(LINES).splitlines()))
    assert [row["report"] for row in rows] == ["calm/report.html", "l%C3%B8ud%20/report.html"]
    assert rows[0]["talk_share_agent"] == ""
    assert lines_to_csv([]) == ""


@pytest.mark.parametrize("language", Language)
def test_the_page_runs_its_own_script_and_no_other(language: Language) -> None:
    page = render_index(LINES, ["x.wav is <empty>"], language)
    script = page.split("<script>")[1].split("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page.replace("&#39;", "'")
    assert page.count("<script>") == 1
    assert "&lt;b&gt;loud.wav" in page
    assert "x.wav is &lt;empty&gt;" in page
    heads = re.findall(r"<th scope=\"col\"", page)
    cells = re.findall(r"<t[hd][^>]* data-value=", page)
    assert len(cells) == len(heads) * len(LINES)
