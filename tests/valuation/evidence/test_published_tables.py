"""Does an empty table stay empty and say who publishes it, and is a filled one read exactly?

Checked against: the packaged description, texts with planted faults.
"""

from __future__ import annotations

from importlib import resources

import pytest

from valuation.errors import GapError, ReferenceDataError, UnknownNameError
from valuation.evidence.published_tables import PUBLISHED_TABLES, packaged_table, read_table

NAME = "cn_patent_licence_statistics"
FOLDER = resources.files("valuation.tables")
DESCRIPTION = (FOLDER / f"{NAME}.toml").read_text(encoding="utf-8")
HEADING = (FOLDER / f"{NAME}.csv").read_text(encoding="utf-8")
ROW = "C27,医药制造业,入门费加提成,12,35.5,0.04\n"


@pytest.mark.parametrize("name", PUBLISHED_TABLES)
def test_a_table_that_could_not_be_read_is_empty_and_names_its_publisher(name: str) -> None:
    table = packaged_table(name)
    assert table.id == name
    assert table.is_empty == (table.source.status == "gap"), "numbers without a text that was read are guesses"
    with pytest.raises(GapError, match="国家知识产权局"):
        table.row("C27")
    document = table.as_document()
    assert document["is_empty"] is True
    assert document["rows"] == []
    assert "attachment 1" in document["how_to_obtain"]["en"]


def test_a_filled_table_gives_its_rows_as_text() -> None:
    table = read_table(DESCRIPTION, HEADING + ROW, where=NAME)
    assert not table.is_empty
    assert table.row("C27")["running_rate_share"] == "0.04"
    with pytest.raises(UnknownNameError, match="C27"):
        table.row("C99")
    assert table.as_document()["rows"][0]["industry_name"] == "医药制造业"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("industry_code,industry_name\n", "found columns"),
        (HEADING + "C27,医药制造业\n", "row 2: found"),
        (HEADING + ROW.replace("35.5", ""), "row 2: found"),
        (HEADING + ROW + ROW, "industry_code twice"),
    ],
)
def test_rows_that_do_not_fit_are_refused(rows: str, message: str) -> None:
    with pytest.raises(ReferenceDataError, match=message):
        read_table(DESCRIPTION, rows, where=NAME)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('key = "industry_code"\n', "", "found keys"),
        ('key = "industry_code"', 'key = "colour"', "found key 'colour'"),
        ('status = "gap"', 'status = "guessed"', "found source"),
        ("date = 2021-12-01", 'date = "lately"', "found source"),
        ('article = "附件 1"', 'page = "1"', "found source"),
    ],
)
def test_descriptions_that_do_not_fit_are_refused(old: str, new: str, message: str) -> None:
    assert old in DESCRIPTION
    with pytest.raises(ReferenceDataError, match=message):
        read_table(DESCRIPTION.replace(old, new), HEADING, where=NAME)


def test_a_table_that_does_not_ship_is_unknown() -> None:
    with pytest.raises(UnknownNameError, match=NAME):
        packaged_table("no_such_table")
