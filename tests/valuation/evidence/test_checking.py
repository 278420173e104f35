"""Is every fault of a table told, at its row and column, and nothing else?

Checked against: a table of wrong cells with what must be said of each, types as CSV, XLSX and Parquet give them,
and properties (hypothesis).
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.evidence.rows import DAY, RECEIVED, ROW, placed, record, table
from valuation.errors import InputError
from valuation.evidence import checking
from valuation.evidence.checking import CellProblem, checked_table, refuse_problems
from valuation.evidence.columns import COLUMNS, choice_words


def problems(cells: list[list[Any]]) -> list[tuple[int, str]]:
    """Where the faults are."""
    _, found = checked_table(cells, received_on=RECEIVED)
    return [(each.row, each.column) for each in found]


def the_problem(cells: list[list[Any]]) -> CellProblem:
    records, (problem,) = checked_table(cells, received_on=RECEIVED)
    assert records == ()
    return problem


def at_hour(hour: int) -> datetime.datetime:
    """A day as a spreadsheet keeps it: with a time and no zone."""
    return datetime.datetime.combine(DAY(2019, 6, 30), datetime.time(hour))


# --- what is right --------------------------------------------------------------------------------


def test_a_row_as_text_becomes_a_record() -> None:
    found = record()
    assert (found.price, found.rate_share) == (Decimal("800000.00"), None)
    assert (found.right_kind, found.transaction_kind, found.source_status) == ("patent", "sale", "read")
    assert (found.traded_on, found.related_parties, found.quantity) == (DAY(2019, 6, 30), False, 2.0)
    assert found.industry is None
    assert found.features == {}


def test_the_types_of_spreadsheets_and_parquet_are_understood() -> None:
    found = record(
        traded_on=at_hour(0),
        retrieved_on=DAY(2021, 1, 15),
        price=800000.1,
        quantity=Decimal("2.5"),
        related_parties=True,
        right_number=201010000001.0,
        **{"feature:claims": 12, "feature:life": None},
    )
    assert (found.price, found.quantity, found.related_parties) == (Decimal("800000.10"), 2.5, True)
    assert found.right_number == "201010000001"
    assert found.features == {"claims": 12.0}


@pytest.mark.parametrize("spelled", ["key", "zh", "en", "heading"])
def test_every_heading_of_a_column_is_understood(spelled: str) -> None:
    cells = table({})
    words = {
        column.key: {"key": column.key, "zh": column.label.zh, "en": column.label.en, "heading": column.heading}[
            spelled
        ]
        for column in COLUMNS
    }
    cells[0] = [words[name] for name in cells[0]]
    records, found = checked_table(cells, received_on=RECEIVED)
    assert (len(records), found) == (1, ())


def test_blank_rows_and_blank_columns_are_passed_by_and_rows_keep_their_numbers() -> None:
    cells = table({}, {"name": "第二宗", "right_number": "2"})
    cells.insert(2, [None, "", "  "])
    cells = [[*row, None] for row in cells]
    records, found = checked_table(cells, received_on=RECEIVED)
    assert ([each.row for each in records], found) == ([2, 4], ())
    assert checked_table([ROW.keys()], received_on=RECEIVED) == ((), ())  # type: ignore[list-item]


def test_a_rate_takes_the_place_of_the_price() -> None:
    assert record(price=None, rate_share="0.05").rate_share == 0.05
    heading = [name for name in ROW if name != "price"] + ["rate_share"]
    records, found = checked_table(table({"rate_share": 1}, heading=heading), received_on=RECEIVED)
    assert (records[0].record.rate_share, found) == (1.0, ())


# --- one wrong cell -------------------------------------------------------------------------------

WRONG = [
    ("name", "", "nothing", "a text"),
    ("name", "x" * 2001, "'xxx", "at most 2000 letters"),
    ("name", True, "True", "a text"),
    ("name", 1.5, "1.5", "a text"),
    ("right_kind", "房产", "'房产'", "one of 专利 (patent), 商标 (trademark)"),
    ("right_kind", 3, "3", "one of 专利 (patent)"),
    ("transaction_kind", "gift", "'gift'", "one of 转让 (sale)"),
    ("traded_on", "2019-02-30", "'2019-02-30'", "a day that exists, such as 2020-12-31"),
    ("traded_on", "30.06.2019", "'30.06.2019'", "a date such as 2020-12-31"),
    ("traded_on", 43646, "43646", "a date such as 2020-12-31"),
    ("traded_on", "June", "'June'", "a date such as 2020-12-31"),
    ("traded_on", at_hour(8), "2019-06-30 08", "a day without a time"),
    ("traded_on", "2021-01-16", "2021-01-16", "no later than retrieved_on 2021-01-15"),
    ("retrieved_on", "2021-02-02", "2021-02-02", "no later than the import 2021-02-01"),
    ("source_date", "2021-01-20", "2021-01-20", "no later than retrieved_on 2021-01-15"),
    ("related_parties", "maybe", "'maybe'", "one of 是 (yes), 否 (no)"),
    ("related_parties", 2, "2", "one of 是 (yes), 否 (no)"),
    ("related_parties", 0.5, "0.5", "one of 是 (yes), 否 (no)"),
    ("currency", "RMB", "'RMB'", "one of CNY"),
    ("price", "80万", "'80万'", "a number without separators or units"),
    ("price", "800,000", "'800,000'", "a number without separators or units"),
    ("price", "1e5", "'1e5'", "a number without separators or units"),
    ("price", "0.005", "'0.005'", "an amount above zero with at most two decimals"),
    ("price", 0, "0", "an amount above zero"),
    ("price", -5, "-5", "an amount above zero"),
    ("price", 10**15, "1000000000000000", "an amount above zero"),
    ("price", float("nan"), "nan", "a number without"),
    ("price", float("inf"), "inf", "a number without"),
    ("price", True, "True", "a number without"),
    ("price", "#N/A", "'#N/A'", "a number without"),
    ("price", None, "neither price nor rate_share", "exactly one of price and rate_share"),
    ("rate_share", 0.05, "both price and rate_share", "exactly one of price and rate_share"),
    ("rate_share", 5, "5", "a share of one above zero, such as 0.05 for 5 %"),
    ("rate_share", 0, "0", "a share of one above zero"),
    ("rate_share", "5%", "'5%'", "a number without"),
    ("quantity", 0, "0", "a number above zero"),
    ("quantity", "", "nothing", "a number above zero"),
    ("source_status", "gap", "'gap'", "one of 已核对 (read), 凭记忆 (recalled), 假设 (hypothesis)"),
    ("source_title", None, "nothing", "a text"),
    ("source_publisher", " ", "nothing", "a text"),
    ("feature:claims", "many", "'many'", "a number without separators"),
]


@pytest.mark.parametrize(("column", "cell", "found", "expected"), WRONG, ids=str)
def test_a_wrong_cell_is_told_at_its_place(column: str, cell: Any, found: str, expected: str) -> None:
    problem = the_problem(table({column: cell}))
    assert problem.row == 2
    # A contradiction of price and rate is told at the price.
    assert problem.column == ("price" if "rate_share" in found else column)
    assert problem.found.startswith(found)
    assert problem.expected.startswith(expected)


def test_a_cell_beyond_the_heading_is_told() -> None:
    cells = table({})
    cells[1].append("left over")
    assert the_problem(cells).found == "'left over' beyond the last column"
    cells[1][-1] = None
    assert problems(cells) == []


def test_a_long_cell_is_cut_in_the_message() -> None:
    assert len(the_problem(table({"traded_on": "x" * 500})).found) == 120


# --- the heading ----------------------------------------------------------------------------------


def test_faults_of_the_heading_are_told_before_any_row_is_read() -> None:
    heading = [name for name in ROW if name != "currency"] + ["价格", "colour", "feature:"]
    cells = [heading, ["wrong"] * len(heading)]
    _, found = checked_table(cells, received_on=RECEIVED)
    assert [(each.row, each.column, each.found) for each in found] == [
        (1, "colour", "an unknown column"),
        (1, "feature:", "an unknown column"),
        (1, "price", "the column twice"),
        (1, "currency", "no such column"),
    ]


def test_an_empty_table_and_too_long_ones_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert the_problem([]).found == "an empty table"
    monkeypatch.setattr(checking, "MAXIMUM_ROWS", 2)
    assert the_problem(table({}, {}, {})).found == "3 rows"
    monkeypatch.setattr(checking, "MAXIMUM_FEATURES", 1)
    assert the_problem(table({"feature:a": 1, "feature:b": 1})).found == "2 features"


# --- many -----------------------------------------------------------------------------------------


def test_every_fault_of_every_row_is_told_at_once_and_good_rows_are_kept() -> None:
    cells = table({"price": "x", "traded_on": "y"}, {}, {"currency": "z", "quantity": -1, "source_title": ""})
    records, _ = checked_table(cells, received_on=RECEIVED)
    assert [each.row for each in records] == [3]
    assert problems(cells) == [(2, "traded_on"), (2, "price"), (4, "currency"), (4, "quantity"), (4, "source_title")]


def test_the_error_names_every_cell_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    found = tuple(CellProblem(row, "price", "'x'", "a number") for row in range(2, 12))
    refuse_problems(())
    with pytest.raises(InputError, match=r"row 2, column price: found 'x', expected a number; row 3") as raised:
        refuse_problems(found)
    assert len(raised.value.problems) == 10
    assert found[0].as_document() == {"row": 2, "column": "price", "found": "'x'", "expected": "a number"}
    monkeypatch.setattr(checking, "MAXIMUM_PROBLEMS", 4)
    with pytest.raises(InputError, match="6 further faults"):
        refuse_problems(found)


@given(cell=st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.decimals()))
def test_no_cell_whatever_stops_the_check(cell: Any) -> None:
    """Property: any cell anywhere is either taken or told; nothing is raised."""
    for name in ROW:
        records, found = checked_table(table({name: cell}), received_on=RECEIVED)
        assert bool(records) != bool(found)


def test_the_words_of_a_choice_name_the_chinese_and_the_key() -> None:
    currency = next(column for column in COLUMNS if column.key == "currency")
    assert "CNY" in choice_words(currency).split(", ")
    assert len({column.key for column in COLUMNS}) == len(COLUMNS)


def test_one_row_has_one_record() -> None:
    assert [each.row for each in placed({}, {"right_number": "2"})] == [2, 3]
