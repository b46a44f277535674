"""The page of trends: pictures week by week, with bands, honest about small numbers."""

from callwatch.core.channels import Language
from callwatch.core.trends import Trends
from callwatch.report.content_policy import with_strict_policy
from callwatch.report.html import environment
from callwatch.report.nudge_effect import nudge_effect
from callwatch.report.trend_charts import FEW_CALLS, HEIGHT, LEFT, RIGHT, WIDTH, charts_of
from callwatch.report.wording import Wording


def render_trends(trends: Trends, language: Language) -> str:
    """The whole page, self-contained."""
    w = Wording.of(language)
    page = (
        environment()
        .get_template("trends.html.j2")
        .render(
            w=w,
            t=w.t,
            trends=trends,
            charts=charts_of(trends, w),
            effect=nudge_effect(trends, w),
            few=FEW_CALLS,
            width=WIDTH,
            height=HEIGHT,
            left=LEFT,
            right=RIGHT,
        )
    )
    return with_strict_policy(page)
