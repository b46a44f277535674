"""The group report's files: the same rounded cells in each."""

import csv
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.core.test_team import LATER, group

from callwatch.core.channels import Language
from callwatch.core.team import team_cells
from callwatch.report.team import render_team, team_csv, write_team, write_team_parquet

CELLS = team_cells(group("<b>", 6) + group("=1+1", 5) + group("night", 2, week=1), LATER)


def test_csv_and_parquet_hold_the_same_cells(tmp_path: Path) -> None:
    paths = [*write_team(CELLS, tmp_path, Language.EN), write_team_parquet(CELLS, tmp_path)]
    assert [path.name for path in paths] == ["team.html", "team.csv", "team.parquet"]
    rows = list(csv.DictReader(team_csv(CELLS).splitlines()))
    columns = pq.read_table(tmp_path / "team.parquet").to_pylist()
    assert len(rows) == len(columns) == len(CELLS) == 6
    for row, column, cell in zip(rows, columns, CELLS, strict=True):
        assert column["monday"] == cell.monday
        assert row["monday"] == ("" if cell.monday is None else cell.monday.isoformat())
        assert int(row["calls"]) == column["calls"] == cell.calls
        assert float(row["talk_share"]) == column["talk_share"] == cell.talk_share
    assert {row["queue"] for row in rows} == {"<b>", "'=1+1", ""}
    assert columns[0]["monday"] == date(2026, 3, 2)


@pytest.mark.parametrize("language", Language)
def test_the_page_shows_the_group_and_no_agent(language: Language) -> None:
    page = render_team(CELLS, language)
    assert "&lt;b&gt;" in page
    assert "night" not in page
    assert "<script" not in page
    assert all(f"-{number}<" not in page for number in range(6))


@pytest.mark.parametrize("language", Language)
def test_too_small_a_group_is_said(language: Language) -> None:
    page = render_team(team_cells(group("a", 4), LATER), language)
    assert "<table" not in page
    assert "5" in page
