import base64
import hashlib
import re

import pytest
from tests.report.builders import empty_call, long_call, rich_call
from tests.report.test_trends import weeks

from callwatch.core.channels import Language
from callwatch.core.trends import Trends
from callwatch.report.content_policy import with_strict_policy
from callwatch.report.html import render_html
from callwatch.report.trends_html import render_trends

PAGES = {
    "rich": render_html(rich_call(), Language.SV),
    "empty": render_html(empty_call(), Language.EN),
    "long": render_html(long_call(0.1, 300), Language.EN),
    "trends": render_trends(Trends(weeks([0.5] * 8)), Language.DA),
    "no trends": render_trends(Trends(weeks([])), Language.EN),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_allows_its_own_sheet_and_nothing_else(page: str) -> None:
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert parts["default-src"] == "'none'"
    assert parts["base-uri"] == parts["form-action"] == "'none'"
    assert "unsafe" not in policy
    sheets = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    hashed = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in sheets]
    assert parts["style-src"].split() == [f"'sha256-{one}'" for one in hashed]
    assert len(sheets) == 1
    assert not re.search(r"<[^>]* style=", page)
    assert "<script" not in page


def test_attributes_become_rules_that_say_the_same() -> None:
    page = (
        "<meta content=\"style-src 'none'\"><style>.a{x:y}</style>"
        '<i style="left:1%" title="t"></i><b class="a" style="left:1%">x</b><p style="--n:2">y</p>'
    )
    out = with_strict_policy(page)
    assert ".y0.y0.y0{left:1%}" in out
    assert ".y1.y1.y1{--n:2}" in out
    assert '<i class="y0" title="t"></i><b class="a y0">x</b><p class="y1">y</p>' in out


def test_escaped_words_of_a_call_are_left_alone() -> None:
    words = "&lt;i style=&#34;left:1%&#34;&gt;"
    assert words in with_strict_policy(f"<p>{words}</p>")
